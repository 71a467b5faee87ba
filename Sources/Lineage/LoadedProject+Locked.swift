internal import AssetLoading
internal import Assets
internal import Engine

extension LoadedProject {
    /// Columns that a locked schema gives files or a query; nil where it gives none, or a type is none.
    func lockedColumns(of source: DataSource) -> [SQLColumn]? {
        guard let connection = source.connection?.literal, let schema = schema(of: connection) else { return nil }
        let found: [MapEntry<String>]? =
            switch source.selection {
            case .table: nil
            case .query(let query): query.literal.flatMap { schema.query($0)?.columns }
            case .path(let path): path.literal.flatMap { schema.file(at: $0)?.columns }
            }
        var columns: [SQLColumn] = []
        for entry in found ?? [] {
            guard let type = try? SQLType(parsing: entry.value) else { return nil }
            columns.append(SQLColumn(name: entry.name, type: type))
        }
        return columns.isEmpty ? nil : columns
    }
}
