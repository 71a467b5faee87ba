package import Assets
internal import Engine
internal import Support

/// What a source reads, with every expression evaluated.
package struct ResolvedSource: Sendable {
    package enum Selection: Sendable {
        case table(String)
        case query(String)
        case path(String)
    }

    package let connection: ResolvedConnection
    package let selection: Selection
    package let format: FileFormat?

    package init(connection: ResolvedConnection, selection: Selection, format: FileFormat?) {
        self.connection = connection
        self.selection = selection
        self.format = format
    }

    /// For the `_source` column: `erp.customers`, `local:sales_*.csv`.
    package var label: String {
        switch selection {
        case .table(let table): "\(connection.name).\(table)"
        case .query: "\(connection.name):query"
        case .path(let path): "\(connection.name):\(path)"
        }
    }

    /// A SELECT for the engine over the rows of the source. The database must be attached.
    package func scanSQL() throws -> String {
        switch (selection, connection.kind) {
        case (.table(let table), .sqlite), (.table(let table), .duckdb), (.table(let table), .postgres):
            return "SELECT * FROM \(try DatabaseTable(connection, table).sql)"
        case (.query(let query), .postgres):
            return "SELECT * FROM postgres_query(\(try SQL.literal(connection.name)), \(try SQL.literal(SQL.withoutTerminator(query))))"
        case (.query(let query), .sqlite), (.query(let query), .duckdb):
            // The engine's own SQL over the attached database: keeps types, which SQLite's expressions have none of.
            return SQL.withoutTerminator(query)
        case (.path(let path), .files(let root)):
            return try fileScan(path, root: root)
        case (.table, .files), (.query, .files):
            throw ConnectorError(connection.name, "a folder of files has no tables: use \"path\"")
        case (.path, _):
            throw ConnectorError(connection.name, "a database has no files: use \"table\" or \"query\"")
        }
    }

    /// The catalog in which the query's bare table names are looked up; nil: none is needed.
    package var catalogOfQuery: String? {
        guard case .query = selection else { return nil }
        switch connection.kind {
        case .sqlite, .duckdb: return connection.name
        case .postgres, .files: return nil
        }
    }

    // MARK: Files

    private func fileScan(_ path: String, root: String) throws -> String {
        let full = FileSystem.normalise(FileSystem.join(root, path))
        let type = try format?.type ?? fileType(of: path)
        let pattern: String
        if FileSystem.kind(of: full, followLinks: true) == .directory {
            pattern = full + "/**/*." + Self.suffix(of: type)
        } else {
            pattern = full
            let isPattern = path.contains { "*?[".contains($0) }
            if !isPattern, !FileSystem.exists(full) {
                throw ConnectorError(connection.name, "there is no file \(full)", help: "correct the path, or the root of the connection")
            }
            if !isPattern, type != .parquet, format?.columns.isEmpty ?? true, try FileSystem.size(of: full) == 0 {
                throw ConnectorError(
                    connection.name, "\(full) is empty: it does not tell its columns", help: "declare them under `format: { columns }`")
            }
        }
        var arguments = [try SQL.literal(pattern)]
        let function: String
        switch type {
        case .parquet:
            function = "read_parquet"
            arguments.append("union_by_name = true")
        case .json:
            function = "read_json"
            arguments += ["format = 'auto'", "union_by_name = true"]
        case .ndjson:
            function = "read_json"
            arguments += ["format = 'newline_delimited'", "union_by_name = true"]
        case .csv:
            function = "read_csv"
            arguments += try csvArguments(path: path)
        }
        if let format, !format.columns.isEmpty, type == .json || type == .ndjson {
            arguments.append("columns = \(try Self.columns(format.columns))")
        }
        // Parquet files have types of their own; what is declared counts.
        let selected = type == .parquet ? try Self.casts(format?.columns ?? []) : "*"
        return "SELECT \(selected) FROM \(function)(\(arguments.joined(separator: ", "))) AS file"
    }

    /// Only the types of columns are guessed. Were the dialect too, a file with uneven lines would be read from the
    /// first line that suits the guess, and the lines before it would be lost.
    private func csvArguments(path: String) throws -> [String] {
        let delimiter = format?.delimiter ?? (path.lowercased().hasSuffix(".tsv") ? "\t" : ",")
        let quote = format?.quote ?? "\""
        var arguments = [
            "header = \(format?.header ?? true)", "delim = \(try SQL.literal(delimiter == "\\t" ? "\t" : delimiter))",
            "quote = \(try SQL.literal(quote))", "escape = \(try SQL.literal(format?.escape ?? quote))", "skip = 0", "comment = ''",
        ]
        guard let format else { return arguments + ["union_by_name = true"] }
        if !format.nullText.isEmpty {
            arguments.append("nullstr = [\(try format.nullText.map(SQL.literal).joined(separator: ", "))]")
        }
        if format.allText { arguments.append("all_varchar = true") }
        if let encoding = format.encoding { arguments.append("encoding = \(try SQL.literal(encoding))") }
        if let form = format.dateFormat { arguments.append("dateformat = \(try SQL.literal(form))") }
        if let form = format.timestampFormat { arguments.append("timestampformat = \(try SQL.literal(form))") }
        if format.columns.isEmpty {
            arguments.append("union_by_name = true")
        } else {
            arguments += ["columns = \(try Self.columns(format.columns))", "auto_detect = false"]
        }
        return arguments
    }

    private static func columns(_ columns: [MapEntry<String>]) throws -> String {
        "{" + (try columns.map { "\(try SQL.literal($0.name)): \(try SQL.literal($0.value))" }).joined(separator: ", ") + "}"
    }

    private static func casts(_ columns: [MapEntry<String>]) throws -> String {
        guard !columns.isEmpty else { return "*" }
        return try columns.map { column in
            let name = try SQL.identifier(column.name)
            return "CAST(file.\(name) AS \(try SQLType(parsing: column.value).sql)) AS \(name)"
        }.joined(separator: ", ")
    }

    private func fileType(of path: String) throws(ConnectorError) -> FileFormat.Kind {
        if let type = FileFormat.Kind(path: path) { return type }
        throw ConnectorError(
            connection.name, "cannot tell what kind of files \"\(path)\" are", help: "add a format: { type: csv | json | ndjson | parquet }")
    }

    private static func suffix(of type: FileFormat.Kind) -> String {
        switch type {
        case .csv: "csv"
        case .json: "json"
        case .ndjson: "ndjson"
        case .parquet: "parquet"
        }
    }
}

/// A table of an attached database, with its schema filled in.
package struct DatabaseTable: Sendable {
    package let connection: ResolvedConnection
    /// nil where the database has none.
    package let schema: String?
    package let table: String

    /// `name` is TABLE or SCHEMA.TABLE.
    package init(_ connection: ResolvedConnection, _ name: String) {
        self.connection = connection
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        table = parts.last ?? name
        let written = parts.count == 2 ? parts[0] : nil
        switch connection.kind {
        case .sqlite: schema = "main"
        case .duckdb: schema = written ?? "main"
        case .postgres(let settings): schema = written ?? settings.schema ?? "public"
        case .files: schema = nil
        }
    }

    /// The name as the engine's SQL takes it.
    package var sql: String { get throws(EngineError) { try SQL.qualified([connection.name, schema, table].compactMap { $0 }) } }
}
