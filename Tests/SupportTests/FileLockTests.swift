import Foundation
import Support
import Testing

@Suite struct FileLockTests {
    let folder: TemporaryFolder
    let now = Instant(microseconds: 1_795_243_503_000_000)
    init() throws { folder = try TemporaryFolder() }

    @Test func secondHolderIsToldWhoHasIt() throws {
        let path = folder("locks/sales.lock")
        let lock = try FileLock.acquire(path, purpose: "run 20261121-064503-7f3a9c", at: now)
        let owner = FileLock.Owner(process: .current, purpose: "run 20261121-064503-7f3a9c", since: now)
        let error = #expect(throws: FileLockError.held(path: path, by: owner)) {
            try FileLock.acquire(path, purpose: "other", at: now)
        }
        #expect(
            error?.description == "\(path) is locked by process \(getpid()) since 2026-11-21 06:45:03 UTC (run 20261121-064503-7f3a9c)")
        #expect(FileLock.owner(of: path) == owner)
        lock.release()
        lock.release()
        #expect(FileLock.owner(of: path) == nil)
        try FileLock.acquire(path, purpose: "other", at: now).release()
    }

    @Test func goesWithItsValue() throws {
        do { _ = try FileLock.acquire(folder("lock"), purpose: "short", at: now) }
        try FileLock.acquire(folder("lock"), purpose: "next", at: now).release()
    }

    @Test func waitingEndsWhenTheHolderDoes() async throws {
        let path = folder("lock")
        let first = try FileLock.acquire(path, purpose: "first", at: now)
        let waiting = Task { try await FileLock.acquire(path, purpose: "second", clock: .system, timeout: .seconds(30)) }
        try await Task.sleep(for: .milliseconds(120))
        first.release()
        let second = try await waiting.value
        #expect(FileLock.owner(of: path)?.purpose == "second")
        second.release()
    }

    @Test func waitingEndsWithTheTimeOrTheTask() async throws {
        let path = folder("lock")
        let first = try FileLock.acquire(path, purpose: "first", at: now)
        let start = ContinuousClock.now
        await #expect(throws: FileLockError.self) {
            _ = try await FileLock.acquire(path, purpose: "second", clock: .system, timeout: .milliseconds(200))
        }
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        let cancelled = Task { try await FileLock.acquire(path, purpose: "third", clock: .system, timeout: .seconds(60)) }
        cancelled.cancel()
        await #expect(throws: FileLockError.cancelled) { _ = try await cancelled.value }
        first.release()
    }

    @Test func onlyOneOfManyIsInside() async throws {
        let path = folder("lock")
        let counter = folder("counter")
        try Data("0".utf8).write(to: URL(fileURLWithPath: counter))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    let lock = try await FileLock.acquire(path, purpose: "\(number)", clock: .system, timeout: .seconds(60))
                    let value = try #require(Int(String(contentsOfFile: counter, encoding: .utf8)))
                    try await Task.sleep(for: .milliseconds(2))
                    try Data("\(value + 1)".utf8).write(to: URL(fileURLWithPath: counter))
                    lock.release()
                }
            }
            try await group.waitForAll()
        }
        #expect(try String(contentsOfFile: counter, encoding: .utf8) == "10")
    }

    @Test func childrenDoNotKeepIt() throws {
        let lock = try FileLock.acquire(folder("lock"), purpose: "parent", at: now)
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["30"]
        try child.run()
        defer { child.terminate() }
        lock.release()
        try FileLock.acquire(folder("lock"), purpose: "next", at: now).release()
    }

    @Test func anotherProgramsLockIsRespected() throws {
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = ["--no-fork", folder("lock"), "sh", "-c", "echo locked; exec sleep 30"]
        let output = Pipe()
        holder.standardOutput = output
        try holder.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        #expect(throws: FileLockError.held(path: folder("lock"), by: nil)) {
            try FileLock.acquire(folder("lock"), purpose: "x", at: now)
        }
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        try FileLock.acquire(folder("lock"), purpose: "x", at: now).release()
    }

    @Test func linkInPlaceOfTheFileIsRefused() throws {
        #expect(symlink("/tmp/elsewhere", folder("lock")) == 0)
        #expect(throws: FileLockError.system(SystemError("lock", path: folder("lock"), code: ELOOP))) {
            try FileLock.acquire(folder("lock"), purpose: "x", at: now)
        }
    }
}

@Suite struct ProcessIdentityTests {
    @Test func thisProcessRuns() {
        #expect(ProcessIdentity.current.pid == getpid())
        #expect(ProcessIdentity.current.startTicks > 0)
        #expect(ProcessIdentity.current.scope.contains("/pid:["))
        #expect(ProcessIdentity.current.mayBeRunning)
    }

    @Test func anotherStartBootOrNamespace() {
        let own = ProcessIdentity.current
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1, scope: own.scope).mayBeRunning)
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks, scope: "other-boot/pid:[1]").mayBeRunning)
        let boot = String(own.scope.prefix { $0 != "/" })
        #expect(ProcessIdentity(pid: 1, startTicks: 1, scope: boot + "/pid:[1]").mayBeRunning, "a container's process cannot be seen")
    }
}
