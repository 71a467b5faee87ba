internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Git
internal import Runtime
internal import Support

/// `pipectl doctor`
struct DoctorCommand: Command {
    static let specification = CommandSpecification(
        "doctor", summary: "Tell what pipectl found on this machine, and how to mend what is missing",
        examples: [.init("pipectl doctor", "Engine, extensions, git, secrets, project, environments")], arguments: [Options.environment],
        exitCodes: [(.failure, "something is missing")])

    let environment: String?

    init(arguments: ParsedArguments) throws(UsageError) { environment = arguments[Options.environment] }

    struct Finding {
        let subject: String
        let isFine: Bool
        let detail: String
        var help: String?
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        var findings = [Finding(subject: "pipectl", isFine: true, detail: Application.version)]
        var search = ProjectFolder.search(environment: context.environment)
        var opened: Workspace?
        do {
            let workspace = try Workspace.open(context)
            opened = workspace
            search = workspace.search
            let broken = workspace.project.diagnostics.hasErrors
            findings.append(
                Finding(subject: "project", isFine: !broken, detail: workspace.root, help: broken ? "`pipectl validate` tells what is wrong" : nil))
            findings += checkEnvironments(workspace)
        } catch {
            let failure = CommandFailure(error)
            findings.append(Finding(subject: "project", isFine: false, detail: failure.message, help: failure.help))
        }
        findings += await checkEngine(search)
        findings.append(checkGit())
        findings.append(await checkGitProgram(context.environment))
        findings += checkSecrets(opened, in: context)
        show(findings, in: context)
        return findings.allSatisfy(\.isFine) ? .success : .failure
    }

    private func checkEngine(_ search: DuckDBSearch) async -> [Finding] {
        let engine: DuckDBEngine
        do {
            engine = try await DuckDBEngine.open(EngineConfiguration(), search: search)
        } catch {
            return [Finding(subject: "engine", isFine: false, detail: error.message, help: "run scripts/setup")]
        }
        var findings = [
            Finding(subject: "engine", isFine: true, detail: "\(engine.version), memory limit \(ByteCount.text(engine.memoryLimit))")
        ]
        for (name, purpose) in [("sqlite_scanner", "SQLite connections"), ("postgres_scanner", "PostgreSQL connections")] {
            do {
                try await engine.loadExtension(name)
                findings.append(Finding(subject: "extension \(name)", isFine: true, detail: "for \(purpose)"))
            } catch {
                findings.append(
                    Finding(subject: "extension \(name)", isFine: false, detail: error.message, help: "run scripts/setup; needed for \(purpose)"))
            }
        }
        await engine.close()
        return findings
    }

    private func checkGit() -> Finding {
        do {
            return Finding(subject: "git", isFine: true, detail: "\(try GitRepository.libraryVersion()), for what changed since a branch")
        } catch {
            return Finding(subject: "git", isFine: false, detail: error.message, help: error.help)
        }
    }

    /// What libgit2 cannot do: fetch and push with all that is set up on this machine, verify signatures.
    private func checkGitProgram(_ environment: [String: String]) async -> Finding {
        do {
            let version = try await GitConnection.programVersion(variables: environment)
            return Finding(subject: "git program", isFine: true, detail: "\(version), for remotes and signed tags")
        } catch {
            return Finding(subject: "git program", isFine: false, detail: error.message, help: error.help)
        }
    }

    private func checkEnvironments(_ workspace: Workspace) -> [Finding] {
        workspace.project.environments.filter { environment == nil || $0.asset.name.value == environment }.map { file in
            let name = file.asset.name.value
            do {
                let environment = try workspace.environment(name)
                var folder = environment.root
                while !FileSystem.exists(folder), folder != "/" { folder = FileSystem.parent(of: folder) }
                guard FileSystem.isWritable(folder) else {
                    return Finding(subject: "environment \(name)", isFine: false, detail: "\(folder) cannot be written", help: "give yourself the right, or set another root")
                }
                return Finding(subject: "environment \(name)", isFine: true, detail: environment.root)
            } catch let invalid as Workspace.Invalid {
                return Finding(subject: "environment \(name)", isFine: false, detail: invalid.diagnostics.first?.message ?? "not valid", help: "`pipectl validate` tells more")
            } catch {
                return Finding(subject: "environment \(name)", isFine: false, detail: CommandFailure(error).message)
            }
        }
    }

    private func show(_ findings: [Finding], in context: CommandContext) {
        switch context.global.output {
        case .json:
            context.write(json: .array(findings.map { finding in
                [
                    "subject": .string(finding.subject), "fine": .bool(finding.isFine), "detail": .string(finding.detail),
                    "help": finding.help.map { .string($0) } ?? .null,
                ]
            }))
        case .text:
            let width = findings.map { DisplayWidth.of($0.subject) }.max() ?? 0
            for finding in findings {
                let mark = finding.isFine ? context.style("✓", .green) : context.style("✗", .red)
                context.output.write("\(mark) \(DisplayWidth.padded(finding.subject, to: width))  \(VisibleText.escaped(finding.detail))\n")
                if let help = finding.help { context.output.write("  \(context.style.bold("help")): \(VisibleText.escaped(help))\n") }
            }
        }
    }
}
