import Foundation
import Glibc
import Support
import Synchronization
import Testing

/// Bytes that come from a thread.
private final class Collected: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func add(_ more: UnsafeRawBufferPointer) -> Bool {
        bytes.withLock { $0 += more }
        return true
    }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var count: Int { bytes.withLock(\.count) }
}

@Suite struct ChildProcessTests {
    private func shell(_ script: String, _ variables: [String: String] = ["PATH": "/usr/bin:/bin"]) -> ChildProcess {
        ChildProcess("sh", ["-c", script], environment: ChildEnvironment(variables))
    }

    @Test func theStreamsStayApartAndTheCodeIsTold() async throws {
        let (output, errors) = (Collected(), Collected())
        var child = shell("printf one; printf two >&2; exit 7")
        child.output = .read { output.add($0) }
        child.errors = .read { errors.add($0) }
        #expect(try await child.run() == .code(7))
        #expect(output.text == "one" && errors.text == "two")
    }

    @Test func aLockIsKeptByTheProgramUntilItIsLetGo() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileSystem.createDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var lock = try DirectoryLock.acquire(folder, timeout: .zero)
        let descriptor = try #require(lock).descriptor
        let output = Collected()
        var child = shell("test -e /proc/self/fd/\(descriptor) && printf kept; sleep 1 >/dev/null 2>&1 &")
        child.output = .read { output.add($0) }
        child.kept = [descriptor]
        #expect(try await child.run().isSuccess)
        #expect(output.text == "kept")
        #expect(try DirectoryLock.acquire(folder, timeout: .zero) == nil)
        lock = nil
        #expect(try DirectoryLock.acquire(folder, timeout: .zero) != nil, "what was started in the background has the descriptor still")
    }

    @Test func moreThanAPipeHoldsGoesInAndComesOut() async throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let output = Collected()
        var child = ChildProcess("cat", environment: ChildEnvironment(["PATH": "/usr/bin:/bin"]))
        child.input = .bytes { use in bytes.withUnsafeBytes { use($0) } }
        child.output = .read { output.add($0) }
        #expect(try await child.run().isSuccess)
        #expect(output.count == bytes.count)
    }

    @Test func aProgramThatReadsNothingIsNoFailure() async throws {
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        var child = shell("exit 3")
        child.input = .bytes { use in bytes.withUnsafeBytes { use($0) } }
        #expect(try await child.run() == .code(3))
    }

    @Test func onlyTheVariablesThatWereGivenAndTheFolder() async throws {
        let folder = try TemporaryFolder()
        let output = Collected()
        var child = ChildProcess("/usr/bin/env", environment: ChildEnvironment(["A": "1", "B": "x=y"]))
        child.output = .read { output.add($0) }
        #expect(try await child.run().isSuccess)
        #expect(output.text.split(separator: "\n").sorted() == ["A=1", "B=x=y"])
        let place = Collected()
        child = shell("pwd -P")
        child.folder = folder.path
        child.output = .read { place.add($0) }
        #expect(try await child.run().isSuccess)
        #expect(try place.text == FileSystem.realPath(folder.path) + "\n")
    }

    @Test func noDescriptorButTheThreeUsualSignalsNoneBlocked() async throws {
        signal(SIGPIPE, SIG_IGN)
        let output = Collected()
        // The shell's own listing has one open while it lists.
        var child = ChildProcess("cat", ["/proc/self/status"], environment: ChildEnvironment(["PATH": "/usr/bin:/bin"]))
        child.output = .read { output.add($0) }
        #expect(try await child.run().isSuccess)
        let lines = output.text.split(separator: "\n")
        let pipe = UInt64(1) << (SIGPIPE - 1)
        let ignored = lines.first { $0.hasPrefix("SigIgn:") }.flatMap { UInt64($0.split(separator: "\t")[1], radix: 16) }
        #expect(ignored.map { $0 & pipe } == 0)
        #expect(lines.contains("SigBlk:\t0000000000000000"))
    }

    @Test func whatIsMissingOrCannotBeRunIsToldApart() async throws {
        let folder = try TemporaryFolder()
        try FileSystem.writeAtomically(Array("#!/nowhere/sh\n".utf8), to: folder.path + "/odd", mode: 0o755)
        try FileSystem.writeAtomically(Array("text".utf8), to: folder.path + "/text", mode: 0o644)
        try FileSystem.writeAtomically(Array("text".utf8), to: folder.path + "/bare", mode: 0o755)
        let cases: [(String, ChildProcessError.Kind)] = [
            ("no-such-program-here", .notFound), ("/no/such/program", .notFound), ("text", .notExecutable), ("odd", .notExecutable),
            ("bare", .notExecutable), ("/", .notExecutable),
        ]
        for (name, kind) in cases {
            let error = await #expect(throws: ChildProcessError.self) { try await ChildProcess(name, environment: ChildEnvironment(["PATH": folder.path])).run() }
            #expect(error?.kind == kind, "\(name): \(error?.message ?? "")")
        }
        var child = shell("true")
        child.folder = "/no/such/folder"
        let error = await #expect(throws: ChildProcessError.self) { try await child.run() }
        #expect(error?.kind == .folder)
    }

    @Test func aSignalThatEndsItIsTold() async throws {
        #expect(try await shell("kill -TERM $$").run() == .signal(SIGTERM))
        #expect(ChildExit.signal(9).shellCode == 137 && ChildExit.code(5).shellCode == 5)
    }

    @Test func cancellingEndsTheProgramAndThoseItStarted() async throws {
        let output = Collected()
        var child = shell("sleep 60 & echo $!; wait")
        child.output = .read { output.add($0) }
        let task = Task { [child] in try await child.run() }
        while output.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(try await task.value == .signal(SIGTERM))
        let sleeper = try #require(pid_t(output.text.dropLast()))
        // A zombie has no program any more.
        for _ in 0..<200 where FileSystem.exists("/proc/\(sleeper)/exe") { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!FileSystem.exists("/proc/\(sleeper)/exe"))
    }

    @Test func oneThatDoesNotHeedSIGTERMIsKilled() async throws {
        let output = Collected()
        var child = shell("trap '' TERM; echo up; while :; do sleep 1; done")
        child.output = .read { output.add($0) }
        let task = Task { [child] in try await child.run() }
        while output.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(try await task.value == .signal(SIGKILL))
    }

    @Test func somebodyWhoKeepsTheOutputOpenIsNotWaitedFor() async throws {
        let output = Collected()
        var child = shell("sleep 600 & echo $!")
        child.output = .read { output.add($0) }
        child.patience = .milliseconds(200)
        #expect(try await child.run().isSuccess)
        let sleeper = try #require(pid_t(output.text.dropLast()))
        #expect(FileSystem.exists("/proc/\(sleeper)/exe"), "it was waited for")
        kill(sleeper, SIGKILL)
    }

    @Test func manyAtOnceBlockNobody() async throws {
        try await withThrowingTaskGroup(of: ChildExit.self) { group in
            for code in 0..<40 { group.addTask { [self] in try await shell("sleep 0.3; exit \(code)").run() } }
            var codes: Set<ChildExit> = []
            for try await exit in group { codes.insert(exit) }
            #expect(codes.count == 40)
        }
    }

    @Test func aVariableTakesThePlaceOfOneOfItsName() {
        let environment = ChildEnvironment(["A": "1"])
        environment.set("A", to: "2")
        #expect(environment["A"] == "2" && environment["B"] == nil)
    }
}

@Suite struct ShellWordTests {
    @Test(arguments: [
        ("code --wait", ["code", "--wait"]), ("  vi\t", ["vi"]), ("'/a b/ed' -x", ["/a b/ed", "-x"]), (#""a\"b" c\ d"#, [#"a"b"#, "c d"]),
        (#"vim -c 'set nobackup | $HOME'"#, ["vim", "-c", "set nobackup | $HOME"]), ("''", [""]), ("", []), (#""\n""#, [#"\n"#]),
    ])
    func aCommandLineIsDividedAsAShellDoes(text: String, words: [String]) { #expect(ShellWord.split(text) == words) }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func aQuoteThatIsNotClosed(text: String) { #expect(ShellWord.split(text) == nil) }
}
