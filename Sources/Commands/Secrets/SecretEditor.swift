internal import CommandLineKit
internal import Crypto
internal import Glibc
internal import Secrets
internal import Support

/// Somebody's editor on a text in the clear, in a folder that goes with it.
struct SecretEditor {
    private let folder: MemoryFolder
    private let name: String
    private let words: [String]
    private let forwarding: SignalForwarding

    /// - Parameter name: of the file, which tells the editor what it is.
    init(name: String, isOnDisk: Bool, forwarding: SignalForwarding, variables: [String: String]) throws {
        self.name = name
        self.forwarding = forwarding
        words = try Self.words(variables)
        if isOnDisk {
            folder = try MemoryFolder(in: variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp")
        } else {
            guard let base = MemoryFolder.base(runtimeFolder: variables["XDG_RUNTIME_DIR"]) else {
                throw CommandFailure(
                    "there is no file system in memory for the text in the clear: neither XDG_RUNTIME_DIR nor /dev/shm is one",
                    help: "--on-disk takes TMPDIR; the file is overwritten afterwards, which a disk may not do where it lay")
            }
            folder = try MemoryFolder(in: base)
        }
    }

    private static func words(_ variables: [String: String]) throws -> [String] {
        for variable in ["SOPS_EDITOR", "VISUAL", "EDITOR"] {
            guard let text = variables[variable] else { continue }
            guard let words = ShellWord.split(text) else { throw CommandFailure("a quote in \(variable) is not closed", .usage) }
            if !words.isEmpty { return words }
        }
        return ["vi"]
    }

    /// Lets the text be edited; nil goes on with the text as it was left.
    func edit(_ text: SensitiveBytes?) async throws -> SensitiveBytes {
        if let text { try text.withBytes { (bytes) throws(SystemError) in try folder.write(name, bytes) } }
        let environment = ChildEnvironment.inherited { !SecretsRunCommand.identities.contains($0) }
        // What the editor keeps beside the file goes with the folder.
        environment.set("TMPDIR", to: folder.path)
        var program = ChildProcess(words[0], Array(words.dropFirst()) + [FileSystem.join(folder.path, name)], environment: environment)
        program.input = .inherited
        program.hasOwnGroup = false
        program.forwarding = forwarding
        let exit: ChildExit
        do throws(ChildProcessError) {
            exit = try await program.run()
        } catch {
            throw CommandFailure("the editor was not started: \(error.message)", help: error.kind == .notFound ? "name yours in EDITOR" : error.help)
        }
        // Ctrl-C is the editor's affair, the other signals were meant for both.
        if let signal = forwarding.received, signal != SIGINT, signal != SIGQUIT { throw CancellationError() }
        guard exit.isSuccess else { throw CommandFailure("the editor \(exit.words)", help: "nothing was changed", .failure) }
        var bytes: [UInt8]
        do throws(SystemError) { bytes = try folder.read(name, limit: 32 << 20) } catch {
            throw CommandFailure("the editor left no file that can be read: \(error.reason)", help: "nothing was changed", .failure)
        }
        return SensitiveBytes(taking: &bytes)
    }

    func remove() throws(SystemError) { try folder.remove() }
}
