/// Steps with parameters: they know nothing of a project.
extension AzurePipelinesFiles {
    static let deployTemplate = """
        # Steps that bring a commit to an environment: plan, deploy, run. For stages of any pipeline, after `checkout: self` with
        # `fetchDepth: '0'` and `persistCredentials: 'true'`.
        parameters:
          - name: environment
            type: string
          - name: ref # a branch, tag or commit; empty: what is checked out
            type: string
            default: ''
          - name: planTo # a folder: the plan is written there, and nothing is deployed
            type: string
            default: ''
          - name: plan # such a folder: what was planned is deployed, or nothing
            type: string
            default: ''
          - name: pipelines # run after the deployment
            type: object
            default: []
          - name: secretVariables # names of variables that a deployment or a run needs and that are secret, or have small letters
            type: object
            default: []
        \(beginning)

          - ${{ if eq(parameters.plan, '') }}:
              - bash: |
                  set -euo pipefail
        \(missing.indented(by: 10))
                  folder="${PLAN_TO:-$AGENT_TEMPDIRECTORY/plan}"
                  mkdir -p "$folder"
                  # Before an approval there are no secrets to check connections with.
                  pipectl plan --env "$ENVIRONMENT" ${REF:+--ref "$REF"} ${PLAN_TO:+--offline} --out "$folder/pipectl.plan" | tee "$folder/plan.txt"
                  { echo '```'; cat "$folder/plan.txt"; echo '```'; } > "$AGENT_TEMPDIRECTORY/plan.md"
                  echo "##vso[task.uploadsummary]$AGENT_TEMPDIRECTORY/plan.md"
                displayName: Plan for ${{ parameters.environment }}
                workingDirectory: $(Build.SourcesDirectory)/${{ parameters.project }}
                env:
                  ENVIRONMENT: ${{ parameters.environment }}
                  REF: ${{ parameters.ref }}
                  PLAN_TO: ${{ parameters.planTo }}
        \(persons.indented(by: 10))
        \(secrets.indented(by: 10))

          - ${{ if eq(parameters.planTo, '') }}:
              - bash: |
                  set -euo pipefail
        \(missing.indented(by: 10))
                  pipectl deploy --plan "${PLAN:-$AGENT_TEMPDIRECTORY/plan}/pipectl.plan"
                displayName: Deploy to ${{ parameters.environment }}
                workingDirectory: $(Build.SourcesDirectory)/${{ parameters.project }}
                env:
                  PLAN: ${{ parameters.plan }}
        \(persons.indented(by: 10))
        \(secrets.indented(by: 10))

              - ${{ each pipeline in parameters.pipelines }}:
                  - bash: |
                      set -euo pipefail
        \(missing.indented(by: 14))
                      pipectl run "$PIPELINE" --env "$ENVIRONMENT"
                    displayName: Run ${{ pipeline }} in ${{ parameters.environment }}
                    workingDirectory: $(Build.SourcesDirectory)/${{ parameters.project }}
                    env:
                      ENVIRONMENT: ${{ parameters.environment }}
                      PIPELINE: ${{ pipeline }}
        \(secrets.indented(by: 14))

        """

    /// The parameters and the step that all have.
    private static let beginning = """
          - name: version # of pipectl
            type: string
          - name: project # its folder in the repository
            type: string
            default: '.'

        steps:
          - template: install-pipectl.yml
            parameters:
              version: ${{ parameters.version }}
        """

    /// Who deploys is noted with the release.
    private static let persons = """
        GIT_AUTHOR_NAME: $(Build.RequestedFor)
        GIT_AUTHOR_EMAIL: $(Build.RequestedForEmail)
        GIT_COMMITTER_NAME: $(Build.RequestedFor)
        GIT_COMMITTER_EMAIL: $(Build.RequestedForEmail)
        """

    /// Secret variables are in no step's environment unless they are named there.
    private static let secrets = """
        MAPPED: ${{ join(' ', parameters.secretVariables) }}
        ${{ each name in parameters.secretVariables }}:
          ${{ name }}: $(${{ name }})
        """

    /// The service leaves `$(NAME)` as it is where there is no such variable.
    private static let missing = """
        for mapped in ${MAPPED:-}; do
          if [ "${!mapped}" = "\\$($mapped)" ]; then echo "##vso[task.logissue type=warning]the variable $mapped of this pipeline is not set"; unset "$mapped"; fi
        done
        """

    static let validateTemplate = """
        # Steps that look at a pull request: findings in the log and as test results, and what the change means. Needs
        # `checkout: self` with `fetchDepth: '0'`.
        parameters:
        \(beginning)

          - bash: pipectl validate --output azure --report junit="$AGENT_TEMPDIRECTORY/pipectl-junit.xml"
            displayName: Validate
            workingDirectory: $(Build.SourcesDirectory)/${{ parameters.project }}

          - task: PublishTestResults@2
            displayName: Findings as test results
            condition: succeededOrFailed()
            inputs:
              testResultsFormat: JUnit
              testResultsFiles: $(Agent.TempDirectory)/pipectl-junit.xml
              testRunTitle: pipectl validate

          - bash: |
              set -euo pipefail
              pipectl diff "origin/${SYSTEM_PULLREQUEST_TARGETBRANCH#refs/heads/}..." --output markdown > "$AGENT_TEMPDIRECTORY/diff.md"
              echo "##vso[task.uploadsummary]$AGENT_TEMPDIRECTORY/diff.md"
            displayName: What the change means
            workingDirectory: $(Build.SourcesDirectory)/${{ parameters.project }}

        """

    static let installTemplate = """
        \(CIText.installation.commented())
        parameters:
          - name: version
            type: string

        steps:
          - bash: |
              set -euo pipefail
        \(CIText.install(folder: "$AGENT_TEMPDIRECTORY/pipectl", publish: "echo \"##vso[task.prependpath]$folder\"").indented(by: 6))
            displayName: Install pipectl
            env:
              PIPECTL_VERSION: ${{ parameters.version }}

        """
}
