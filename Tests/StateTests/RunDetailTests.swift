import State
import Support
import Testing

@Suite struct RunDetailTests {
    let folder: TemporaryFolder
    let journal: Journal
    let run: String

    init() throws {
        folder = try TemporaryFolder()
        journal = try Journal(path: folder("state.sqlite"))
        run = try journal.begin().id
    }

    private func begin(_ path: String, at seconds: Double = 0) throws -> Int {
        try journal.beginAttempt(run: run, path: path, name: "copy", type: "copy", at: moment(seconds))
    }

    @Test func attemptsCountFromOne() throws {
        let path = "load/ingest[3]/copy"
        #expect(try begin(path) == 1)
        try journal.finishAttempt(run: run, path: path, attempt: 1, .failed, error: "no route", at: moment(1))
        #expect(try begin(path, at: 2) == 2)
        #expect(try begin("other") == 1)
        let output: JSONValue = ["rowsCopied": 7, "files": ["a", nil], "ratio": 0.5]
        let rows = RowCounts(read: 10, written: 7, quarantined: 3)
        try journal.finishAttempt(run: run, path: path, attempt: 2, .succeeded, output: output, rows: rows, at: moment(3))
        let records = try journal.activities(run: run)
        #expect(records.map(\.path) == [path, path, "other"])
        #expect(records.map(\.status) == [.failed, .succeeded, .running])
        #expect(records[0].error == "no route")
        #expect(records[0].output == nil)
        #expect(records[1].attempt == 2)
        #expect(records[1].started == moment(2))
        #expect(records[1].finished == moment(3))
        #expect(records[1].output == output)
        #expect(records[1].rows == rows)
        #expect(records[2].rows == RowCounts())
        #expect(try journal.succeededActivities(run: run) == [path: output])
    }

    @Test func attemptEndsOnce() throws {
        let attempt = try begin("a")
        try journal.finishAttempt(run: run, path: "a", attempt: attempt, .cancelled, at: moment(1))
        for (path, number) in [("a", 1), ("a", 2), ("b", 1)] {
            let error = stateError {
                try journal.finishAttempt(run: run, path: path, attempt: number, .succeeded, at: moment(2))
            }
            #expect(error?.kind == .conflict, "\(path) \(number)")
        }
    }

    @Test func latestAttemptDecidesWhatIsDone() throws {
        for status in [ActivityStatus.succeeded, .failed] {
            let attempt = try begin("until/x")
            try journal.finishAttempt(run: run, path: "until/x", attempt: attempt, status, output: 1, at: moment(1))
        }
        let attempt = try begin("silent")
        try journal.finishAttempt(run: run, path: "silent", attempt: attempt, .succeeded, at: moment(1))
        #expect(try journal.succeededActivities(run: run) == ["silent": .null])
    }

    @Test func unstartedEntryGivesWayToAnAttempt() throws {
        func record(_ status: ActivityStatus, _ reason: String?) throws {
            try journal.recordUnstarted(run: run, path: "a", name: "a", type: "copy", status, reason: reason, at: moment(4))
        }
        try record(.pending, nil)
        #expect(try journal.activities(run: run).map(\.finished) == [nil])
        try record(.skipped, "orders failed")
        let skipped = try #require(try journal.activities(run: run).first)
        #expect(skipped.status == .skipped)
        #expect(skipped.attempt == 0)
        #expect(skipped.error == "orders failed")
        #expect(skipped.finished == moment(4))
        #expect(try begin("a", at: 5) == 1)
        #expect(try journal.activities(run: run).map(\.status) == [.running])
    }

    @Test func pinHoldsTheFirstVersion() throws {
        #expect(try journal.pin(run: run, table: "silver.orders", version: 4) == 4)
        #expect(try journal.pin(run: run, table: "silver.orders", version: 9) == 4)
        #expect(try journal.pin(run: run, table: "silver.customers", version: 0) == 0)
        try journal.movePin(run: run, table: "silver.orders", to: 10)
        try journal.movePin(run: run, table: "gold.sales", to: 1)
        #expect(try journal.pins(run: run) == ["silver.orders": 10, "silver.customers": 0, "gold.sales": 1])
        let other = try journal.begin().id
        #expect(try journal.pins(run: other).isEmpty)
    }

    @Test func tableUsesAreRecordedOnce() throws {
        for _ in 0..<2 {
            try journal.recordInput(run: run, path: "a", table: "bronze.orders", version: 3)
            try journal.recordInput(run: run, path: "a", table: "erp.public.orders", version: nil)
        }
        try journal.recordOutput(run: run, path: "a", table: "silver.orders", version: 5, rows: nil)
        try journal.recordOutput(run: run, path: "a", table: "silver.orders", version: 5, rows: 100)
        let uses = try journal.tableUses(run: run)
        #expect(uses == [
            TableUse(run: run, path: "a", direction: .input, table: "bronze.orders", version: 3),
            TableUse(run: run, path: "a", direction: .input, table: "erp.public.orders", version: nil),
            TableUse(run: run, path: "a", direction: .output, table: "silver.orders", version: 5, rows: 100),
        ])
        #expect(try journal.tableUses(table: "silver.orders") == [uses[2]])
    }

    @Test func checksOfARetryReplaceTheFirst() throws {
        func check(_ name: String, violations: Int64, sample: JSONValue? = nil) -> CheckRecord {
            CheckRecord(
                run: run, path: "orders", name: name, table: "silver.orders", kind: "notNull", onViolation: "fail",
                violations: violations, passed: violations == 0, sample: sample)
        }
        try journal.recordChecks([check("id", violations: 2, sample: [["id": nil]]), check("price", violations: 0)])
        try journal.recordChecks([check("id", violations: 0)])
        try journal.recordChecks([])
        #expect(try journal.checks(run: run) == [check("price", violations: 0), check("id", violations: 0)])
    }

    @Test func checksAreRecordedTogetherOrNotAtAll() throws {
        let good = CheckRecord(run: run, path: "a", name: "n", kind: "unique", onViolation: "warn", violations: 0, passed: true)
        let bad = CheckRecord(run: "nope", path: "a", name: "n", kind: "unique", onViolation: "warn", violations: 0, passed: true)
        #expect(stateError { try journal.recordChecks([good, bad]) }?.kind == .notFound)
        #expect(try journal.checks(run: run).isEmpty)
    }

    @Test(arguments: [
        .null, true, 0, -9_223_372_036_854_775_808, 9_223_372_036_854_775_807, 1e300, 0.1, 2.0, "", "a\u{0}\"\\\u{1F6B2}",
        [], [:], ["n": ["e": ["s": ["t": [1, [2, [3.5, "x"]]]]]]],
    ] as [JSONValue])
    func variableKeepsItsValue(_ value: JSONValue) throws {
        try journal.setVariable(run: run, name: "v", value: "first")
        try journal.setVariable(run: run, name: "v", value: value)
        try journal.setVariable(run: run, name: "V", value: 1)
        #expect(try journal.variables(run: run) == ["v": value, "V": 1])
    }

    @Test func logLinesComeInOrderAndContinue() throws {
        try journal.log(run: run, .info, "started", at: moment(2))
        try journal.log(run: run, .error, "line one\nline two", path: "load/copy", at: moment(1))
        let other = try journal.begin().id
        try journal.log(run: other, .debug, "elsewhere", at: moment())
        let events = try journal.events(run: run)
        #expect(events.map(\.message) == ["started", "line one\nline two"])
        #expect(events.map(\.level) == [.info, .error])
        #expect(events.map(\.path) == [nil, "load/copy"])
        #expect(events.map(\.time) == [moment(2), moment(1)])
        #expect(try journal.events(run: run, limit: 1) == [events[0]])
        #expect(try journal.events(run: run, after: events[0].id) == [events[1]])
        #expect(try journal.events(run: run, after: events[1].id).isEmpty)
    }

    @Test func unknownRunIsRefusedEverywhere() {
        let calls: [() throws -> Void] = [
            { try journal.log(run: "nope", .info, "x", at: moment()) },
            { try journal.setVariable(run: "nope", name: "x", value: 1) },
            { _ = try journal.pin(run: "nope", table: "a.b", version: 1) },
            { try journal.recordInput(run: "nope", path: "p", table: "a.b", version: 1) },
            { _ = try journal.beginAttempt(run: "nope", path: "p", name: "p", type: "copy", at: moment()) },
            { _ = try journal.resumeRun("nope") },
        ]
        for call in calls { #expect(stateError(call)?.kind == .notFound) }
    }

    @Test func damagedDocumentIsNamed() throws {
        try journal.setVariable(run: run, name: "v", value: 1)
        let direct = try Database(path: journal.path)
        try direct.write { (connection) throws(StateError) in try connection.execute("UPDATE variables SET value = '{'") }
        let error = stateError { _ = try journal.variables(run: run) }
        #expect(error?.kind == .damaged)
        #expect(error?.sql?.hasPrefix("SELECT name, value FROM variables") == true)
    }
}
