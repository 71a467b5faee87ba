internal import Assets
package import Engine
internal import Support

extension ResolvedSource {
    /// Looks at files before their rows are used, so that what is wrong with them is told as such.
    package func checkReadable(_ scan: String, in session: any EngineSession) async throws(ConnectorError) {
        guard case .path(let path) = selection, case .files(let root) = connection.kind else { return }
        do {
            _ = try await session.describe(scan)
        } catch {
            guard format?.type ?? .csv == .csv, !path.lowercased().hasSuffix(".parquet"), error.kind != .interrupted else {
                throw ConnectorError(connection.name, "cannot read \(path)", error)
            }
            let first = error.message.split(separator: "\n").first.map(String.init) ?? error.message
            throw ConnectorError(
                connection.name, "cannot read \(FileSystem.join(root, path)): \(first)",
                help: "every line needs as many fields as the first; `format` tells delimiter, quote, escape, header and encoding where they are not those of CSV")
        }
    }

    /// Columns of a PostgreSQL table whose values the engine cannot read exactly: numeric without precision.
    package func inexactColumns(in session: any EngineSession) async throws(ConnectorError) -> [String] {
        guard case .table(let name) = selection, case .postgres = connection.kind else { return [] }
        let table = DatabaseTable(connection, name)
        do {
            // The name goes as a value into the text of the query that the server runs.
            let query = """
                SELECT a.attname::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = \(try SQL.literal(table.schema ?? "public")) \
                AND c.relname = \(try SQL.literal(table.table)) AND a.atttypid = 'numeric'::regtype AND a.atttypmod = -1 \
                AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
                """
            let found = try await session.query(
                "SELECT name FROM postgres_query(\(try SQL.literal(connection.name)), \(try SQL.literal(query)))")
            return found.rows.compactMap { if case .text(let name)? = $0.first { name } else { nil } }
        } catch {
            throw ConnectorError(connection.name, "cannot look at \(label)", error)
        }
    }
}
