internal import Crypto
internal import Diagnostics
internal import Support
internal import Synchronization

/// A program of the project that tells a system the new value of a secret. It reads one JSON object, `{"name", "environment",
/// "version", "old", "new"}`, from its standard input; what it writes is shown without the values.
struct RotationProgram {
    let command: [String]
    /// The project's.
    let folder: String
    let variables: [String: String]
    /// The store's. The program keeps it where this process is killed: no other rotation begins while it goes on.
    let lock: DirectoryLock
    let tell: @Sendable (String) -> Void

    func run(name: String, environment: String, version: String, old: SensitiveBytes, new: SensitiveBytes) async throws {
        let input = Self.input(name: name, environment: environment, version: version, old: old, new: new)
        // A path belongs to the project; a bare name is looked for in PATH.
        let program = command[0].utf8.contains(UInt8(ascii: "/")) ? FileSystem.absolute(command[0], relativeTo: folder) : command[0]
        // It needs no key: it gets the values.
        let keys: Set<String> = ["PIPECTL_AGE_KEY", "SOPS_AGE_KEY"]
        var process = ChildProcess(program, Array(command.dropFirst()), environment: ChildEnvironment(variables.filter { !keys.contains($0.key) }))
        process.folder = folder
        process.kept = [lock.descriptor]
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
    private struct State {
        var stream = ScrubbingStream()
        /// Scrubbed, of a line whose end has not come.
        var rest: [UInt8] = []
    }

    private let state = Mutex(State())
    private let latest = Mutex<String?>(nil)
    private let tell: @Sendable (String) -> Void

    /// Longer ones are cut: this is for people.
    private static let limit = 4096

    init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    var last: String? { latest.withLock { $0 } }

    func add(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            show(lines: state.stream.take(bytes), &state.rest)
        }
    }

    func finish() {
        state.withLock { state in
            show(lines: state.stream.finish(), &state.rest)
            if !state.rest.isEmpty { show(state.rest[...]) }
            state.rest = []
        }
    }

    private func show(lines bytes: [UInt8], _ rest: inout [UInt8]) {
        rest += bytes
        var start = 0
        while let end = rest[start...].firstIndex(of: 0x0A) {
            show(rest[start..<end])
            start = end + 1
        }
        rest.removeFirst(start)
        if rest.count > Self.limit {
            show(rest[...])
            rest = []
        }
    }

    private func show(_ bytes: ArraySlice<UInt8>) {
        let text = VisibleText.escaped(String(decoding: bytes, as: UTF8.self))
        latest.withLock { $0 = text }
        tell("  \(text)")
    }
}
