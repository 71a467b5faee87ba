internal import Support
internal import Synchronization

/// Fetches and pushes with the program `git`, which knows what libgit2 does not: credential helpers, ssh's settings and agents, proxies, the
/// hooks of this clone, and pushes that are refused as a whole. It never asks anybody anything.
package struct GitConnection: Sendable {
    private let folder: String
    private let workingTree: String?
    private let environment: ChildEnvironment

    /// - Parameters:
    ///   - folder: git's own, `.git`.
    ///   - workingTree: relative paths of other repositories begin there, as with git itself; nil: in `folder`.
    init(folder: String, workingTree: String?, sshCommand: String?, variables: [String: String]) {
        self.folder = folder
        self.workingTree = workingTree
        // Set in hooks of git: they would lead it to another repository.
        let local: Set = [
            "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
            "GIT_NAMESPACE", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE",
        ]
        var variables = variables.filter { !local.contains($0.key) }
        variables["GIT_TERMINAL_PROMPT"] = "0"
        // A program named on purpose may know the password; git's other ways of asking open a window.
        variables["GIT_ASKPASS"] = variables["GIT_ASKPASS"] ?? ""
        variables["SSH_ASKPASS_REQUIRE"] = "never"
        if variables["GIT_SSH"] == nil || variables["GIT_SSH_COMMAND"] != nil {
            variables["GIT_SSH_COMMAND"] = (variables["GIT_SSH_COMMAND"] ?? sshCommand ?? "ssh") + " -oBatchMode=yes"
        }
        // What it says is read by this program.
        variables["LC_ALL"] = "C"
        variables["GIT_FLUSH"] = nil
        // All else here reads objects as they are: of a tag that another stands for, that one's signature would be looked at.
        variables["GIT_NO_REPLACE_OBJECTS"] = "1"
        environment = ChildEnvironment(variables)
    }

    /// Brings references of another repository here.
    /// - Parameters:
    ///   - remote: a remote's name, an URL or a path.
    ///   - refspecs: as git has them: `refs/pipectl/*:refs/pipectl-remote/*`, with `+` where moved back ones are fine.
    package func fetch(_ remote: String, _ refspecs: [String]) async throws(GitError) {
        let (exit, _, errors) = try await run(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--end-of-options", remote] + refspecs)
        guard exit.isSuccess else { throw failure("cannot fetch from \(GitRemote.withoutPassword(remote))", exit, errors) }
    }

    /// References of another repository, by name.
    package func references(of remote: String, matching patterns: [String] = []) async throws(GitError) -> [String: GitObjectID] {
        let (exit, output, errors) = try await run(["ls-remote", "--quiet", "--refs", "--end-of-options", remote] + patterns)
        guard exit.isSuccess else { throw failure("cannot list the references of \(GitRemote.withoutPassword(remote))", exit, errors) }
        var found: [String: GitObjectID] = [:]
        for line in output.textLines {
            let parts = line.split(separator: "\t")
            if parts.count == 2, let id = GitObjectID(String(parts[0])) { found[String(parts[1])] = id }
        }
        return found
    }

    /// Sets references of another repository, all or none, each only if it still is there what was expected.
    ///
    /// - Throws: kind `rejected` with what became of each; kind `remote` where nobody could be asked.
    package func push(_ updates: [GitPushUpdate], to remote: String) async throws(GitError) {
        precondition(!updates.isEmpty, "something is pushed")
        var arguments = ["push", "--porcelain", "--quiet", "--atomic", "--no-follow-tags", "--recurse-submodules=no"]
        for update in updates { arguments.append("--force-with-lease=\(update.reference):\(update.expected.map(\.description) ?? "")") }
        arguments += ["--end-of-options", remote]
        for update in updates { arguments.append("\(update.id.map(\.description) ?? ""):\(update.reference)") }
        let (exit, output, errors) = try await run(arguments)
        if exit.isSuccess { return }
        let doing = "cannot push to \(GitRemote.withoutPassword(remote))"
        let rejections = GitPushRejection.all(inPorcelain: output)
        guard let first = rejections.first(where: { $0.reason != .withTheOthers }) ?? rejections.first else { throw failure(doing, exit, errors) }
        throw GitError(.rejected(rejections), "\(doing): \(first.reference) was refused: \(first.reason.words)", help: first.reason.help)
    }

    private func failure(_ doing: String, _ exit: ChildExit, _ errors: String) -> GitError {
        let lines = errors.textLines.map { $0.trimmingPrefix(while: \.isWhitespace) }.filter { !$0.isEmpty }
        let ends = ["fatal: ", "error: "]
        // What git says after a program that it called has failed leads on to nothing but that one's words.
        let caller = lines.firstIndex { $0.hasPrefix("fatal: Could not read from remote repository") }
        let said = caller.flatMap { lines[..<$0].last } ?? lines.first { line in ends.contains(where: line.hasPrefix) } ?? lines.last
        let reason = said.map { GitRemote.withoutPassword(String($0)) } ?? "git \(exit.words)"
        let asks = ["could not read Username", "could not read Password", "Permission denied", "Authentication failed", "terminal prompts disabled"]
        let help = asks.contains { errors.contains($0) } ? "give git the credentials: a credential helper (gitcredentials), or a key that ssh can use without being asked" : nil
        return GitError(.remote, "\(doing): \(reason)", help: help)
    }

    func run(_ arguments: [String]) async throws(GitError) -> (ChildExit, output: String, errors: String) {
        let (output, errors) = (Collected(), Collected())
        var child = ChildProcess("git", ["--git-dir=\(folder)"] + arguments, environment: environment)
        if !folder.isEmpty { child.folder = workingTree ?? folder }
        child.output = .read { output.append($0) }
        child.errors = .read { errors.append($0) }
        let exit: ChildExit
        do {
            exit = try await child.run()
        } catch {
            throw GitError(.noProgram, "cannot run git: \(error.message)", help: error.help ?? "install git")
        }
        guard !output.isCut else { throw GitError(.other, "git \(arguments.first ?? "") says more than \(Collected.limit >> 20) MB: that is too much to read") }
        return (exit, output.text, errors.text)
    }

    /// What a program says, up to a limit.
    private final class Collected: Sendable {
        static let limit = 64 << 20
        private let state = Mutex<(bytes: [UInt8], isCut: Bool)>(([], false))

        func append(_ more: UnsafeRawBufferPointer) -> Bool {
            state.withLock { state in
                if state.bytes.count + more.count <= Self.limit { state.bytes += more } else { state.isCut = true }
            }
            return true
        }

        var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }
        var isCut: Bool { state.withLock { $0.isCut } }
    }
}
