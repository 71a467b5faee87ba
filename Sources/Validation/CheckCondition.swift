internal import Assets
internal import Engine
internal import Support

/// The condition of a check, as the engine compiles it.
struct CheckCondition: Sendable {
    let check: Check
    /// Never NULL; the same text that a run evaluates.
    let sql: String

    static let prefix = "SELECT NOT coalesce(("

    /// nil where the check is none upon rows, or cannot be written as SQL.
    init?(_ check: Check) {
        let condition = CheckSQL(check: check) { "SELECT * FROM \(try SQL.qualified([$0.layer, $0.name]))" }
        switch check.kind {
        case .accepted, .range, .relationship, .expression:
            guard let sql = try? condition.violation() else { return nil }
            self.sql = sql
        case .freshness(let column, _):
            guard let name = try? SQL.identifier(column.value) else { return nil }
            sql = "epoch_us(\(name)::TIMESTAMP) IS NULL"
        case .notNull, .unique, .rowCount, .schema: return nil
        }
        self.check = check
    }

    /// Tables of the lake that it reads.
    var table: TableAddress? {
        if case .relationship(_, let to) = check.kind { .lake(to.value.table) } else { nil }
    }

    func alone(upon rows: String) -> String {
        if case .expression(let written, _) = check.kind { return "\(Self.prefix)\(written.value)\n), true) FROM (\(rows))" }
        return "SELECT \(sql) FROM (\(rows))"
    }

    /// Name of the table of the rows that are checked, in lower case.
    static let rowsName = "pipectl checked rows"

    static func together(_ conditions: [CheckCondition], from rows: String) -> String {
        "SELECT \(conditions.map(\.sql).joined(separator: ",\n")) FROM \(rows)"
    }
}
