internal import Support

/// A file for each project of the repository, and `.gitlab-ci.yml`, which includes them all.
struct GitLabFiles: Sendable {
    let flow: DeliveryFlow

    private static let folder = ".gitlab/pipectl"
    private static let all = folder + "/*.yml"

    var files: [CIFile] {
        let need = "write `include: [{ local: /\(Self.all) }]` into it, and the stages validate, plan and deploy"
        return [CIFile("\(Self.folder)/\(flow.name).yml", text), CIFile(".gitlab-ci.yml", Self.top, shared: (Self.all, need))]
    }

    private static let top = """
        include:
          - local: /\(all) # a file for each project, made by `pipectl init --ci gitlab`

        stages: [validate, plan, deploy]

        workflow:
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
            - if: $CI_COMMIT_BRANCH

        """

    /// Nothing in it is meant for jobs of others.
    private var text: String {
        let jobs = [validate] + flow.stages.flatMap { $0.isProtected ? [plan($0), deploy($0)] : [deploy($0)] }
        let install = CIText.install(folder: "$CI_PROJECT_DIR/.pipectl-program", publish: "PATH=\"$folder:$PATH\"")
        let enter = flow.folder.isEmpty ? "" : "\n    - cd \(ShellWord.quoted((flow.folder.hasPrefix("-") ? "./" : "") + flow.folder))"
        return """
            \(head.joined(separator: "\n").commented())
            .\(flow.name):
              variables:
                PIPECTL_VERSION: \(YAMLScalar.quoted(Application.version))
                GIT_DEPTH: "0" # the diff needs the commit where the branches parted
                # Who deploys is noted with the release.
                GIT_AUTHOR_NAME: $GITLAB_USER_NAME
                GIT_AUTHOR_EMAIL: $GITLAB_USER_EMAIL
                GIT_COMMITTER_NAME: $GITLAB_USER_NAME
                GIT_COMMITTER_EMAIL: $GITLAB_USER_EMAIL
            \(CIText.installation.commented().indented(by: 2))
              before_script:
                - |
            \(install.indented(by: 6))\(enter)

            \(jobs.joined(separator: "\n\n"))

            """
    }

    private var head: [String] {
        var lines = [
            CIFile.head(.gitlab, folder: flow.folder), "",
            "To be set up once, in the settings of the project:",
            "- CI/CD, job token permissions: allow git push requests to the repository. Releases are pushed to refs/pipectl.",
            "- A protected runner with the tag pipectl, which reaches the folders of the environments and their databases.",
            "- A runner for jobs without tags, for merge requests, which may hold anything: it should reach none of that.",
        ]
        for stage in flow.stages {
            lines.append("- Environment \(stage.environment)\(stage.isProtected ? ", protected, with approvals" : ""), and branch \(stage.branch), protected.")
            if !stage.secrets.isEmpty { lines.append("  Variables of that environment, masked, hidden and protected: \(stage.secrets.map(\.name).joined(separator: ", ")).") }
            if !stage.variables.isEmpty { lines.append("  Variables, where the defaults do not fit: \(stage.variables.map(\.name).joined(separator: ", ")).") }
        }
        return lines
    }

    // MARK: Jobs

    private var validate: String {
        // Paths of reports count from the top of the repository.
        let path = flow.folder.isEmpty ? "" : flow.folder + "/"
        return """
            \(flow.name)-validate:
              extends: .\(flow.name)
              stage: validate
              rules:
                - if: $CI_PIPELINE_SOURCE == "merge_request_event"
              script:
                - pipectl validate --report gitlab=pipectl-quality.json --report junit=pipectl-junit.xml
                - pipectl diff "$CI_MERGE_REQUEST_DIFF_BASE_SHA..HEAD" --output markdown | tee pipectl-diff.md
              artifacts:
                when: always
                expose_as: What the change means
                paths: \(YAMLScalar.list([path + "pipectl-diff.md"]))
                reports:
                  codequality: \(YAMLScalar.quoted(path + "pipectl-quality.json"))
                  junit: \(YAMLScalar.quoted(path + "pipectl-junit.xml"))
            """
    }

    private static func condition(_ branch: String) -> String { "$CI_COMMIT_BRANCH == \"\(branch)\"" }

    private func plan(_ stage: DeliveryFlow.Stage) -> String {
        let path = flow.folder.isEmpty ? "" : flow.folder + "/"
        return """
            \(flow.name)-\(stage.id)-plan:
              extends: .\(flow.name)
              stage: plan
              needs: []
              tags: [pipectl]
              rules:
                - if: \(Self.condition(stage.branch))
              script:
                # Before the approval there are no secrets to check connections with.
                - pipectl plan --env \(ShellWord.quoted(stage.environment)) --offline --out \(stage.id).plan | tee \(stage.id).plan.txt
              artifacts:
                paths: \(YAMLScalar.list(["\(path)\(stage.id).plan", "\(path)\(stage.id).plan.txt"]))
            """
    }

    private func deploy(_ stage: DeliveryFlow.Stage) -> String {
        let name = ShellWord.quoted(stage.environment)
        let script = (stage.isProtected ? ["pipectl deploy --plan \(stage.id).plan"] : ["pipectl plan --env \(name)", "pipectl deploy --env \(name)"])
            + flow.pipelines.map { "pipectl run \(ShellWord.quoted($0)) --env \(name)" }
        let approval = stage.isProtected ? "\n      when: manual # after a look at the plan\n      allow_failure: false" : ""
        return """
            \(flow.name)-\(stage.id):
              extends: .\(flow.name)
              stage: deploy
              needs: [\(stage.isProtected ? "\(flow.name)-\(stage.id)-plan" : "")]
              tags: [pipectl]
              rules:
                - if: \(Self.condition(stage.branch))\(approval)
              environment:
                name: \(YAMLScalar.quoted(stage.environment))
              resource_group: \(flow.name)-\(stage.id)
              interruptible: false
              script:
            \(script.map { "    - " + $0 }.joined(separator: "\n"))
            """
    }
}
