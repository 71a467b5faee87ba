import AssetLoading
import Assets
import Diagnostics
import Expressions
import Support
import Testing

@Suite struct TemplateTests {
    static let ingest = LoadedProject.header("Template", "ingest") + """
        parameters:
          table: { type: string }
          rows: { type: int, default: 10 }
        activities:
          - name: load
            type: transform
            query: select * from erp.${{ params.table }} limit ${{ params.rows }}
            into: bronze.${{ params.table }}
        """

    private func load(_ activities: String, template: String = ingest) -> LoadedProject {
        LoadedProject.of(activities: activities, ["templates/ingest.yml": template])
    }

    private func sql(_ project: LoadedProject, _ position: Int = 0) throws -> String {
        let sales = try #require(project.sales)
        guard case .transform(let transform) = sales.activities[position].kind, let text = project.sql(of: transform.query, in: sales) else { return "" }
        return text.render { TypedValue($0.expression.constant ?? "?") }.sql
    }

    @Test func oneActivityTakesTheNameOfTheUse() throws {
        let project = load("  - { name: orders, template: ingest, parameters: { table: orders }, dependsOn: [{ activity: x }] }\n")
        #expect(project.findings == [])
        let activity = try #require(project.sales?.activities.first)
        #expect(activity.name.value == "orders")
        #expect(activity.dependsOn.map(\.activity.value) == ["x"])
        #expect(activity.call?.start.line == 5)
        #expect(activity.range.path == "templates/ingest.yml")
        guard case .transform(let transform) = activity.kind, case .lake(let target) = transform.write.into else {
            return #expect(Bool(false), "no transform into the lake")
        }
        #expect(target.literal == "bronze.orders")
    }

    @Test func severalActivitiesTakeItAsFirstPart() throws {
        let two = LoadedProject.header("Template", "ingest")
            + "activities:\n  - { name: a, type: wait, seconds: 1 }\n  - { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a }] }\n"
        let project = load("  - { name: x, template: ingest }\n", template: two)
        #expect(project.findings == [])
        #expect(project.sales?.activities.map(\.name.value) == ["x.a", "x.b"])
        #expect(project.sales?.activities[1].dependsOn.map(\.activity.value) == ["x.a"])
    }

    /// Whatever is in an argument, in SQL it is one value or one name.
    @Test(arguments: [
        ("orders", "select * from erp.\"orders\" limit 10"),
        ("it's", "select * from erp.\"it's\" limit 10"),
        ("x\\\"; drop table y; --", "select * from erp.\"x\"\"; drop table y; --\" limit 10"),
    ])
    func argumentsInInlineSQL(argument: String, expected: String) throws {
        let project = load("  - { name: orders, template: ingest, parameters: { table: \"\(argument)\" } }\n")
        #expect(project.findings == [])
        #expect(try sql(project) == expected)
    }

    @Test func argumentsInSQLFiles() throws {
        let template = LoadedProject.header("Template", "ingest") + """
            parameters: { name: { type: string } }
            activities:
              - { name: load, type: transform, query: load.sql, into: silver.a }
            """
        let project = LoadedProject.of(
            activities: "  - { name: a, template: ingest, parameters: { name: \"'; drop table x; --\" } }\n",
            ["templates/ingest.yml": template, "templates/load.sql": "select ${{ params.name }} as a, '${{ params.name }}' as b -- ${{ params.name }}\n"])
        #expect(project.findings == [])
        #expect(try sql(project) == "select '''; drop table x; --' as a, '''; drop table x; --' as b --  \n")
    }

    @Test(arguments: [
        ("{ name: a, template: ingets }", ["5:26 unknown-template"]),
        ("{ name: a, template: ingest }", ["5:26 missing-parameter"]),
        ("{ name: a, template: ingest, parameters: { table: a, tabel: b } }", ["5:58 unknown-parameter"]),
        ("{ name: a, template: ingest, parameters: { table: 7, rows: many } }", ["5:55 wrong-type", "5:64 wrong-type"]),
        ("{ name: a, template: ingest, seconds: 1, parameters: { table: a } }", ["5:34 unknown-key"]),
    ])
    func wrongUses(use: String, expected: [String]) {
        #expect(load("  - \(use)\n").findings == expected.map { "pipelines/sales.yml:" + $0 })
    }

    @Test func aFindingInATemplateNamesItsUse() throws {
        let project = load("  - { name: a, template: ingest, parameters: { table: a.b } }\n")
        #expect(project.findings == ["templates/ingest.yml:11:11 invalid-table-name"])
        #expect(project.diagnostics.first?.labels.map { "\($0.range.path):\($0.range.start.line)" } == ["pipelines/sales.yml:5"])
    }

    @Test func circlesEnd() {
        let project = LoadedProject.of(
            activities: "  - { name: x, template: a }\n",
            [
                "templates/a.yml": LoadedProject.header("Template", "a") + "activities: [ { name: x, template: b } ]\n",
                "templates/b.yml": LoadedProject.header("Template", "b") + "activities: [ { name: x, template: a } ]\n",
            ])
        #expect(Set(project.diagnostics.map(\.code)) == [.templateCycle])
    }
}
