internal import Assets
internal import Engine
internal import Lake
internal import Support

/// High-watermark reading of one source. The mark is kept in the target table, in the commit that adds the rows.
struct IncrementalReading: Sendable {
    let incremental: Incremental
    /// `erp.customers`
    let source: String

    /// Under which the target keeps its mark.
    var key: String { "\(source)/\(incremental.column.value)" }

    /// The rows of `query` that are new since the mark of the target.
    func query(over query: String, into target: Snapshot?, in session: any EngineSession) async throws -> String {
        let columns = try await session.describe(query)
        guard let column = columns.first(where: { $0.name.lowercased() == incremental.column.value.lowercased() }) else {
            throw ActivityFailure(
                "the source has no column \"\(incremental.column.value)\" to read it incrementally by",
                help: "its columns: " + columns.map(\.name).joined(separator: ", "), at: incremental.column.range)
        }
        guard let target, let mark = target.watermarks[key] else { return query }
        let name = try SQL.identifier(column.name)
        let value = "CAST(\(try SQL.literal(mark)) AS \(column.type.sql))"
        guard let lookback = incremental.lookback else { return "SELECT * FROM (\(query)) WHERE \(name) > \(value)" }
        let start: String
        switch column.type {
        case .date, .timestamp, .timestampWithTimeZone:
            start = "\(value) - to_microseconds(\(lookback.components.seconds * 1_000_000))"
        default:
            throw ActivityFailure(
                "\"lookback\" needs a date or timestamp, and \"\(column.name)\" is \(column.type.sql)", at: incremental.column.range)
        }
        let version = try (incremental.key.map { try SQL.identifier($0.value) } + [name])
            .map { "old.\($0) IS NOT DISTINCT FROM new.\($0)" }.joined(separator: " AND ")
        return """
            SELECT * FROM (\(query)) AS new WHERE new.\(name) >= \(start) \
            AND NOT EXISTS (SELECT 1 FROM (\(try target.scanSQL())) AS old WHERE old.\(name) >= \(start) AND \(version))
            """
    }

    /// The mark after these rows; nil where they move it not.
    func mark(after rows: String, in session: any EngineSession) async throws -> String? {
        let name = try SQL.identifier(incremental.column.value)
        guard case .text(let mark) = try await session.query("SELECT max(\(name))::VARCHAR FROM (\(rows))").rows[0][0] else { return nil }
        return mark
    }
}
