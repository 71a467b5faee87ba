import AssetLoading
import Assets
import Diagnostics
import Testing
import Validation

@Suite struct ActivityGraphTests {
    /// Names in the order they would run, and what was found.
    private func order(_ yaml: String, header: String = "") throws -> (names: [String], found: [Diagnostic]) {
        let project = MemoryTree.activities(yaml, header: header)
        #expect(project.diagnostics.isEmpty, "\(project.diagnostics)")
        let pipeline = try #require(project.pipelines.first?.asset)
        let effects = pipeline.activities.map { project.effects(of: $0, in: pipeline, SQLAnalysis()) }
        let (graph, found) = ActivityGraph.make(pipeline.activities, effects: effects)
        return (graph.order.map { graph.activities[$0].name.value }, found)
    }

    @Test func readersComeAfterWritersWhateverTheFileSays() throws {
        let result = try order("""
            - { name: third, type: copy, source: { table: silver.b }, into: gold.c }
            - { name: second, type: copy, source: { table: bronze.a }, into: silver.b }
            - { name: first, type: copy, source: { connection: erp, table: a }, into: bronze.a }
            """)
        #expect(result.names == ["first", "second", "third"])
        #expect(result.found.isEmpty)
    }

    @Test func withoutATieTheFileDecides() throws {
        let result = try order("""
            - { name: b, type: wait, seconds: 1 }
            - { name: a, type: wait, seconds: 1 }
            """)
        #expect(result.names == ["b", "a"])
    }

    @Test func writersOfOneTableFollowOneAnother() throws {
        let result = try order("""
            - { name: read, type: copy, source: { table: bronze.a }, into: silver.a }
            - { name: one, type: copy, source: { connection: erp, table: a }, into: bronze.a, mode: append }
            - { name: two, type: copy, source: { connection: erp, table: b }, into: bronze.a, mode: append }
            """)
        #expect(result.names == ["one", "two", "read"])
    }

    @Test func whatReadsQuarantinedRowsComesAfterTheStepThatFoundThem() throws {
        let checked = "checks: [{ notNull: { columns: [id], onViolation: quarantine } }]"
        let result = try order("""
            - { name: again, type: copy, source: { table: quarantine.silver_a }, into: silver.a, mode: append }
            - { name: look, type: lookup, source: { table: quarantine.silver_a } }
            - { name: clean, type: copy, source: { connection: erp, table: a }, into: silver.a, \(checked) }
            """)
        #expect(result.names == ["clean", "again", "look"])
        #expect(result.found.isEmpty)
    }

    @Test func aLoopOverKnownItemsWritesKnownTables() throws {
        let result = try order("""
            - { name: read, type: lookup, source: { table: bronze.b } }
            - name: each
              type: forEach
              items: [a, b]
              activities:
                - { name: copy, type: copy, source: { connection: erp, table: "${{ item() }}" }, into: "bronze.${{ item() }}" }
            - name: others
              type: forEach
              items: ${{ createArray('b') }}
              activities:
                - { name: other, type: copy, source: { connection: erp, table: "${{ item() }}" }, into: "bronze.${{ item() }}" }
            """)
        #expect(result.names == ["each", "read", "others"])
    }

    @Test func aDeclaredOrderWinsOverTheData() throws {
        let result = try order("""
            - { name: write, type: copy, source: { connection: erp, table: a }, into: bronze.a, dependsOn: [{ activity: look }] }
            - { name: look, type: lookup, source: { table: bronze.a } }
            """)
        #expect(result.names == ["look", "write"])
        #expect(result.found.isEmpty)
    }

    @Test func relationshipsOutputsAndVariablesTie() throws {
        let result = try order(
            """
            - { name: use, type: setVariable, variable: v, value: "${{ activity('look').output.firstRow.n }}" }
            - { name: after, type: wait, seconds: "${{ int(variables('v')) }}" }
            - { name: look, type: lookup, source: { connection: erp, table: n } }
            - name: orders
              type: copy
              source: { connection: erp, table: orders }
              into: silver.orders
              checks: [ { relationship: { column: c, to: silver.customers.c } } ]
            - { name: customers, type: copy, source: { connection: erp, table: customers }, into: silver.customers }
            """, header: "variables: { v: { type: string } }\n")
        #expect(result.names == ["look", "use", "after", "customers", "orders"])
    }

    @Test func containersStandForWhatIsInside() throws {
        let result = try order("""
            - { name: read, type: copy, source: { table: bronze.a }, into: silver.a }
            - name: loop
              type: forEach
              items: [1, 2]
              activities:
                - { name: write, type: copy, source: { connection: erp, table: a }, into: bronze.a, mode: append }
            """)
        #expect(result.names == ["loop", "read"])
    }

    @Test func aCircleIsToldWithItsReasons() throws {
        let result = try order("""
            - { name: a, type: copy, source: { table: silver.b }, into: silver.a }
            - { name: b, type: copy, source: { table: silver.a }, into: silver.b }
            """)
        let found = try #require(result.found.first)
        #expect(result.found.count == 1)
        #expect(found.code == .dependencyCycle)
        #expect(found.message == "activities wait for each other: a -> b -> a")
        #expect(found.notes.count == 2)
        #expect(found.notes.allSatisfy { $0.contains("silver.") })
    }

    @Test func everyCircleIsToldOnce() throws {
        let result = try order("""
            - { name: a, type: wait, seconds: 1, dependsOn: [{ activity: b }] }
            - { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a }] }
            - { name: c, type: wait, seconds: 1, dependsOn: [{ activity: d }] }
            - { name: d, type: wait, seconds: 1, dependsOn: [{ activity: c }] }
            - { name: behind, type: wait, seconds: 1, dependsOn: [{ activity: a }, { activity: c }] }
            - { name: self, type: wait, seconds: 1, dependsOn: [{ activity: self }] }
            """)
        #expect(result.found.map(\.message) == [
            "activities wait for each other: a -> b -> a", "activities wait for each other: c -> d -> c",
            "the activity waits for itself",
        ])
    }

    @Test func aThousandActivitiesAreNoBurden() throws {
        let lines = (0..<1000).map { index in
            let source = index == 0 ? "{ connection: erp, table: a }" : "{ table: silver.t\(index - 1) }"
            return "- { name: t\(index), type: copy, source: \(source), into: silver.t\(index) }"
        }
        let result = try order(lines.reversed().joined(separator: "\n"))
        #expect(result.names == (0..<1000).map { "t\($0)" })
    }
}
