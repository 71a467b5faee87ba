import AssetLoading
import Changes
import Diagnostics
import Support
import Testing

@Suite struct WordsTests {
    @Test(arguments: [
        ("* * * * *", "every minute"), ("*/15 * * * *", "every 15 minutes"), ("0 * * * *", "every hour"), ("5 * * * *", "every hour at minute 5"),
        ("30 3 * * *", "every day at 03:30"), ("0 6,18 * * *", "every day at 06:00 and 18:00"), ("0 */4 * * *", "every 4 hours"),
        ("0 4 * * mon-fri", "at 04:00 on Mondays to Fridays"), ("0 4 * * 6,0", "at 04:00 on Saturdays and Sundays"),
        ("0 0 1 * *", "at 00:00 on day 1 of the month"), ("0 0 1,15 * mon", "at 00:00 on days 1 and 15 of the month or on Mondays"),
        ("0 3 1-31 * 1", "every day at 03:00"),
        ("0 12 25 dec *", "at 12:00 on day 25 of the month in December"), ("*/10 8-17 * * 1-5", "every 10 minutes of the hours 8 to 17 on Mondays to Fridays"),
    ])
    func schedulesInWords(_ cron: String, _ words: String) throws {
        #expect(CronWords.text(try CronSchedule(cron)) == words)
    }

    private func changes(_ old: String, _ new: String) async throws -> ProjectChanges {
        func tree(_ activities: String) -> MemoryTree {
            MemoryTree(contents: [
                "pipectl.yml": "apiVersion: pipectl/v1\nkind: Project\nname: p\n",
                "environments/dev.yml": "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nconnections: { erp: { type: sqlite, path: e.db } }\n",
                "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n\(activities)\n",
            ])
        }
        let (base, head) = (tree(old), tree(new))
        return try await ProjectChanges.compare(base: base, head: head, changed: try ChangedFiles.between(base, head), engine: nil)
    }

    private func check(_ old: String, _ new: String) async throws -> [Change] {
        func activity(_ checks: String) -> String { "  - { name: a, type: transform, query: SELECT 1 AS id, into: silver.a, checks: [\(checks)] }" }
        return try await changes(activity(old), activity(new)).changes.flatMap(\.all).filter { $0.kind == "check" }
    }

    @Test(arguments: [
        ("notNull: [a, b]", "notNull: [a]", Change.Mark.weakened), ("notNull: [a]", "notNull: [a, b]", .strengthened),
        ("range: { column: a, min: 1, max: 5 }", "range: { column: a, min: 1, max: 6 }", .weakened),
        ("range: { column: a, min: 1, max: 5 }", "range: { column: a, min: 2, max: 5 }", .strengthened),
        ("accepted: { column: a, values: [x] }", "accepted: { column: a, values: [x, y] }", .weakened),
        ("unique: { columns: [a] }", "unique: { columns: [a], onViolation: warn }", .weakened),
        ("rowCount: { min: 1 }", "rowCount: { min: 1, max: 9 }", .strengthened),
        ("freshness: { column: a, within: 1h }", "freshness: { column: a, within: 90m }", .weakened),
    ])
    func checksAreWeighed(_ old: String, _ new: String, _ mark: Change.Mark) async throws {
        let found = try await check("{ \(old) }", "{ \(new) }")
        #expect(found.count == 1 && found.first?.marks == [mark], "\(found)")
    }

    /// What is renamed and changed is found by what stays; names in `dependsOn` follow.
    @Test func renamesAreFollowed() async throws {
        let old = """
              - { name: a, type: transform, query: SELECT 1 AS id, into: silver.a, description: One }
              - { name: b, type: wait, seconds: 1, dependsOn: a }
            """
        let new = """
              - { name: x, type: transform, query: SELECT 1 AS id, into: silver.a, description: Two }
              - { name: b, type: wait, seconds: 1, dependsOn: x }
            """
        let found = try await changes(old, new).changes
        let parts = found.first?.parts ?? []
        #expect(parts.count == 1 && parts[0].action == .renamed && parts[0].formerName == "a" && parts[0].parts.map(\.name) == ["description"])
    }

    @Test func aPasswordInClearIsNotShown() async throws {
        func tree(_ text: String) -> MemoryTree {
            MemoryTree(contents: [
                "pipectl.yml": "apiVersion: pipectl/v1\nkind: Project\nname: p\n",
                "environments/dev.yml": """
                    apiVersion: pipectl/v1
                    kind: Environment
                    name: dev
                    connections: { erp: { type: postgres, host: h, database: d, user: u, password: \(text) } }
                    """,
            ])
        }
        let (base, head) = (tree("hunter2"), tree("hunter3"))
        let found = try await ProjectChanges.compare(base: base, head: head, changed: ["environments/dev.yml"], engine: nil)
        #expect(!found.text(style: .plain).contains("hunter") && !found.json.text().contains("hunter") && !found.markdown.contains("hunter"))
    }
}
