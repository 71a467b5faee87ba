import AssetLoading
import Assets
import Diagnostics
import Testing
import Validation

/// What rules tell of small pipelines, and what they do not. The golden cases show the words.
@Suite struct RuleTests {
    private func codes(_ project: LoadedProject) async throws -> [String] {
        try await Validator.validate(project, engine: nil).diagnostics.map { "\($0.range?.start.line ?? 0) \($0.code.name)" }
    }

    private func codes(_ files: [String: String]) async throws -> [String] {
        try await Validator.validate(ProjectLoader.load(MemoryTree(files)), engine: nil).diagnostics.map(\.code.name)
    }

    private static let wait = "- { name: a, type: wait, seconds: 1 }"

    @Test(arguments: [
        ("0 6 30 2 *", ["schedule-never-fires"]), ("0 6 31 4,6,9,11 *", ["schedule-never-fires"]), ("0 6 31 2,3 *", []),
        ("0 6 30 2 mon", ["schedule-either-day"]), ("0 6 */2 * mon", []), ("0 6 29 2 *", []), ("0 6 1-31 * mon", ["schedule-either-day"]),
    ])
    func days(cron: String, expected: [String]) async throws {
        let project = MemoryTree.activities(Self.wait, header: "triggers: [ { schedule: { cron: \"\(cron)\" } } ]\n")
        #expect(try await codes(project) == expected.map { "4 \($0)" })
    }

    @Test(arguments: [
        ("0 6 * * *", "0 6 * * mon", true), ("0 6 * * *", "1 6 * * *", false), ("*/15 * * * *", "45 3 1 1 *", true),
        ("0 6 * 1 *", "0 6 * 2 *", false), ("0 6 31 * *", "0 6 * 2 *", false), ("0 6 * * 7", "0 6 * * sun", true), ("0 6 * * 1-5", "0 6 * * sat,sun", false),
        // The 29th of February is a Monday once in 28 years.
        ("0 6 29 2 *", "0 6 */1 2 1", true), ("5/20 * * * *", "25 * * * *", true), ("5/20 * * * *", "15 * * * *", false),
    ])
    func overlaps(first: String, second: String, meet: Bool) async throws {
        let project = MemoryTree.activities(
            Self.wait, header: "triggers: [ { schedule: { cron: \"\(first)\" } }, { schedule: { cron: \"\(second)\" } } ]\n")
        #expect(try await codes(project).contains("4 schedule-overlap") == meet)
    }

    @Test(arguments: [
        ("*/15 * * * *", "16m", true), ("*/15 * * * *", "15m", false), ("0,20 * * * *", "21m", true), ("0 6 * * *", "24h", false), ("0 6 * * *", "25h", true),
        // From Friday to Monday, and from Monday to Tuesday.
        ("0 6 * * mon", "167h", false), ("0 6 * * mon", "169h", true), ("0 23,1 * * *", "3h", true), ("0 6 29 2 *", "30000h", false),
    ])
    func timeLimits(cron: String, timeout: String, isLong: Bool) async throws {
        let project = MemoryTree.activities(
            "- { name: a, type: lookup, source: { connection: erp, table: t }, timeout: \(timeout) }", header: "triggers: [ { schedule: { cron: \"\(cron)\" } } ]\n")
        #expect(try await codes(project) == (isLong ? ["6 long-timeout"] : []))
    }

    @Test(arguments: [
        // Three attempts with two pauses of half a minute; the pauses grow.
        ("lookup, source: { connection: erp, table: t }, timeout: 5m, retry: { count: 2, intervalSeconds: 30 }", ["6 long-timeout"]),
        ("lookup, source: { connection: erp, table: t }, timeout: 5m, retry: { count: 2, intervalSeconds: 0 }", []),
        ("lookup, source: { connection: erp, table: t }, timeout: 1m, retry: { count: 3, intervalSeconds: 100, backoff: 3 }", ["6 long-timeout"]),
        ("lookup, source: { connection: erp, table: t }, timeout: 1s, retry: { count: 9223372036854775806, intervalSeconds: 9223372036854775807, backoff: 100 }", ["6 long-timeout"]),
        ("lookup, source: { connection: erp, table: t }, retry: { count: 100 }", []), ("wait, seconds: 900", []), ("wait, seconds: 901", ["6 long-timeout"]),
        ("wait, seconds: 9223372036854775807", ["6 long-timeout"]), ("wait, seconds: 1, timeout: 1h", []), ("wait, seconds: 60, timeout: 60s", ["6 impossible-timeout"]),
        ("wait, seconds: 60, timeout: 61s", []), ("wait, seconds: 3600, timeout: 1h", ["6 impossible-timeout"]),
        ("forEach, items: [1], timeout: 15m, activities: [{ name: b, type: wait, seconds: 1000 }]", []),
        ("forEach, items: [1], timeout: 16m, activities: [{ name: b, type: wait, seconds: 1000 }]", ["6 long-timeout"]),
        ("forEach, items: [1], activities: [{ name: b, type: wait, seconds: 1000 }]", ["6 long-timeout"]),
    ])
    func timesOfEveryQuarterHour(activity: String, expected: [String]) async throws {
        let project = MemoryTree.activities("- { name: a, type: \(activity) }", header: "triggers: [ { schedule: { cron: \"*/15 * * * *\" } } ]\n")
        #expect(try await codes(project) == expected)
    }

    @Test(arguments: [
        ("{ column: a, min: b, max: a }", true), ("{ column: a, min: a, max: b }", false), ("{ column: a, min: \"10\", max: \"9\" }", false),
        ("{ column: a, min: \"2024-01-31T12:30\", max: \"2024-01-31 12:29:59.5\" }", true), ("{ column: a, min: \"2024-01-31\", max: \"2024-01-30T23:59:59\" }", true),
        ("{ column: a, min: \"2024-01-31T12:30:00Z\", max: \"2024-01-31T12:29:00\" }", false), ("{ column: a, min: \"2024-01-31T00:00\", max: \"2024-01-31\" }", false),
        ("{ column: a, min: 2, max: 1.5 }", true), ("{ column: a, min: Z, max: a }", false), ("{ column: a, min: x, max: 1 }", false),
    ])
    func bounds(range: String, isImpossible: Bool) async throws {
        let project = MemoryTree.activities("""
            - name: a
              type: copy
              source: { connection: erp, table: t }
              into: silver.t
              checks: [ { range: \(range) } ]
            """)
        #expect(try await codes(project).contains("9 impossible-check") == isImpossible)
    }

    @Test(arguments: [
        ("x/../../y.csv", "outside-root"), ("../y.csv", "outside-root"), ("..", "outside-root"), ("./../y.csv", "outside-root"), ("../data/y.csv", nil), ("..y/z.csv", nil), ("x/../y.csv", nil),
        ("../${{ run().id }}.csv", "outside-root"), ("..${{ run().id }}.csv", nil), ("${{ concat('../', run().id) }}", "outside-root"), ("${{ concat('/data/', run().id) }}", "absolute-path"),
        ("${{ concat('data/', run().id) }}", nil),
    ] as [(String, String?)])
    func roots(path: String, code: String?) async throws {
        let files = [
            "environments/dev.yml": "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nconnections: { files: { type: files, root: ./in/data } }\n",
            "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n  - { name: a, type: lookup, source: { connection: files, path: \"\(path)\", format: { type: csv } } }\n",
        ]
        #expect(try await codes(files) == (code.map { [$0] } ?? []))
    }

    /// A name alone means the same as the mapping.
    @Test(arguments: ["[a]", "a", "[{ activity: a }]", "{ activity: a }"])
    func waysToWriteADependency(written: String) async throws {
        let project = MemoryTree.activities("- { name: a, type: fail, message: x }\n- { name: b, type: wait, seconds: 1, dependsOn: \(written) }")
        #expect(try await codes(project) == ["6 unreachable-activity"])
    }

    @Test(arguments: [
        ("add(variables('n'), 1)", "", ["n", "m"]), ("add(variables('N'), 1)", "{ name: b, type: wait, seconds: \"${{ variables('n') }}\" }", ["m"]),
        ("add(variables('m'), 1)", "", ["n"]), ("1", "{ name: b, type: setVariable, variable: m, value: \"${{ variables('n') }}\" }", ["m"]),
        ("1", "{ name: b, type: appendVariable, variable: n, value: \"${{ variables('n') }}\" }", ["n", "m"]),
    ])
    func variablesThatOnlyTheirOwnValueReads(value: String, more: String, expected: [String]) async throws {
        let project = MemoryTree.activities(
            "- { name: a, type: setVariable, variable: n, value: \"${{ \(value) }}\" }\n" + (more.isEmpty ? "" : "- \(more)"),
            header: "variables: { n: { type: integer, default: 0 }, m: { type: integer, default: 0 } }\n")
        let found = try await Validator.validate(project, engine: nil).diagnostics.filter { $0.code.name == "unused-variable" }
        #expect(["n", "m"].filter { name in found.contains { $0.message.contains("\"\(name)\"") } } == expected)
    }

    @Test(arguments: [
        ("succeeded", "failed", true), ("succeeded", "completed", false), ("completed", "failed", false), ("skipped", "completed", true),
    ])
    func twoEntriesForOneActivity(first: String, second: String, isImpossible: Bool) async throws {
        let project = MemoryTree.activities("""
            - { name: a, type: lookup, source: { connection: erp, table: t } }
            - { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a, conditions: [\(first)] }, { activity: a, conditions: \(second) }] }
            """)
        #expect(try await codes(project) == (isImpossible ? ["6 impossible-dependency"] : []))
    }

    @Test(arguments: [
        ("lookup, source: { connection: erp, table: t }", "succeeded", []), ("lookup, source: { connection: erp, table: t }", "failed", []),
        ("lookup, source: { connection: erp, table: t }", "skipped", ["6 impossible-dependency"]), ("fail, message: x", "succeeded", ["6 unreachable-activity"]),
        ("fail, message: x", "failed", []), ("fail, message: x", "completed", []), ("wait, seconds: 1", "failed", ["6 impossible-dependency"]),
        ("wait, seconds: 1, timeout: 5s", "failed", []), ("wait, seconds: 1", "completed", []),
    ])
    func endings(of activity: String, condition: String, expected: [String]) async throws {
        let project = MemoryTree.activities("""
            - { name: a, type: \(activity) }
            - { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a, conditions: [\(condition)] }] }
            """)
        #expect(try await codes(project) == expected)
    }

    @Test(arguments: [
        ("pipeline().parameters.since", true), ("PIPELINE().Parameters.SINCE", true), ("pipeline()?.parameters?.since", true),
        ("pipeline().parameters['since']", true), ("pipeline().parameters.sinces", false), ("pipeline().parameters.other", false),
        ("concat('since')", false),
    ])
    func useOfAParameter(expression: String, isUsed: Bool) async throws {
        let project = MemoryTree.activities(
            "- { name: a, type: fail, message: \"${{ \(expression) }}\" }",
            header: "parameters: { since: { type: int, default: 1 }, sinces: { type: int, default: 1 }, other: { type: int, default: 1 } }\n")
        let found = try await Validator.validate(project, engine: nil).diagnostics
        #expect(!found.contains { $0.code == .init("unused-parameter", summary: "", explanation: "") && $0.message.contains("\"since\"") } == isUsed)
    }

    /// A parameter that only an argument of a template reads is used, whatever the template does with it.
    @Test func argumentsUseParameters() async throws {
        #expect(try await codes([
            "templates/t.yml": "apiVersion: pipectl/v1\nkind: Template\nname: t\nparameters: { x: { type: string } }\nactivities:\n  - { name: a, type: wait, seconds: 1 }\n",
            "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nparameters: { y: { type: string, default: z } }\nactivities:\n  - { name: u, template: t, parameters: { x: '${{ pipeline().parameters[''y''] }}' } }\n",
        ]) == ["unused-parameter"])
    }

    @Test(arguments: [
        ("/data/x.csv", "absolute-path"), ("/home/ada/x.csv", "personal-path"), ("/home/x.csv", "absolute-path"), ("~/x.csv", "personal-path"),
        ("C:\\\\Users\\\\ada\\\\x.csv", "personal-path"), ("\\\\\\\\server\\\\x.csv", "absolute-path"), ("/Repos/ada@example.com/x", "personal-path"), ("dbfs:/mnt/x", "absolute-path"),
        ("file:///Users/ada/x", "personal-path"), ("x/y.csv", nil), ("s3://bucket/Users/ada/x", nil), ("home/ada/x", nil), ("abfss://c@a.dfs.core.windows.net/x", nil),
        ("https://example.com/home/ada", nil), ("2024/*.csv", nil),
    ] as [(String, String?)])
    func paths(path: String, code: String?) async throws {
        let project = MemoryTree.activities("- { name: a, type: delete, connection: files, path: \"\(path)\" }")
        #expect(try await codes(project).filter { !$0.hasSuffix("unknown-connection") } == (code.map { ["5 \($0)"] } ?? []))
    }

    @Test(arguments: [
        ("# pipectl: allow absolute-path - a mount", []), ("#pipectl:allow absolute-path: a mount", []), ("## pipectl: allow absolute-path — a mount", []),
        ("# pipectl: allow absolute-path - ", ["waiver-without-reason", "absolute-path"]), ("# pipectl: allow absolute-path because", ["waiver-without-reason", "absolute-path"]),
        ("# pipectl: allow personal-path - a mount", ["unused-waiver", "absolute-path"]), ("# see pipectl: allow absolute-path - a mount", ["absolute-path"]),
        ("# pipectl: allow absolute-path - a mount\n\n", ["unused-waiver", "absolute-path"]),
        ("# pipectl: allow absolute-path - a mount\n  # and more\n  # pipectl: allow unused-waiver - not this", ["unused-waiver"]),
        ("# pipectl: allow personal-path, absolute-path - a mount", ["unused-waiver"]), ("# pipectl: allow personal-path,absolute-path,unused-waiver: a mount", []),
        ("# pipectl: allow absolute-path , unused-waiver - a mount", ["unused-waiver"]), ("# pipectl: allow absolute-path, - a mount", ["unknown-code"]),
        ("# pipectl: allow absolute-path, personal-path", ["waiver-without-reason", "absolute-path"]), ("# pipectl: allow, absolute-path - a mount", ["absolute-path"]),
    ])
    func waivers(comment: String, expected: [String]) async throws {
        let project = MemoryTree.activities("\(comment)\n- { name: a, type: delete, connection: erp, path: /data/x }")
        #expect(try await codes(project).map { $0.split(separator: " ")[1] } == expected.map { $0[...] })
    }

    @Test func aWaivedFindingKeepsItsReason() async throws {
        let project = MemoryTree.activities("- { name: a, type: delete, connection: erp, path: /data/x } # pipectl: allow absolute-path - a mount")
        let report = try await Validator.validate(project, engine: nil)
        #expect(report.diagnostics.isEmpty)
        #expect(report.waived.map(\.reason) == ["a mount"])
        #expect(report.waived.map(\.diagnostic.code.name) == ["absolute-path"])
    }

    @Test(arguments: [("off", [Severity]()), ("note", [.note]), ("warning", [.warning]), ("error", [.error])])
    func severities(level: String, expected: [Severity]) async throws {
        let project = ProjectLoader.load(MemoryTree([
            "pipectl.yml": "apiVersion: pipectl/v1\nkind: Project\nname: test\nvalidation: { rules: { absolute-path: \(level) } }\n",
            "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n  - { name: a, type: delete, connection: erp, path: /data/x }\n",
        ]))
        #expect(try await Validator.validate(project, engine: nil).diagnostics.map(\.severity) == expected)
    }
}
