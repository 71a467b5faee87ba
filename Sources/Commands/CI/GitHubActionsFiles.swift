internal import Support

/// A workflow, and the action in which the program is installed.
struct GitHubActionsFiles: Sendable {
    let flow: DeliveryFlow

    private static let install = ".github/actions/install-pipectl"
    private static let runner = "${{ vars.PIPECTL_RUNNER || 'ubuntu-latest' }}"

    /// Every project of a repository has a workflow of its own.
    var files: [CIFile] { [CIFile(".github/workflows/\(flow.name).yml", workflow), CIFile(Self.install + "/action.yml", Self.action)] }

    private var workflow: String {
        let jobs = [validate] + flow.stages.flatMap { $0.isProtected ? [plan($0), deploy($0)] : [deploy($0)] }
        let run = ["shell: bash"] + (flow.folder.isEmpty ? [] : ["working-directory: \(YAMLScalar.quoted(flow.folder))"])
        return """
            \(head.joined(separator: "\n").commented())
            name: \(flow.name)

            on:
              pull_request:
                branches: \(YAMLScalar.list(flow.branches))
              push:
                branches: \(YAMLScalar.list(flow.branches))

            # Each job asks for what it needs.
            permissions: {}

            env:
              PIPECTL_VERSION: \(YAMLScalar.quoted(Application.version))
              PIPECTL_ARCHIVES: ${{ vars.PIPECTL_ARCHIVES }}
              PIPECTL_SHA256: ${{ vars.PIPECTL_SHA256 }}

            defaults:\(CIText.block("run", run).indented(by: 2))

            jobs:
            \(jobs.map { $0.indented(by: 2) }.joined(separator: "\n\n"))

            """
    }

    private var head: [String] {
        var lines = [
            CIFile.head(.github, folder: flow.folder), "",
            "To be set up once, in the settings of the repository:",
            "- Variables: PIPECTL_RUNNER, the label of a runner that reaches the folders of the environments and their databases;",
            "  PIPECTL_VALIDATE_RUNNER, one for pull requests, which may hold anything: it should reach none of that;",
            "  PIPECTL_ARCHIVES and PIPECTL_SHA256, see \(Self.install)/action.yml.",
        ]
        for stage in flow.stages {
            lines.append("- Environment \(stage.environment), for branch \(stage.branch) only\(stage.isProtected ? ", with required reviewers: they approve the plan" : "").")
            if !stage.secrets.isEmpty { lines.append("  Its secrets: \(stage.secrets.map(\.name).joined(separator: ", ")).") }
            if !stage.variables.isEmpty { lines.append("  Variables of the repository for it: \(stage.variables.map(\.name).joined(separator: ", ")).") }
        }
        return lines
    }

    // MARK: Jobs

    private var validate: String { """
        validate:
          if: github.event_name == 'pull_request'
          runs-on: ${{ vars.PIPECTL_VALIDATE_RUNNER || 'ubuntu-latest' }}
          permissions:
            actions: read # the report needs it in a private repository
            contents: read
            security-events: write # the report to code scanning
          steps:
            - uses: actions/checkout@v5
              with:
                fetch-depth: 0 # the diff needs the commit where the branches parted
                persist-credentials: false
            - uses: ./\(Self.install)
            - name: Validate
              run: pipectl validate --output github --report sarif="$RUNNER_TEMP/pipectl.sarif"
            # A fork may not write there. Leave this step out where code scanning is not on.
            - name: Report to code scanning
              if: ${{ always() && !github.event.pull_request.head.repo.fork }}
              uses: github/codeql-action/upload-sarif@v4
              with:
                sarif_file: ${{ runner.temp }}/pipectl.sarif
                category: \(flow.name)
            - name: What the change means
              run: pipectl diff "origin/$GITHUB_BASE_REF..." --output markdown >> "$GITHUB_STEP_SUMMARY"
        """
    }

    private func plan(_ stage: DeliveryFlow.Stage) -> String {
        let run = """
            mkdir -p "$RUNNER_TEMP/plan"
            # Before the approval there are no secrets to check connections with.
            pipectl plan --env \(ShellWord.quoted(stage.environment)) --offline --out "$RUNNER_TEMP/plan/\(stage.id).plan" | tee "$RUNNER_TEMP/plan/\(stage.id).txt"
            { echo '```'; cat "$RUNNER_TEMP/plan/\(stage.id).txt"; echo '```'; } >> "$GITHUB_STEP_SUMMARY"
            """
        return """
            \(stage.id)-plan:
              if: \(Self.condition(stage))
              runs-on: \(Self.runner)
              permissions:
                contents: read\(CIText.block("env", Self.variables(stage)).indented(by: 2))
              steps:
            \(([Self.checkout] + needed(stage, [])).joined(separator: "\n").indented(by: 4))
            \(step("Plan", run).indented(by: 4))
                - uses: actions/upload-artifact@v4
                  with:
                    name: plan-\(stage.id)
                    path: ${{ runner.temp }}/plan
                    if-no-files-found: error
            """
    }

    private func deploy(_ stage: DeliveryFlow.Stage) -> String {
        let name = ShellWord.quoted(stage.environment)
        let secrets = stage.secrets
        var steps = [Self.checkout] + needed(stage, secrets)
        if stage.isProtected {
            steps.append("""
                - uses: actions/download-artifact@v5
                  with:
                    name: plan-\(stage.id)
                    path: ${{ runner.temp }}/plan
                """)
            steps.append(step("Deploy what was planned, or nothing", "pipectl deploy --plan \"$RUNNER_TEMP/plan/\(stage.id).plan\"", secrets))
        } else {
            steps.append(step("Plan", "pipectl plan --env \(name)", secrets))
            steps.append(step("Deploy", "pipectl deploy --env \(name)", secrets))
        }
        steps += flow.pipelines.map { step("Run " + $0, "pipectl run \(ShellWord.quoted($0)) --env \(name)", secrets) }
        return """
            \(stage.id):
              if: \(Self.condition(stage))\(stage.isProtected ? "\n  needs: \(stage.id)-plan" : "")
              runs-on: \(Self.runner)
              environment: \(YAMLScalar.quoted(stage.environment))\(stage.isProtected ? " # its reviewers are asked here" : "")
              concurrency:
                group: \(flow.name)-\(stage.id)
                cancel-in-progress: false
              permissions:
                contents: write # the release is pushed to refs/pipectl\(CIText.block("env", Self.variables(stage)).indented(by: 2))
              steps:
            \(steps.joined(separator: "\n").indented(by: 4))
            """
    }

    // MARK: Parts of jobs

    private static let checkout = """
        - uses: actions/checkout@v5
          with:
            fetch-depth: 0
        - uses: ./\(install)
        """

    private static func condition(_ stage: DeliveryFlow.Stage) -> String { "github.event_name == 'push' && github.ref == 'refs/heads/\(stage.branch)'" }

    /// What the environment's file reads, and who deploys: that is noted with the release.
    private static func variables(_ stage: DeliveryFlow.Stage) -> [String] {
        stage.variables.map { variable in
            let fallback = variable.fallback.map { " || '\($0.replacing("'", with: "''"))'" } ?? ""
            return "\(variable.name): " + YAMLScalar.quoted("${{ vars.\(variable.name)\(fallback) }}")
        } + ["AUTHOR", "COMMITTER"].flatMap {
            ["GIT_\($0)_NAME: ${{ github.actor }}", "GIT_\($0)_EMAIL: ${{ github.actor }}@users.noreply.github.com"]
        }
    }

    private func step(_ name: String, _ run: String, _ secrets: [DeliveryFlow.Secret] = []) -> String {
        let lines = secrets.filter { $0.absence == .fallback }.map { "[ -n \"$\($0.name)\" ] || unset \($0.name)" } + [run]
        let block = CIText.block("env", secrets.map { "\($0.name): ${{ secrets.\($0.name) }}" })
        return "- name: \(YAMLScalar.quoted(name))" + "\nrun: \(CIText.literal(lines.joined(separator: "\n")))\(block)".indented(by: 2)
    }

    /// What is not set in the settings is an empty variable for a job, which pipectl would take for its value.
    private func needed(_ stage: DeliveryFlow.Stage, _ secrets: [DeliveryFlow.Secret]) -> [String] {
        let secrets = secrets.filter { $0.absence == .failure }
        let lines = stage.variables.filter { $0.fallback == nil }.map { ": \"${\($0.name):?set the variable \($0.name) in the settings of the repository}\"" }
            + secrets.map { ": \"${\($0.name):?set the secret \($0.name) of environment \(stage.environment) in the settings of the repository}\"" }
        return lines.isEmpty ? [] : [step("Look for what is needed", lines.joined(separator: "\n"), secrets)]
    }

    private static let action = """
        \(CIText.installation.commented())
        name: Install pipectl
        description: Puts pipectl on the PATH
        runs:
          using: composite
          steps:
            - shell: bash
              run: |
        \(CIText.install(folder: "$RUNNER_TEMP/pipectl", publish: "echo \"$folder\" >> \"$GITHUB_PATH\"").indented(by: 8))

        """
}
