internal import Support

/// A pipeline of stages, and templates of steps with parameters.
struct AzurePipelinesFiles: Sendable {
    let flow: DeliveryFlow

    var files: [CIFile] {
        let own = flow.folder.isEmpty ? "" : flow.folder + "/"
        return [
            CIFile(own + "azure-pipelines.yml", pipeline), CIFile(own + flow.templates + "/deploy-pipelines.yml", Self.deployTemplate),
            CIFile(own + flow.templates + "/validate-project.yml", Self.validateTemplate), CIFile(own + flow.templates + "/install-pipectl.yml", Self.installTemplate),
        ]
    }

    private var pipeline: String {
        let stages = [validate] + flow.stages.flatMap { $0.isProtected ? [plan($0), deploy($0)] : [deploy($0)] }
        return """
            \(head.joined(separator: "\n").commented())
            trigger:
              batch: 'true'
              branches:
                include: \(YAMLScalar.list(flow.branches))

            # For repositories on GitHub; in Azure Repos a build validation of the branch policy starts it.
            pr:
              branches:
                include: \(YAMLScalar.list(flow.branches))

            # With the check "exclusive lock" on the environments: one deployment after the other.
            lockBehavior: sequential

            variables:
              - name: pipectlVersion
                value: \(YAMLScalar.quoted(Application.version))
              - name: pipectlPool # of agents that reach the folders of the environments and their databases
                value: Default

            pool:
              name: ${{ variables.pipectlPool }}

            stages:
            \(stages.map { $0.indented(by: 2) }.joined(separator: "\n\n"))

            """
    }

    private var head: [String] {
        var lines = [
            CIFile.head(.azure, folder: flow.folder), "",
            "To be set up once:",
            "- Repository, security: the build service may contribute. Releases are pushed to refs/pipectl.",
        ]
        for stage in flow.stages {
            lines.append("- Environment \(stage.environment) with an exclusive lock\(stage.isProtected ? " and an approval: who approves has seen the plan" : "").")
            if !stage.secrets.isEmpty { lines.append("  Secret variables of this pipeline for it: \(stage.secrets.map(\.name).joined(separator: ", ")).") }
            if !stage.variables.isEmpty { lines.append("  Variables, where the defaults do not fit: \(stage.variables.map(\.name).joined(separator: ", ")).") }
        }
        return lines
    }

    // MARK: Stages

    private func template(_ name: String, _ parameters: [String]) -> String {
        let all = parameters + ["version: ${{ variables.pipectlVersion }}"] + (flow.folder.isEmpty ? [] : ["project: \(YAMLScalar.quoted(flow.folder))"])
        return "- template: \(YAMLScalar.quoted("\(flow.templates)/\(name).yml"))" + CIText.block("parameters", all).indented(by: 2)
    }

    private var validate: String {
        """
        - stage: validate
          condition: eq(variables['Build.Reason'], 'PullRequest')
          jobs:
            - job: validate
              pool:
                vmImage: ubuntu-latest # pull requests may hold anything: agents of its own, which reach nothing of the environments
              steps:
                - checkout: self
                  fetchDepth: '0' # the diff needs the commit where the branches parted
        \(template("validate-project", []).indented(by: 8))
        """
    }

    private static func condition(_ stage: DeliveryFlow.Stage) -> String {
        "and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'), eq(variables['Build.SourceBranch'], 'refs/heads/\(stage.branch)'))"
    }

    private func plan(_ stage: DeliveryFlow.Stage) -> String {
        let parameters = ["environment: \(YAMLScalar.quoted(stage.environment))", "planTo: $(Build.ArtifactStagingDirectory)/plan"] + Self.mapped([], stage)
        return """
            - stage: \(stage.id)_plan
              dependsOn: []
              condition: \(Self.condition(stage))
              jobs:
                - job: plan
                  steps:
                    - checkout: self
                      fetchDepth: '0'
                      persistCredentials: 'true'
            \(template("deploy-pipelines", parameters).indented(by: 8))
                    - publish: $(Build.ArtifactStagingDirectory)/plan
                      artifact: plan-\(stage.id)
            """
    }

    /// What steps see only where it is named. Agents give all other variables to steps, with capital letters.
    private static func mapped(_ secrets: [String], _ stage: DeliveryFlow.Stage) -> [String] {
        let names = secrets + stage.variables.map(\.name).filter { $0 != $0.uppercased() }
        return names.isEmpty ? [] : ["secretVariables: \(YAMLScalar.list(names))"]
    }

    private func deploy(_ stage: DeliveryFlow.Stage) -> String {
        var parameters = ["environment: \(YAMLScalar.quoted(stage.environment))"]
        if stage.isProtected { parameters.append("plan: $(Pipeline.Workspace)/plan-\(stage.id)") }
        if !flow.pipelines.isEmpty { parameters.append("pipelines: \(YAMLScalar.list(flow.pipelines))") }
        parameters += Self.mapped(stage.secrets.map(\.name), stage)
        let download = stage.isProtected ? "\n- download: current\n  artifact: plan-\(stage.id)" : ""
        return """
            - stage: \(stage.id)
              dependsOn: \(stage.isProtected ? "\(stage.id)_plan" : "[]")
              condition: \(Self.condition(stage))
              jobs:
                - deployment: deploy
                  environment: \(YAMLScalar.quoted(stage.environment))
                  strategy:
                    runOnce:
                      deploy:
                        steps:
                          - checkout: self
                            fetchDepth: '0'
                            persistCredentials: 'true'\(download.indented(by: 14))
            \(template("deploy-pipelines", parameters).indented(by: 14))
            """
    }
}
