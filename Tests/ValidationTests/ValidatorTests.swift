import AssetLoading
import Assets
import Diagnostics
import Testing
import Validation

@Suite struct ValidatorTests {
    private func findings(_ project: LoadedProject) async throws -> [String] {
        try await Validator.validate(project, engine: nil).diagnostics.map { "\($0.range?.start.line ?? 0) \($0.code.name)" }
    }

    /// One broken activity hides nothing but what it may have been or written itself.
    @Test func whatIsBrokenHidesNothingElse() async throws {
        let project = MemoryTree.activities("""
            - { name: broken, type: transform, query: select 1 as a, into: silver.broken, mode: replace }
            - { name: reads, type: copy, source: { table: silver.broken }, into: gold.a }
            - { name: wrong, type: copy, source: { table: silver.brokn }, into: gold.b }
            - { name: waits, type: wait, seconds: 1, dependsOn: [{ activity: broken }] }
            - { name: waitsWrongly, type: wait, seconds: 1, dependsOn: [{ activity: brokn }] }
            - { name: file, type: copy, source: { connection: nowhere, path: a.csv }, into: bronze.a }
            """)
        #expect(try await findings(project) == [
            "5 invalid-value", "7 unknown-table", "9 unknown-activity", "10 unknown-connection",
        ])
    }

    @Test func whereATargetIsLostNoTableIsCalledUnknown() async throws {
        let project = MemoryTree.activities("""
            - { name: broken, type: copy, into: "bronze.${{ wrong( }}" }
            - { name: reads, type: copy, source: { table: bronze.x }, into: gold.a }
            """)
        #expect(try await findings(project) == ["5 missing-key", "5 expression-syntax"])
    }

    @Test func whatIsWrongInATemplateIsToldOnce() async throws {
        let project = ProjectLoader.load(MemoryTree([
            "templates/t.yml": "apiVersion: pipectl/v1\nkind: Template\nname: t\nactivities:\n  - { name: a, type: wait, seconds: soon }\n",
            "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n"
                + (1...9).map { "  - { name: u\($0), template: t }\n" }.joined(),
        ]))
        let found = try await Validator.validate(project, engine: nil).diagnostics
        #expect(found.map(\.code) == [.wrongType])
        #expect(found.first?.labels.map(\.range.start.line) == [5, 6, 7])
    }

    @Test func templatesThatNothingUsesAreChecked() async throws {
        let project = ProjectLoader.load(MemoryTree([
            "templates/a.yml": "apiVersion: pipectl/v1\nkind: Template\nname: a\n" + """
                parameters: { mode: { type: string }, table: { type: string } }
                activities:
                  - { name: x, type: transform, query: select 1 as a, into: "${{ params.table }}", mode: "${{ params.mode }}", kee: [a] }
                  - { name: y, type: wiat }
                """,
        ]))
        // Nothing about the table or the mode: these depend on the arguments.
        #expect(try await findings(project) == ["3 unused-template", "6 unknown-key", "7 invalid-value"])
    }

    @Test func namesAreComparedWithoutCase() async throws {
        let head = "apiVersion: pipectl/v1\nkind: "
        let project = ProjectLoader.load(MemoryTree([
            "pipelines/a.yml": head + "Pipeline\nname: sales\nactivities: []\n",
            "pipelines/b.yml": head + "Pipeline\nname: Sales\nactivities: []\n",
            "environments/b.yml": head + "Environment\nname: DEV\n",
        ]))
        let found = try await Validator.validate(project, engine: nil).diagnostics.filter { $0.code.name == "duplicate-name" }
        #expect(found.compactMap(\.range?.path) == ["environments/dev.yml", "pipelines/b.yml"])
        #expect(found.allSatisfy { $0.labels.count == 1 && !$0.notes.isEmpty })
    }

    @Test(arguments: [
        ("* * * * *", true), ("30 3 * * *", true), ("*/15 0-6,22 1,15 jan-MAR mon", true), ("0 0 1-31/2 12 7", true), ("0\t0 * *  0", true),
        ("", false), ("* * * *", false), ("* * * * * *", false), ("60 * * * *", false), ("* 24 * * *", false), ("* * 0 * *", false),
        ("* * * 13 *", false), ("* * * * 8", false), ("*/0 * * * *", false), ("*/ * * * *", false), ("5-1 * * * *", false), ("1, * * * *", false),
        ("-1 * * * *", false), ("+1 * * * *", false), ("1-2-3 * * * *", false), ("* * * * monday", false), ("@daily", false),
        ("99999999999999999999 * * * *", false),
    ])
    func schedules(cron: String, isFine: Bool) async throws {
        let project = MemoryTree.activities("- { name: a, type: wait, seconds: 1 }", header: "triggers: [ { schedule: { cron: \"\(cron)\" } } ]\n")
        #expect(try await findings(project).contains("4 invalid-value") == !isFine)
    }
}
