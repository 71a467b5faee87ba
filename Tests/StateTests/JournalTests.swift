import State
import Support
import Testing

@Suite struct JournalTests {
    let folder: TemporaryFolder
    let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try Journal(path: folder("state/state.sqlite"))
    }

    @Test func runKeepsAllThatWasKnown() throws {
        let parent = try journal.begin("nightly")
        let parameters: JSONObject = ["since": "2024-01-01", "deep": ["b": [1, 2.5, true, nil], "a": "Zoë \"\\ \u{7}"], "zero": 0]
        let started = try journal.beginRun(
            NewRun(
                pipeline: "sales", environment: "prod", parent: parent.id, parameters: parameters, trigger: "schedule",
                release: "17", digest: "sha256:00", process: deadProcess),
            at: moment(1), entropy: 0x7F3A9C)
        #expect(started.id == "20261121-064504-7f3a9c")
        #expect(started.status == .running)
        #expect(started.finished == nil)
        let read = try #require(try journal.run(started.id))
        #expect(read == started)
        #expect(read.parameters == parameters)
        #expect(read.parameters.keys == ["since", "deep", "zero"])
        #expect(read.parent == parent.id)
        #expect(read.trigger == "schedule")
        #expect(read.release == "17")
        #expect(read.digest == "sha256:00")
        #expect(read.process == deadProcess)
        try journal.finishRun(read.id, .failed, error: "activity orders failed", at: moment(9.25))
        let finished = try #require(try journal.run(read.id))
        #expect(finished.status == .failed)
        #expect(finished.error == "activity orders failed")
        #expect(finished.finished == moment(9.25))
        #expect(try journal.children(of: parent.id).map(\.id) == [read.id])
    }

    @Test func secretsAreNotKept() throws {
        let canary = "canary-of-\"the\"-journal"
        SecretScrubber.shared.register(canary)
        SecretScrubber.shared.register("73105559")
        SecretScrubber.shared.register("silver.canary")
        let run = try journal.beginRun(
            NewRun(pipeline: "sales", environment: "prod", parameters: ["token": .string(canary), "pin": 73_105_559]), at: moment(1))
        #expect(run.parameters == ["token": "***", "pin": "***"])
        let attempt = try journal.beginAttempt(run: run.id, path: "a", name: "a", type: "lookup", at: moment(2))
        try journal.finishAttempt(
            run: run.id, path: "a", attempt: attempt, .failed, output: ["rows": [.string("say \(canary)")]],
            error: "could not convert '\(canary)'", at: moment(3))
        try journal.log(run: run.id, .error, "log \(canary)", path: "a", at: moment(3))
        try journal.setVariable(run: run.id, name: "v", value: .string(canary))
        // The name of a table is in the project's files, so it is no secret; its pin has to be found.
        #expect(try journal.pin(run: run.id, table: "silver.canary", version: 3) == 3)
        #expect(try journal.pin(run: run.id, table: "silver.canary", version: 4) == 3)
        #expect(try journal.variables(run: run.id) == ["v": "***"])
        for name in ["state/state.sqlite", "state/state.sqlite-wal"] {
            let bytes = try FileSystem.read(folder(name))
            #expect(!String(decoding: bytes, as: UTF8.self).contains("canary-of-"), "\(name)")
        }
    }

    @Test func sequenceIsTheStartAndNeverRepeats() throws {
        let first = try journal.begin()
        #expect(first.sequence == moment().milliseconds)
        #expect(try journal.begin().sequence == first.sequence + 1)
        #expect(try journal.begin(seconds: -3600).sequence == first.sequence + 2, "the clock went back")
        #expect(try journal.begin(seconds: 5).sequence == moment(5).milliseconds)
    }

    @Test func takenIdIsNotGivenAgain() throws {
        let first = try journal.begin(entropy: 1)
        let second = try journal.begin(entropy: 1)
        #expect(first.id == "20261121-064503-000001")
        #expect(second.id != first.id)
        #expect(second.id.hasPrefix("20261121-064503-"))
    }

    @Test func runEndsOnce() throws {
        let run = try journal.begin()
        try journal.finishRun(run.id, .succeeded, at: moment(1))
        #expect(stateError { try journal.finishRun(run.id, .failed, at: moment(2)) }?.kind == .conflict)
        #expect(stateError { try journal.finishRun("nope", .failed, at: moment(2)) }?.kind == .notFound)
        #expect(try journal.run(run.id)?.status == .succeeded)
    }

    @Test func unknownParentIsRefused() {
        #expect(stateError { _ = try journal.begin(parent: "nope") }?.kind == .constraint)
    }

    @Test func lookupByTextUsersType() throws {
        #expect(stateError { _ = try journal.run(matching: "last") }?.message == "there are no runs yet")
        let a = try journal.begin(entropy: 0xAAAAAA)
        let b = try journal.begin(seconds: 60, entropy: 0xBBAAAA)
        let child = try journal.begin(seconds: 90, parent: b.id, entropy: 0xCCAAAA)
        #expect(try journal.run(matching: "last").id == b.id)
        #expect(try journal.run(matching: a.id).id == a.id)
        #expect(try journal.run(matching: "20261121-064503").id == a.id)
        #expect(try journal.run(matching: "bba").id == b.id)
        #expect(try journal.run(matching: "cc").id == child.id)
        let ambiguous = stateError { _ = try journal.run(matching: "20261121") }
        #expect(ambiguous?.kind == .ambiguous)
        #expect(ambiguous?.message == "\"20261121\" fits more than one run: \(child.id), \(b.id), \(a.id)")
        for text in ["", "%", "_", "2027", "20261121-064503-aaaaaa0", "1121"] {
            #expect(stateError { _ = try journal.run(matching: text) }?.kind == .notFound, "\(text)")
        }
    }

    @Test func listingFiltersAndLimits() throws {
        let a = try journal.begin("sales")
        let b = try journal.begin("stock", seconds: 60)
        let c = try journal.begin("sales", seconds: 120)
        let child = try journal.begin("stock", seconds: 130, parent: c.id)
        try journal.finishRun(a.id, .failed, at: moment(10))
        func ids(_ filter: RunFilter, limit: Int = 50) throws -> [String] { try journal.runs(filter, limit: limit).map(\.id) }
        #expect(try ids(RunFilter()) == [c.id, b.id, a.id])
        #expect(try ids(RunFilter(), limit: 1) == [c.id])
        #expect(try ids(RunFilter(includesChildren: true)) == [child.id, c.id, b.id, a.id])
        #expect(try ids(RunFilter(pipeline: "sales")) == [c.id, a.id])
        #expect(try ids(RunFilter(environment: "prod")) == [])
        #expect(try ids(RunFilter(statuses: [.failed, .succeeded])) == [a.id])
        #expect(try ids(RunFilter(since: moment(60))) == [c.id, b.id])
        #expect(try ids(RunFilter(since: moment(60), before: moment(120))) == [b.id])
    }

    @Test func onlyRunsOfEndedProcessesAreInterrupted() throws {
        let alive = try journal.begin()
        let dead = try journal.beginRun(NewRun(pipeline: "p", environment: "dev", process: deadProcess), at: moment())
        #expect(try journal.deadRuns().map(\.id) == [dead.id])
        #expect(try journal.run(dead.id)?.status == .running, "looking changes nothing")
        let marked = try journal.interruptDeadRuns(at: moment(7))
        #expect(marked.map(\.id) == [dead.id])
        #expect(marked.map(\.status) == [.interrupted])
        #expect(marked.map(\.finished) == [moment(7)])
        #expect(try journal.interruptDeadRuns(at: moment(8)).isEmpty)
        #expect(try journal.run(alive.id)?.status == .running)
    }

    @Test func resumingKeepsIdentityAndRefusesWhatRunsOrSucceeded() throws {
        let running = try journal.begin()
        #expect(stateError { _ = try journal.resumeRun(running.id) }?.kind == .conflict)
        try journal.finishRun(running.id, .succeeded, at: moment(1))
        #expect(stateError { _ = try journal.resumeRun(running.id) }?.message.contains("has succeeded") == true)
        let dead = try journal.beginRun(NewRun(pipeline: "p", environment: "dev", process: deadProcess), at: moment())
        _ = try journal.beginAttempt(run: dead.id, path: "x", name: "x", type: "copy", at: moment())
        let resumed = try journal.resumeRun(dead.id)
        #expect(resumed.sequence == dead.sequence)
        #expect(resumed.started == dead.started)
        #expect(resumed.process == .current)
        #expect(try journal.activities(run: dead.id).map(\.status) == [.interrupted])
        #expect(try journal.beginAttempt(run: dead.id, path: "x", name: "x", type: "copy", at: moment(2)) == 2)
        try journal.finishRun(dead.id, .failed, error: "again", at: moment(3))
        #expect(try journal.resumeRun(dead.id).error == nil)
    }

    @Test func twoJournalsOnOneFileSeeEachOther() throws {
        let other = try Journal(path: journal.path)
        let run = try journal.begin()
        #expect(try other.run(run.id) == run)
        try other.finishRun(run.id, .cancelled, at: moment(1))
        #expect(try journal.run(run.id)?.status == .cancelled)
        try other.close()
        #expect(try journal.runs().count == 1)
    }

    @Test func concurrentRunsHaveDistinctSequences() async throws {
        let path = journal.path
        let sequences = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let own = try Journal(path: path)
                    let found = try (0..<20).map { _ in try own.begin().sequence }
                    try own.close()
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sequences.sorted() == (0..<80).map { moment().milliseconds + $0 })
    }
}
