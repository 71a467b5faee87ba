import AssetLoading
import Assets
import Diagnostics
import Expressions
import Support
import Testing

@Suite struct DecodingTests {
    @Test func everyProblemOfAFileIsTold() {
        let project = LoadedProject.of(activities: """
              - name: a
                type: wait
                seconds: soon
                retry: { count: many }
              - name: b
                type: wiat
              - name: c
                type: copy
                into: bronze.c
            """)
        #expect(project.findings == [
            "pipelines/sales.yml:7:14 wrong-type", "pipelines/sales.yml:8:21 wrong-type",
            "pipelines/sales.yml:10:11 invalid-value", "pipelines/sales.yml:11:5 missing-key",
        ])
    }

    @Test(arguments: [
        ("seconds: 1\n    retries: {}", "unknown key \"retries\" in wait activity", nil),
        ("secnods: 1", "unknown key \"secnods\" in wait activity", "did you mean \"seconds\"?"),
        ("seconds: 1\n    dependson: []", "unknown key \"dependson\" in wait activity", "did you mean \"dependsOn\"?"),
    ] as [(String, String, String?)])
    func unknownKeysAreErrorsWithASuggestion(rest: String, message: String, help: String?) throws {
        let project = LoadedProject.of(activities: "  - name: a\n    type: wait\n    \(rest)\n")
        #expect(project.diagnostics.count == 1)
        let found = try #require(project.diagnostics.first)
        #expect(found.code == .unknownKey)
        #expect(found.message == message)
        if let help { #expect(found.help == help) } else { #expect(found.help?.hasPrefix("known keys: ") == true) }
    }

    @Test func aMistypedKeyIsNotMissingAsWell() {
        let project = LoadedProject.of(activities: "  - nam: a\n    typ: wait\n    seconds: 1\n")
        #expect(project.diagnostics.map(\.message) == ["unknown key \"typ\" in activity"])
    }

    @Test func defaults() throws {
        let project = LoadedProject.of(activities: """
              - name: orders
                type: transform
                query: select 1 as id
                into: silver.orders
              - name: each
                type: forEach
                items: [1, 2]
                activities: [{ name: look, type: lookup, source: { table: silver.orders } }]
            """)
        #expect(project.findings == [])
        let pipeline = try #require(project.sales)
        #expect(pipeline.concurrency == 1)
        #expect(pipeline.parameters.isEmpty && pipeline.variables.isEmpty && pipeline.triggers.isEmpty)
        let orders = try #require(pipeline.activities.first)
        #expect(orders.retry.count == 0)
        #expect(orders.timeout == nil)
        guard case .transform(let transform) = orders.kind else { return #expect(Bool(false), "no transform") }
        #expect(transform.write.mode.value == .overwrite)
        #expect(transform.write.schemaChange == .addColumns)
        #expect(transform.write.checks.isEmpty)
        guard case .forEach(let loop) = pipeline.activities[1].kind else { return #expect(Bool(false), "no forEach") }
        #expect(loop.batchCount == 1)
        #expect(loop.literalItems == [1, 2])
        guard case .lookup(_, let firstRowOnly) = loop.activities[0].kind else { return #expect(Bool(false), "no lookup") }
        #expect(firstRowOnly)
        let environment = try #require(project.environment(named: "dev")?.asset)
        #expect(environment.root.literal == ".pipectl/dev")
        #expect(!environment.isProtected)
        #expect(environment.secretStore == nil)
        #expect(project.project?.layers.map(\.value) == ["bronze", "silver", "gold"])
    }

    @Test(arguments: [
        ("sql/a.sql", true), ("sql/a.sq", true), ("a", true), ("select 1", false), ("select(1)", false), ("select\n1", false),
        ("with x as (select 1 as a) from x", false), ("a b.sql", true),
    ])
    func aQueryIsSQLOrAPath(text: String, isPath: Bool) throws {
        let project = LoadedProject.of(activities: "  - name: a\n    type: transform\n    into: silver.a\n    query: |-\n      \(text.replacing("\n", with: "\n      "))\n")
        #expect(project.findings.contains { $0.hasSuffix("missing-file") } == isPath)
    }

    @Test(arguments: [
        ("notNull: [id]", nil), ("notNull: id", nil), ("unique: { columns: [id], onViolation: warn }", nil),
        ("unique: { columns: [id], onViolation: drop }", "invalid-combination"), ("rowCount: {}", "invalid-combination"),
        ("rowCount: { min: 1 }", nil), ("range: { column: id }", "invalid-combination"), ("notnull: [id]", "unknown-key"),
        ("relationship: { column: id, to: silver.b.id }", nil), ("relationship: { column: id, to: silver.b }", "invalid-table-name"),
        ("expression: { sql: id > 0, onViolation: ignore }", "invalid-value"), ("freshness: { column: id, within: 1 week }", "invalid-value"),
    ] as [(String, String?)])
    func checks(written: String, code: String?) {
        let project = LoadedProject.of(activities: "  - name: a\n    type: transform\n    query: select 1 as id\n    into: silver.a\n    checks: [ { \(written) } ]\n")
        #expect(project.diagnostics.map(\.code.name) == (code.map { [$0] } ?? []))
    }

    @Test(arguments: [
        ("date", "2024-02-29", true), ("date", "2023-02-29", false), ("date", "2024-2-9", false), ("date", "20240229", false),
        ("timestamp", "2024-02-29T23:59:59", true), ("timestamp", "2024-02-29 23:59:59.123456Z", true), ("timestamp", "2024-02-29T24:00", false),
        ("int", "9223372036854775807", true), ("int", "9223372036854775808", false), ("int", "1.5", false), ("float", "1e3", true),
        ("bool", "true", true), ("bool", "True", false), ("array", "[1, 2]", true), ("array", "{}", false), ("object", "{\"a\": 1}", true),
        ("object", "{", false), ("string", "", true),
    ])
    func valuesOnTheCommandLine(type: String, text: String, isFine: Bool) throws {
        let type = try #require(ParameterType(rawValue: type))
        #expect((type.parse(text) != nil) == isFine)
    }

    @Test(arguments: [
        ("silver.orders", true), ("silver.it's", true), ("silver.größe \"ü\"", true), ("silver", false), ("a.b.c", false), (".b", false),
        ("a.", false), ("a.b/c", false), ("a.b\u{1}", false),
    ])
    func namesOfTables(text: String, isFine: Bool) { #expect((LakeName(text) != nil) == isFine) }
}
