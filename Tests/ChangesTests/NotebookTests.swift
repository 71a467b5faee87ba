import AssetLoading
import Changes
import Diagnostics
import Support
import Testing

@Suite struct NotebookTests {
    private static let project = "apiVersion: pipectl/v1\nkind: Project\nname: p\n"

    private struct Cell {
        var kind = "code"
        var source: String
        var tags: [String] = []
    }

    private static let cells = [
        Cell(kind: "markdown", source: "# Segments\nOf customers."), Cell(source: "limit = 5\nregion = 'eu'", tags: ["parameters"]),
        Cell(source: "frame = spark.table('silver.orders')\nframe.show()"), Cell(source: "result = frame.groupBy('customer_id').count()\nresult.show()"),
    ]

    /// As a run leaves it: outputs, counts and metadata by chance, and lines as a list or as one text.
    private static func ipynb(_ cells: [Cell], run seed: Int, ends: String = "\n") -> String {
        var chance = Chance(seed)
        func number() -> JSONValue { .integer(Int64.random(in: 1..<1000, using: &chance)) }
        let list = cells.map { cell -> JSONValue in
            let text = cell.source.replacing("\n", with: ends)
            let lines = text.split(separator: ends, omittingEmptySubsequences: false).map(String.init)
            var metadata: JSONObject = ["collapsed": .bool(chance.once(in: 2)), "ExecuteTime": ["start": number()]]
            if !cell.tags.isEmpty { metadata["tags"] = .array(cell.tags.map { .string($0) }) }
            var object: JSONObject = [
                "cell_type": .string(cell.kind), "id": .string("c\(Int.random(in: 0..<10_000, using: &chance))"), "metadata": .object(metadata),
                "source": chance.once(in: 2)
                    ? .string(text) : .array(lines.enumerated().map { .string($1 + ($0 + 1 < lines.count ? ends : "")) }),
            ]
            if cell.kind == "code" {
                object["execution_count"] = chance.once(in: 3) ? .null : number()
                object["outputs"] = .array(chance.once(in: 3) ? [] : [["output_type": "stream", "name": "stdout", "text": .array([.string("\(seed)\n")])]])
            }
            return chance.once(in: 2) ? .object(object) : .object(JSONObject(object.members.reversed().map { ($0.key, $0.value) }))
        }
        // Editors leave empty cells behind.
        let all = chance.once(in: 2) ? list + [["cell_type": "code", "metadata": [:], "source": [], "outputs": [], "execution_count": .null]] : list
        let document: JSONValue = [
            "cells": .array(all), "nbformat": 4, "nbformat_minor": chance.once(in: 2) ? 5 : 4,
            "metadata": ["kernelspec": ["name": "python3", "display_name": .string("Python \(seed)")], "language_info": ["name": "python", "version": .string("3.\(seed)")],
                         "widgets": ["state": ["a": number()]]],
        ]
        return document.text(chance.once(in: 2) ? .pretty : .compact)
    }

    private func changes(_ old: [String: String], _ new: [String: String]) async throws -> ProjectChanges {
        func tree(_ files: [String: String]) -> MemoryTree { MemoryTree(contents: files.merging(["pipectl.yml": Self.project]) { first, _ in first }) }
        let (base, head) = (tree(old), tree(new))
        return try await ProjectChanges.compare(base: base, head: head, changed: try ChangedFiles.between(base, head), engine: nil)
    }

    private func cells(_ old: [Cell], _ new: [Cell]) async throws -> [Change] {
        let path = "notebooks/segments.ipynb"
        let found = try await changes([path: Self.ipynb(old, run: 1)], [path: Self.ipynb(new, run: 2)]).changes
        return found.first?.parts ?? []
    }

    @Test(arguments: 0..<20)
    func anotherRunIsNoChange(_ seed: Int) async throws {
        let path = "notebooks/segments.ipynb"
        let old = Self.ipynb(Self.cells, run: seed)
        let new = Self.ipynb(Self.cells, run: seed + 1000, ends: seed % 2 == 0 ? "\r\n" : "\n")
        #expect(try await changes([path: old], [path: new]).isEmpty)
    }

    @Test func cellsAreTold() async throws {
        var edited = Self.cells
        edited[2].source = "frame = spark.table('gold.orders')\nframe.show()"
        #expect(try await cells(Self.cells, edited).map(\.name) == ["3"])
        #expect(try await cells(Self.cells, edited).first?.marks == [.logic])
        edited = Self.cells
        edited[1].tags = []
        #expect(try await cells(Self.cells, edited).first?.parts.map(\.name) == ["tags"])
        edited = Self.cells
        edited.swapAt(2, 3)
        let moved = try await cells(Self.cells, edited)
        #expect(moved.count == 1 && moved[0].marks == [.moved])
        edited = Self.cells + [Cell(source: "new()")]
        let added = try await cells(Self.cells, edited)
        #expect(added.map(\.action) == [.added] && added[0].words == "code: new()")
        edited = Array(Self.cells.dropFirst(2))
        #expect(try await cells(Self.cells, edited).map(\.action) == [.removed, .removed])
        edited = Self.cells
        edited[0].kind = "raw"
        #expect(!(try await cells(Self.cells, edited)).isEmpty)
    }

    @Test func databricksSources() async throws {
        let old = "# Databricks notebook source\nx = 1\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC SELECT 1\n"
        let style = "# Databricks notebook source\r\nx = 1\r\n\r\n\r\n# COMMAND ----------\r\n# DBTITLE 1,One\r\n# MAGIC %sql\r\n# MAGIC SELECT 1"
        #expect(try await changes(["notebooks/a.py": old], ["notebooks/a.py": style]).isEmpty)
        let new = old.replacing("SELECT 1", with: "SELECT 2")
        let found = try await changes(["notebooks/a.py": old], ["notebooks/a.py": new]).changes
        #expect(found.map(\.kind) == ["notebook"] && found[0].parts.first?.words == "sql: SELECT 2")
        let sql = "-- Databricks notebook source\nSELECT 1\n-- COMMAND ----------\n-- MAGIC %md\n-- MAGIC # Title\n"
        let title = try await changes(["notebooks/a.sql": sql], ["notebooks/a.sql": sql.replacing("Title", with: "Other")]).changes
        #expect(title.first?.parts.first?.words == "markdown: # Other")
    }

    /// A module beside notebooks is released, so what becomes of it is told.
    @Test func otherFilesAreToldAsFiles() async throws {
        let found = try await changes(["notebooks/helper.py": "a = 1\n"], ["notebooks/helper.py": "a = 2\n"]).changes
        #expect(found.map(\.kind) == ["file"] && found[0].action == .changed)
        let moved = try await changes(["notebooks/a.py": "a = 1\n"], ["notebooks/b.py": "a = 1\n"]).changes
        #expect(moved.map(\.action) == [.renamed])
    }

    @Test(arguments: [
        ("{", "expected a key"), ("[]", "not a JSON object"), ("{\"nbformat\": 3, \"worksheets\": []}", "nbformat is 3"), ("{\"nbformat\": 4}", "no cells"),
        ("{\"nbformat\": 4, \"nbformat\": 4, \"cells\": []}", "duplicate key"), ("\u{0}\u{1}binary", "no JSON"),
        ("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\"}]}", "no source"), (String(repeating: "[", count: 100_000), "nested deeper"),
    ])
    func whatCannotBeReadIsToldWithItsReason(_ text: String, _ reason: String) async throws {
        let path = "notebooks/a.ipynb"
        let found = try await changes([path: Self.ipynb(Self.cells, run: 1)], [path: text]).changes
        #expect(found.count == 1 && found[0].parts.first?.new?.asString?.contains(reason) == true, "\(found)")
        // Another one of the same kind is another text.
        #expect(!(try await changes([path: text], [path: text + " "]).isEmpty))
    }

    @Test func aKeyInACellIsNotShown() async throws {
        let key = "AccountKey=" + String(repeating: "aB3dE6gH9+", count: 8) + "=="
        let path = "notebooks/a.ipynb"
        let old = Self.ipynb([Cell(source: "connect('\(key)')")], run: 1)
        let new = Self.ipynb([Cell(source: "connect('\(key.replacing("aB3", with: "zQ7"))')")], run: 1)
        let found = try await changes([path: old], [path: new])
        for text in [found.text(style: .plain), found.json.text(), found.markdown] { #expect(!text.contains("dE6gH9") && text.contains("cell")) }
    }
}
