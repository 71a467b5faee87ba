import AssetLoading
import Assets
import Diagnostics
import Support
import Testing
import Validation

@Suite struct ActivityGraphTests {
    private struct Files: AssetTree {
        let contents: [String: String]

        func files(below folder: String) throws(AssetTreeError) -> [String] { contents.keys.filter { $0.hasPrefix(folder + "/") }.sorted() }

        func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
            guard let text = contents[path] else { throw .notFound(path: path) }
            return Array(text.utf8)
        }
    }

    private func graph(_ activities: [String]) throws -> (names: [String], diagnostics: [Diagnostic]) {
        let start = "apiVersion: pipectl/v1\nkind: "
        let project = ProjectLoader.load(Files(contents: [
            "pipectl.yml": start + "Project\nname: shop\n",
            "pipelines/p.yml": start + "Pipeline\nname: p\nvariables: { v: { type: integer } }\nactivities:\n"
                + activities.map { "  - { \($0) }\n" }.joined(),
        ]))
        #expect(project.diagnostics == [])
        let pipeline = try #require(project.pipeline(named: "p")?.asset)
        let effects = pipeline.activities.map { project.effects(of: $0, in: pipeline, SQLAnalysis()) }
        let (graph, diagnostics) = ActivityGraph.make(pipeline.activities, effects: effects)
        return (graph.order.map { graph.activities[$0].name.value }, diagnostics)
    }

    private static let wait = "type: wait, seconds: 1"
    private static func copy(_ from: String, _ into: String) -> String { "type: copy, source: { table: \(from) }, into: \(into)" }

    @Test(arguments: [
        // As in the file where nothing orders them.
        (["name: b, \(wait)", "name: a, \(wait)"], "b a"),
        (["name: b, \(wait), dependsOn: [{ activity: A }]", "name: a, \(wait)"], "a b"),
        // Readers after writers, through any number of tables.
        (["name: c, \(copy("silver.b", "gold.c"))", "name: b, \(copy("bronze.a", "silver.b"))", "name: a, \(copy("bronze.x", "bronze.a"))"], "a b c"),
        // Two writers of a table in the order of the file, and the reader after both.
        (["name: r, \(copy("bronze.t", "silver.r"))", "name: one, \(copy("bronze.x", "bronze.t"))", "name: two, \(copy("bronze.y", "bronze.t"))"], "one two r"),
        // What was declared the other way round stays so.
        (["name: r, \(copy("bronze.t", "silver.r"))", "name: w, \(copy("bronze.x", "bronze.t")), dependsOn: [{ activity: r }]"], "r w"),
        (["name: u, type: wait, seconds: \"${{ activity('s').output.n }}\"", "name: s, \(wait)"], "s u"),
        // Variables: a reader sees what was set before it in the file.
        (["name: s, type: setVariable, variable: v, value: 1", "name: u, type: wait, seconds: \"${{ variables('v') }}\""], "s u"),
        (["name: u, type: wait, seconds: \"${{ variables('v') }}\"", "name: s, type: setVariable, variable: v, value: 1"], "u s"),
    ])
    func order(activities: [String], expected: String) throws {
        let (names, diagnostics) = try graph(activities)
        #expect(names.joined(separator: " ") == expected)
        #expect(diagnostics == [])
    }

    @Test(arguments: [
        (["name: a, \(wait), dependsOn: [{ activity: a }]"], ["the activity waits for itself"]),
        (["name: a, \(wait), dependsOn: [{ activity: b }]", "name: b, \(wait), dependsOn: [{ activity: a }]"], ["activities wait for each other: a -> b -> a"]),
        (["name: x, \(wait)", "name: b, \(copy("silver.c", "silver.b"))", "name: c, \(copy("silver.b", "silver.c"))"], ["activities wait for each other: b -> c -> b"]),
        // Two circles, and one that hangs behind them.
        (
            [
                "name: a, \(wait), dependsOn: [{ activity: b }]", "name: b, \(wait), dependsOn: [{ activity: a }]",
                "name: c, \(wait), dependsOn: [{ activity: d }]", "name: d, \(wait), dependsOn: [{ activity: c }]",
                "name: e, \(wait), dependsOn: [{ activity: a }, { activity: c }]",
            ], ["activities wait for each other: a -> b -> a", "activities wait for each other: c -> d -> c"]
        ),
    ])
    func cycles(activities: [String], expected: [String]) throws {
        let (_, diagnostics) = try graph(activities)
        #expect(diagnostics.map(\.message) == expected)
        #expect(diagnostics.allSatisfy { $0.code == .dependencyCycle && !$0.notes.isEmpty })
    }
}
