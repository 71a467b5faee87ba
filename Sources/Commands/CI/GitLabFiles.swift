internal import Support

/// `.gitlab-ci.yml`.
struct GitLabFiles: Sendable {
    let flow: DeliveryFlow

    var files: [(path: String, text: String)] { [(".gitlab-ci.yml", text)] }

    private var text: String {
        let jobs = [validate] + flow.stages.flatMap { $0.isProtected ? [plan($0), deploy($0)] : [deploy($0)] }
        let stages = ["validate"] + flow.stages.flatMap { $0.isProtected ? ["\($0.id)-plan", $0.id] : [$0.id] }
        let install = CIText.install(folder: "$CI_PROJECT_DIR/.pipectl-program", publish: "PATH=\"$folder:$PATH\"")
        let enter = flow.folder.isEmpty ? "" : "\n    - cd \(ShellWord.quoted(flow.folder))"
        return """
            \(head.joined(separator: "\n").commented())
            stages: \(YAMLScalar.list(stages))

            workflow:
              rules:
                - if: $CI_PIPELINE_SOURCE == "merge_request_event"
            \(flow.branches.map { "    - if: \(Self.condition($0))" }.joined(separator: "\n"))

            variables:
              PIPECTL_VERSION: \(YAMLScalar.quoted(Application.version))
              GIT_DEPTH: "0" # the diff needs the commit where the branches parted
              # Who deploys is noted with the release.
              GIT_AUTHOR_NAME: $GITLAB_USER_NAME
              GIT_AUTHOR_EMAIL: $GITLAB_USER_EMAIL
              GIT_COMMITTER_NAME: $GITLAB_USER_NAME
              GIT_COMMITTER_EMAIL: $GITLAB_USER_EMAIL

            default:
              tags: [pipectl] # a runner that reaches the folders of the environments and their databases
            \(CIText.installation.commented().indented(by: 2))
              before_script:
                - |
            \(install.indented(by: 6))\(enter)

            \(jobs.joined(separator: "\n\n"))

            """
    }

    private var head: [String] {
        var lines = [
            "Made by `pipectl init --ci gitlab` from the environments of the project; --force makes it anew.", "",
            "To be set up once, in the settings of the project:",
            "- CI/CD, job token permissions: allow git push requests to the repository. Releases are pushed to refs/pipectl.",
            "- A runner with the tag pipectl.",
        ]
        for stage in flow.stages {
            lines.append("- Environment \(stage.environment)\(stage.isProtected ? ", protected, with approvals" : ""), and branch \(stage.branch), protected.")
            if !stage.secrets.isEmpty { lines.append("  Variables of that environment, masked, hidden and protected: \(stage.secrets.joined(separator: ", ")).") }
            if !stage.variables.isEmpty { lines.append("  Variables, where the defaults do not fit: \(stage.variables.map(\.name).joined(separator: ", ")).") }
        }
        return lines
    }

    // MARK: Jobs

    private var validate: String {
        // Paths of reports count from the top of the repository.
        let path = flow.folder.isEmpty ? "" : flow.folder + "/"
        return """
            validate:
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
            \(stage.id)-plan:
              stage: \(stage.id)-plan
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
            \(stage.id):
              stage: \(stage.id)\(stage.isProtected ? "\n  needs: [\(stage.id)-plan]" : "")
              rules:
                - if: \(Self.condition(stage.branch))\(approval)
              environment:
                name: \(YAMLScalar.quoted(stage.environment))
              resource_group: pipectl-\(stage.id)
              interruptible: false
              script:
            \(script.map { "    - " + $0 }.joined(separator: "\n"))
            """
    }
}
