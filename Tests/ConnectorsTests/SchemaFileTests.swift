import Testing

import AssetLoading
import Assets
import Connectors
import Diagnostics
import Engine
import Support

@Suite struct SchemaFileTests {
    /// One file as a project.
    private struct OneFile: AssetTree {
        let text: String
        func files(below folder: String) throws(AssetTreeError) -> [String] { folder == "schemas" ? ["schemas/erp.yml"] : [] }
        func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
            path == "schemas/erp.yml" ? Array(text.utf8) : Array("apiVersion: pipectl/v1\nkind: Project\nname: shop\n".utf8)
        }
    }

    private func read(_ text: String) throws -> SourceSchema {
        let project = ProjectLoader.load(OneFile(text: text))
        try #require(project.diagnostics.isEmpty, "\(project.diagnostics.map(\.message)) in\n\(text)")
        return try #require(project.schema(of: "erp"))
    }

    private let customers = LiveSchema.Relation(
        name: "customers",
        columns: [
            SQLColumn(name: "id", type: .bigInt), SQLColumn(name: "name", type: .varchar),
            SQLColumn(name: "price", type: .decimal(precision: 18, scale: 2)),
        ], key: ["id"])

    @Test func textIsAsPeopleWouldWriteIt() {
        let schema = LiveSchema(
            connection: "erp", tables: [LiveSchema.Relation(name: "z", columns: [SQLColumn(name: "a", type: .date)]), customers],
            queries: [LiveSchema.Relation(name: "select 1 as one\nfrom a\n", columns: [SQLColumn(name: "one", type: .integer)])])
        #expect(
            SchemaFile.text(of: schema, head: "# Ours.\n") == """
                # Ours.
                apiVersion: pipectl/v1
                kind: SourceSchema
                connection: erp
                tables:
                  customers:
                    columns:
                      id: BIGINT
                      name: VARCHAR
                      price: DECIMAL(18,2)
                    key: [id]
                  z:
                    columns:
                      a: DATE
                queries:
                  - query: |
                      select 1 as one
                      from a
                    columns:
                      one: INTEGER

                """)
    }

    /// Whatever a source calls its things, the file gives it back.
    @Test(arguments: [
        "plain", "with space", " led", "trailed ", "a: b", "a #b", "a:", "#a", "-", "- a", "?", "null", "Yes", "~", "12", "1e3", "0x1F",
        "2024-01-01", "ümlaut", "\"quoted\"", "it's", "back\\slash", "tab\tbed", "[a]", "{a}", "a,b", "*a", "&a", "!a", "%a", "@a", "`a",
        "\u{7}\u{85}\u{2028}", "😀", "true", "=", "<<", "a\u{FEFF}b", "..", "x.y",
    ])
    func namesComeBack(_ name: String) throws {
        let relation = LiveSchema.Relation(name: name, columns: [SQLColumn(name: name, type: .varchar)], key: [name])
        let schema = LiveSchema(
            connection: "erp", tables: [relation],
            queries: [.init(name: name, columns: relation.columns)], files: [.init(name: name, columns: relation.columns)])
        let locked = try read(SchemaFile.text(of: schema))
        #expect(SchemaDifference.between(locked, and: schema) == [])
        #expect(locked.tables[0].name.utf8.elementsEqual(name.utf8))
        #expect(locked.tables[0].value.columns[0].name.utf8.elementsEqual(name.utf8))
    }

    @Test(arguments: [
        "select 1", "select 1\n", "select 1\n\n", "\nselect 1", "  select 1\n  from a", "select 1\n  from a\n\n  where b\n", "select '${{ x }}'",
        "select 1\r\nfrom a", "select\t1\nfrom a", "select 1 \nfrom a", "select 1\n   \nfrom a", "select 'ü'\nfrom a\n", "select: 1\n- a # b\n",
        "select '$${{'\nfrom a",
    ])
    func queriesComeBack(_ query: String) throws {
        let schema = LiveSchema(connection: "erp", queries: [.init(name: query, columns: [SQLColumn(name: "a", type: .date)])])
        let locked = try read(SchemaFile.text(of: schema))
        #expect(locked.query(query) != nil, "\(SchemaFile.text(of: schema))")
        #expect(SchemaDifference.between(locked, and: schema) == [])
    }

    @Test func headIsKept() {
        #expect(SchemaFile.head(of: "# a\n#b\n\n# c\n\napiVersion: x\n# d\n") == "# a\n#b\n\n# c\n")
        #expect(SchemaFile.head(of: "apiVersion: x\n# d\n") == "")
        #expect(SchemaFile.head(of: "") == "")
    }

    @Test func differences() throws {
        let locked = try read(
            """
            apiVersion: pipectl/v1
            kind: SourceSchema
            connection: erp
            tables:
              Customers:
                columns: { NAME: text, id: int8, price: "numeric(18, 2)", gone: DATE }
                key: [ID]
              old: { columns: { a: DATE } }
            """)
        let retyped = LiveSchema.Relation(
            name: "customers", columns: customers.columns.dropLast() + [SQLColumn(name: "price", type: .double), SQLColumn(name: "new", type: .date)],
            key: ["id", "name"])
        let found = SchemaDifference.between(locked, and: LiveSchema(connection: "erp", tables: [retyped, .init(name: "more", columns: [])]))
        #expect(
            found.map(\.change) == [
                .columnRetyped("price", from: "numeric(18, 2)", to: "DOUBLE"), .columnRemoved("gone", type: "DATE"),
                .columnAdded("new", type: "DATE"), .reordered, .keyChanged(from: ["ID"], to: ["id", "name"]), .removed, .added,
            ])
        #expect(found.map(\.isBreaking) == [true, true, false, false, false, true, false])
        #expect(found.map(\.line) == [6, 6, nil, 5, 5, 8, nil])
    }
}
