internal import Assets
internal import Engine
internal import Support

/// Conditions of a step's checks, and the columns of the rows that a run evaluates them upon.
struct CheckConditions: Sendable {
    let rows: [SQLColumn]
    let conditions: [CheckCondition]

    /// A run sorts rows out while it makes them, and counts in the files it has written.
    static func of(_ checks: [Check], rows: [SQLColumn], stored: [SQLColumn]) -> [CheckConditions] {
        var parts = [CheckConditions(rows: stored, conditions: checks.compactMap { CheckCondition($0, .counted) })]
        if stored != rows {
            parts.append(CheckConditions(rows: rows, conditions: checks.filter(\.sortsOut).compactMap { CheckCondition($0, .sorting) }))
        }
        return parts.filter { !$0.conditions.isEmpty }
    }

    /// As one query.
    func together(from rows: String) -> String { "SELECT \(conditions.map(\.sql).joined(separator: ",\n")) FROM \(rows)" }
}

/// The condition of a check, in the form in which a run evaluates it.
struct CheckCondition: Sendable {
    enum Form: Sendable { case counted, sorting }

    let check: Check
    let sql: String
    private let isCounted: Bool
    private let violation: String
    /// Where a condition that the user wrote starts in `query`.
    let offset: Int

    /// nil where the check is none upon rows, or cannot be written as SQL.
    init?(_ check: Check, _ form: Form) {
        let condition = CheckSQL(check: check) { "SELECT * FROM \(try SQL.qualified([$0.layer, $0.name]))" }
        let opening = form == .counted ? "count(*) FILTER (" : "("
        switch check.kind {
        case .accepted, .range, .relationship, .expression:
            guard let violation = try? condition.violation() else { return nil }
            self.violation = violation
            sql = opening + violation + ")"
        case .freshness(let column, _):
            guard form == .counted, let name = try? SQL.identifier(column.value) else { return nil }
            sql = "epoch_us(max(\(name))::TIMESTAMP)"
            violation = sql
        case .notNull, .unique, .rowCount, .schema: return nil
        }
        offset = "SELECT \(opening)\(CheckSQL.expressionOpening)".utf8.count
        self.check = check
        isCounted = form == .counted
    }

    /// Tables of the lake that it reads.
    var table: TableAddress? {
        if case .relationship(_, let to) = check.kind { .lake(to.value.table) } else { nil }
    }

    func query(upon rows: String) -> String { "SELECT \(sql) FROM (\(rows))" }

    /// Whether it compares with constants that may be none of their type, and takes no time to be evaluated.
    func comparesConstants(_ rows: [SQLColumn]) -> Bool {
        func isOfText(_ name: String) -> Bool { rows.first { $0.name.lowercased() == name.lowercased() }?.type == .varchar }
        func isText(_ value: JSONValue?) -> Bool { value?.asString != nil }
        guard isCounted else { return false }
        switch check.kind {
        case .accepted(let column, let values): return !isOfText(column.value) && values.contains(where: isText)
        case .range(let column, let minimum, let maximum): return !isOfText(column.value) && (isText(minimum) || isText(maximum))
        case .expression(let sql, _): return sql.value.utf8.contains(UInt8(ascii: "'")) && SQL.isPlainExpression(sql.value)
        default: return false
        }
    }

    /// What can be compiled where only aggregates or windows keep `query` from it; nil where there can be none.
    func manyRowsQuery(upon rows: String) -> String? {
        guard isCounted, case .expression = check.kind else { return nil }
        return "SELECT \(violation) FROM (\(rows))"
    }
}

extension Check {
    /// Rows that violate it are kept out of the table, and the others are written.
    var sortsOut: Bool { onViolation == .drop || onViolation == .quarantine }
}

extension [SQLColumn] {
    /// Name of the table of rows that a condition is compiled upon, in lower case.
    static var rowsName: String { "pipectl checked rows" }

    /// A row of these columns, where no table can be given.
    func row() throws(EngineError) -> String {
        var parts: [String] = []
        for column in self { parts.append("CAST(NULL AS \(column.type.sql)) AS \(try SQL.identifier(column.name))") }
        return "SELECT \(parts.joined(separator: ", "))"
    }
}
