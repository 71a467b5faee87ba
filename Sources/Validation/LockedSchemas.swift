package import AssetLoading
package import Assets
package import Engine

extension LoadedProject {
    /// Columns that a locked schema gives a source; nil where the source is of the lake, not locked, known only when it
    /// runs, or where a type is none (which `SchemaRules` tells).
    package func lockedColumns(of source: DataSource) -> [SQLColumn]? {
        guard let connection = source.connection?.literal, let schema = schema(of: connection) else { return nil }
        let found: [MapEntry<String>]? =
            switch source.selection {
            case .table(let table): table.literal.flatMap { schema.table(named: $0)?.columns }
            case .query(let query): query.literal.flatMap { schema.query($0)?.columns }
            case .path(let path): path.literal.flatMap { schema.file(at: $0)?.columns }
            }
        return found.flatMap(SQLColumn.locked)
    }

    /// Columns of a table of a connection, named TABLE or SCHEMA.TABLE.
    package func lockedColumns(ofTable table: String, in connection: String) -> [SQLColumn]? {
        schema(of: connection)?.table(named: table).flatMap { SQLColumn.locked($0.columns) }
    }
}

extension SQLColumn {
    /// nil where one of the types is none.
    package static func locked(_ columns: [MapEntry<String>]) -> [SQLColumn]? {
        var found: [SQLColumn] = []
        for column in columns {
            guard let type = try? SQLType(parsing: column.value) else { return nil }
            found.append(SQLColumn(name: column.name, type: type))
        }
        return found
    }
}
