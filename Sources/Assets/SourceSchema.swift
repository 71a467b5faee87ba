package import Diagnostics
internal import Support

/// `schemas/<connection>.yml`: what columns a connection's tables, queries and files have, as they were when somebody
/// locked them. SQL is compiled against it without asking the source.
package struct SourceSchema: Sendable {
    package let connection: Located<String>
    /// By name as pipelines write it: TABLE or SCHEMA.TABLE.
    package let tables: [MapEntry<Relation>]
    package let queries: [Query]
    /// By path as pipelines write it.
    package let files: [MapEntry<Relation>]
    package let range: SourceRange

    package struct Relation: Sendable {
        /// Types by column name, as the engine reads the source, in the source's order.
        package let columns: [MapEntry<String>]
        /// Primary key as the source declares it; empty where it declares none.
        package let key: [Located<String>]
        package let range: SourceRange
    }

    package struct Query: Sendable {
        package let text: Located<String>
        package let columns: [MapEntry<String>]
    }

    /// In place of a connection: what pipelines publish to the warehouse. Its tables are named LAYER.NAME, as in the lake.
    package static let warehouse = "warehouse"

    /// Names of tables are compared without case.
    package func table(named name: String) -> Relation? {
        let wanted = name.lowercased()
        return tables.first { $0.name.lowercased() == wanted }?.value
    }

    /// A query is found by its exact text.
    package func query(_ text: String) -> Query? {
        queries.first { $0.text.value.utf8.elementsEqual(text.utf8) }
    }

    package func file(at path: String) -> Relation? {
        files.first { $0.name.utf8.elementsEqual(path.utf8) }?.value
    }

    package static let codec = Codec<SourceSchema>.object(
        "source schema", "The columns of a connection's tables, queries and files, written by `pipectl sources lock`."
    ) { r in
        r.versionAndKind(.sourceSchema)
        return SourceSchema(
            connection: r.required("connection", Codec<Located<String>>.locatedName, "Connection of the environments that this describes, or `warehouse`: the tables that pipelines publish."),
            tables: r.defaulted(
                "tables", table.dictionary(), "Tables by name as pipelines write it: TABLE or SCHEMA.TABLE.", default: []),
            queries: r.defaulted("queries", query.list(), "Queries that pipelines read, by their exact text.", default: []),
            files: r.defaulted("files", file.dictionary(), "Files by path as pipelines write it.", default: []),
            range: r.range)
    }

    private static let table = Codec<Relation>.object("table", "A table of the source.") { r in
        Relation(
            columns: columns(r),
            key: r.defaulted(
                "key", Codec<[Located<String>]>.textsOrOne, "Primary key as the source declares it.", default: []),
            range: r.range)
    }

    private static let file = Codec<Relation>.object("file", "A file, or files of one pattern.") { r in
        Relation(columns: columns(r), key: [], range: r.range)
    }

    private static let query = Codec<Query>.object("query", "A query that a pipeline reads.") { r in
        Query(
            text: r.required("query", Codec<Located<String>>.locatedText, "The query, exactly as the pipeline has it."),
            columns: columns(r))
    }

    private static func columns(_ r: ObjectReader) -> [MapEntry<String>] {
        let columns = r.required("columns", Codec<String>.text.dictionary(), "SQL type of each column by name, in the source's order.")
        if columns.isEmpty, r.has("columns"), !r.isDescribing { r.report(.invalidValue, "at least one column is needed", at: "columns") }
        return columns
    }
}
