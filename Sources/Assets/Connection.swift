package import Diagnostics
package import Expressions
internal import Support

/// A database or a folder, under the name that pipelines use.
package struct Connection: Sendable {
    package indirect enum Kind: Sendable {
        case files(root: Dynamic<String>)
        /// A database file; relative paths are relative to the environment's root.
        case sqlite(path: Dynamic<String>)
        case duckdb(path: Dynamic<String>)
        case postgres(PostgresConnection)
    }

    package let kind: Kind
    package let range: SourceRange

    package var isDatabase: Bool { if case .files = kind { false } else { true } }
    /// `postgres`
    package var typeName: String {
        switch kind {
        case .files: "files"
        case .sqlite: "sqlite"
        case .duckdb: "duckdb"
        case .postgres: "postgres"
        }
    }

    /// Every text of it that may hold an expression.
    package var dynamicTexts: [Dynamic<String>] {
        switch kind {
        case .files(let path), .sqlite(let path), .duckdb(let path): [path]
        case .postgres(let postgres): postgres.dynamicTexts
        }
    }

    /// Every expression of it, those in numbers too.
    package var expressions: [DynamicText] {
        let texts = dynamicTexts.compactMap(\.expression)
        guard case .postgres(let postgres) = kind, let port = postgres.port.expression else { return texts }
        return texts + [port]
    }

    package static let codec = Codec<Connection>.tagged(
        "connection", "A database or a folder.", tag: "type",
        cases: [
            TaggedCase("files", "A folder with data files.") { r in
                Connection(
                    kind: .files(
                        root: r.defaulted(
                            "root", Codec<Dynamic<String>>.dynamicText, "The folder; relative to the project.",
                            default: Dynamic(.literal("."), at: r.range), shown: ".")),
                    range: r.range)
            },
            TaggedCase("sqlite", "An SQLite database file.") { r in
                Connection(kind: .sqlite(path: databasePath(r)), range: r.range)
            },
            TaggedCase("duckdb", "A DuckDB database file.") { r in
                Connection(kind: .duckdb(path: databasePath(r)), range: r.range)
            },
            TaggedCase("postgres", "A PostgreSQL database.") { r in
                Connection(kind: .postgres(PostgresConnection(r)), range: r.range)
            },
        ])

    private static func databasePath(_ r: ObjectReader) -> Dynamic<String> {
        r.required("path", Codec<Dynamic<String>>.dynamicText, "The file; relative to the environment's root.")
    }
}

package struct PostgresConnection: Sendable {
    package let host: Dynamic<String>
    package let port: Dynamic<Int>
    package let database: Dynamic<String>
    package let user: Dynamic<String>
    package let password: Dynamic<String>?
    /// Schema of tables named without one.
    package let schema: Dynamic<String>?
    package let sslMode: String?

    package init(_ r: ObjectReader) {
        host = r.required("host", Codec<Dynamic<String>>.dynamicText, "Host name, address or socket folder.")
        port = r.defaulted(
            "port", Codec<Int>.integer(minimum: 1).dynamic(), "Port.", default: Dynamic(.literal(5432), at: r.range), shown: 5432)
        database = r.required("database", Codec<Dynamic<String>>.dynamicText, "Name of the database.")
        user = r.required("user", Codec<Dynamic<String>>.dynamicText, "Role to connect as.")
        password = r.optional(
            "password", Codec<Dynamic<String>>.secretText, "Password: an expression such as ${{ secret('erp-password') }}.")
        schema = r.optional("schema", Codec<Dynamic<String>>.dynamicText, "Schema of tables that are named without one.")
        sslMode = r.optional(
            "sslMode", .oneOf(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]), "TLS, as libpq names it.")
    }

    package var dynamicTexts: [Dynamic<String>] { [host, database, user] + [password, schema].compactMap { $0 } }
}

/// Where `publish` puts gold tables.
package struct Warehouse: Sendable {
    package let connection: Connection
    /// Schema of the published tables; nil: the layer's name.
    package let schema: String?

    package static let codec = Codec<Warehouse>.tagged(
        "warehouse", "Where `publish` puts gold tables.", tag: "type",
        cases: [
            TaggedCase("duckdb", "A DuckDB database file.") { r in
                Warehouse(
                    connection: Connection(
                        kind: .duckdb(
                            path: r.required(
                                "path", Codec<Dynamic<String>>.dynamicText, "The file; relative to the environment's root.")),
                        range: r.range),
                    schema: r.optional("schema", .name, "Schema of the published tables; default: the layer's name."))
            },
            TaggedCase("postgres", "A PostgreSQL database.") { r in
                // The connection's own schema is where published tables go.
                let postgres = PostgresConnection(r)
                return Warehouse(
                    connection: Connection(kind: .postgres(postgres), range: r.range), schema: postgres.schema?.literal)
            },
        ])
}
