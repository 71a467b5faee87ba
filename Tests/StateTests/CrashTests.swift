import Foundation
import State
import Support
import Testing

/// What a process that is killed leaves behind. The child is this test program again; it finds the folder in its environment.
@Suite(.serialized) struct CrashTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        setenv("STATE_TESTS_FOLDER", folder.path, 1)
    }

    static func childPath(_ name: String) -> String { String(cString: getenv("STATE_TESTS_FOLDER")) + "/" + name }

    @Test func killInATransactionLosesThatTransactionOnly() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let journal = try Journal(path: CrashTests.childPath("state.sqlite"))
            let run = try journal.begin("sales", entropy: 0xABCDEF)
            try journal.log(run: run.id, .info, "before", at: moment())
            let attempt = try journal.beginAttempt(run: run.id, path: "a", name: "a", type: "copy", at: moment(1))
            try journal.finishAttempt(run: run.id, path: "a", attempt: attempt, .succeeded, output: 42, at: moment(2))
            _ = try journal.beginAttempt(run: run.id, path: "b", name: "b", type: "copy", at: moment(3))
            let database = try Database(path: journal.path)
            try database.write { (connection) throws(StateError) in
                try connection.execute("DELETE FROM activities")
                try connection.execute("UPDATE runs SET status = 'succeeded'")
                kill(getpid(), SIGKILL)
            }
        }
        let journal = try Journal(path: folder("state.sqlite"))
        let run = try journal.run(matching: "last")
        #expect(run.status == .running)
        #expect(!run.process.mayBeRunning)
        #expect(try journal.events(run: run.id).map(\.message) == ["before"])
        #expect(try journal.interruptDeadRuns(at: moment(60)).map(\.id) == [run.id])
        #expect(try journal.run(run.id)?.status == .interrupted)
        #expect(try journal.activities(run: run.id).map(\.status) == [.succeeded, .interrupted])
        let resumed = try journal.resumeRun(run.id)
        #expect(resumed.sequence == run.sequence)
        #expect(resumed.process == .current)
        #expect(try journal.succeededActivities(run: run.id) == ["a": 42])
        #expect(try journal.database.findDamage() == [])
    }

    @Test func lockOfAKilledProcessIsFree() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let lock = try FileLock.acquire(CrashTests.childPath("lock"), purpose: "doomed", at: moment())
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(try String(contentsOfFile: folder("lock"), encoding: .utf8).contains("doomed"))
        #expect(FileLock.owner(of: folder("lock")) == nil, "the name of a dead holder is not reported")
        let lock = try FileLock.acquire(folder("lock"), purpose: "next", at: moment())
        #expect(FileLock.owner(of: folder("lock"))?.purpose == "next")
        lock.release()
    }

    @Test func readOnlyFolderIsNamed() async throws {
        try Journal(path: folder("state.sqlite")).close()
        #expect(chmod(folder.path, 0o555) == 0)
        await #expect(processExitsWith: .success) {
            // Root may write anywhere.
            if getuid() == 0 { try #require(setuid(65534) == 0) }
            for name in ["state.sqlite", "new.sqlite"] {
                let path = CrashTests.childPath(name)
                let error = try #require(stateError { _ = try Journal(path: path).beginRun(NewRun(pipeline: "p", environment: "e"), at: moment()) })
                try #require(error.kind == .readOnly, "\(error)")
                try #require(error.message == "cannot write the state database \(path): the file or its folder is read-only")
            }
        }
    }
}
