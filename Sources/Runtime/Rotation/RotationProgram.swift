internal import Crypto
internal import Support
internal import Synchronization

/// A program of the project that tells a system the new value of a secret. It reads one JSON object, `{"name", "environment",
/// "version", "old", "new"}`, from its standard input; what it writes is shown without the values.
struct RotationProgram {
    let command: [String]
    /// The project's.
    let folder: String
    let variables: [String: String]
    let tell: @Sendable (String) -> Void

    func run(name: String, environment: String, version: String, old: SensitiveBytes, new: SensitiveBytes) async throws {
        let input = Self.input(name: name, environment: environment, version: version, old: old, new: new)
        // A path belongs to the project; a bare name is looked for in PATH.
        let program = command[0].utf8.contains(UInt8(ascii: "/")) ? FileSystem.absolute(command[0], relativeTo: folder) : command[0]
        // It needs no key: it gets the values.
        let keys: Set<String> = ["PIPECTL_AGE_KEY", "SOPS_AGE_KEY"]
        var process = ChildProcess(program, Array(command.dropFirst()), environment: ChildEnvironment(variables.filter { !keys.contains($0.key) }))
        process.folder = folder
        process.input = .bytes { use in input.withBytes { use($0) } }
        let lines = OutputLines(tell)
        process.output = .read { lines.add($0); return true }
        process.errors = process.output
        let exit: ChildExit
        do throws(ChildProcessError) {
            exit = try await process.run()
        } catch {
            throw ActivityFailure("\(command[0]): \(error.message)", help: error.help)
        }
        lines.finish()
        try Task.checkCancellation()
        guard exit.isSuccess else {
            throw ActivityFailure("\(command[0]) \(exit.words)" + (lines.last.map { ": \($0)" } ?? ""))
        }
    }

    private static func input(name: String, environment: String, version: String, old: SensitiveBytes, new: SensitiveBytes) -> SensitiveBytes {
        func text(_ bytes: SensitiveBytes) -> JSONValue { .string(bytes.withBytes { String(decoding: $0, as: UTF8.self) }) }
        let object: JSONValue = [
            "name": .string(name), "environment": .string(environment), "version": .string(version), "old": text(old), "new": text(new),
        ]
        var bytes = Array((object.text() + "\n").utf8)
        return SensitiveBytes(taking: &bytes)
    }
}

/// Lines as they come, without secrets.
private final class OutputLines: Sendable {
    private let rest = Mutex<[UInt8]>([])
    private let latest = Mutex<String?>(nil)
    private let tell: @Sendable (String) -> Void

    /// Longer ones are cut: this is for people.
    private static let limit = 4096

    init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    var last: String? { latest.withLock { $0 } }

    func add(_ bytes: UnsafeRawBufferPointer) {
        rest.withLock { rest in
            rest += bytes
            while let end = rest.firstIndex(of: 0x0A) {
                show(rest[..<end])
                rest.removeFirst(end + 1)
            }
            if rest.count > Self.limit {
                show(rest[...])
                rest = []
            }
        }
    }

    func finish() {
        rest.withLock { rest in
            if !rest.isEmpty { show(rest[...]) }
            rest = []
        }
    }

    private func show(_ bytes: ArraySlice<UInt8>) {
        let text = SecretScrubber.shared.scrub(String(decoding: bytes, as: UTF8.self))
        latest.withLock { $0 = text }
        tell("  \(text)")
    }
}
