internal import Assets

/// A connection with every expression in it evaluated.
package struct ResolvedConnection: Sendable {
    package enum Kind: Sendable {
        /// Absolute path of the folder.
        case files(root: String)
        /// Absolute path of the file.
        case sqlite(path: String)
        case duckdb(path: String)
        case postgres(PostgresSettings)
    }

    package let name: String
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    package var isDatabase: Bool { if case .files = kind { false } else { true } }

    /// Where it leads, without credentials: `sqlite .pipectl/dev/erp.sqlite`, `postgres etl@db.internal:5432/erp`.
    package var summary: String {
        switch kind {
        case .files(let root): "files \(root)"
        case .sqlite(let path): "sqlite \(path)"
        case .duckdb(let path): "duckdb \(path)"
        case .postgres(let settings): "postgres \(settings.user)@\(settings.host):\(settings.port)/\(settings.database)"
        }
    }
}

package struct PostgresSettings: Sendable {
    package let host: String
    package let port: Int
    package let database: String
    package let user: String
    package let password: Credential?
    /// Schema of tables that are named without one; nil: `public`.
    package let schema: String?
    package let sslMode: String?

    package init(
        host: String, port: Int, database: String, user: String, password: Credential?, schema: String?, sslMode: String?
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.schema = schema
        self.sslMode = sslMode
    }
}
