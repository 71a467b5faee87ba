package import Assets
internal import Engine
internal import Support

/// The SQL of a check on rows.
package struct CheckSQL {
    let check: Check
    /// A SELECT over a table of the lake as this run sees it.
    let scan: (LakeName) throws -> String

    package init(check: Check, scan: @escaping (LakeName) throws -> String) {
        self.check = check
        self.scan = scan
    }

    /// True for rows that violate the check; never NULL.
    package func violation() throws -> String {
        switch check.kind {
        case .notNull(let columns):
            return "(" + (try columns.map { "\(try SQL.identifier($0.value)) IS NULL" }).joined(separator: " OR ") + ")"
        case .accepted(let column, let values):
            let name = try SQL.identifier(column.value)
            // A NULL violates nothing, and in the list it would make every comparison unknown: nothing would violate.
            let values = values.filter { $0 != .null }
            guard !values.isEmpty else { return "(\(name) IS NOT NULL)" }
            return "coalesce(\(name) NOT IN (\(try values.map(Self.literal).joined(separator: ", "))), false)"
        case .relationship(let column, let to):
            let name = try SQL.identifier(column.value)
            let key = try SQL.identifier(to.value.column)
            let scan = try scan(to.value.table)
            return "(\(name) IS NOT NULL AND \(name) NOT IN (SELECT \(key) FROM (\(scan)) WHERE \(key) IS NOT NULL))"
        case .range(let column, let minimum, let maximum):
            let name = try SQL.identifier(column.value)
            let bounds = [
                try minimum.map { "\(name) < \(try Self.literal($0))" }, try maximum.map { "\(name) > \(try Self.literal($0))" },
            ].compactMap { $0 }
            return "coalesce(\(bounds.joined(separator: " OR ")), false)"
        case .expression(let sql, _):
            // On a line of its own, so that a comment at its end does not swallow the bracket.
            return "\(Self.expressionOpening)\(sql.value)\n), true)"
        case .unique, .rowCount, .freshness, .schema:
            preconditionFailure("\(check.typeName) concerns the whole table")
        }
    }

    /// What stands before a condition that the user wrote.
    static let expressionOpening = "NOT coalesce(("

    static func literal(_ value: JSONValue) throws -> String {
        switch value {
        case .null: "NULL"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): "\(number)"
        case .string(let text): try SQL.literal(text)
        case .array, .object: try SQL.literal(value.text())
        }
    }

    /// The titles of the checks that a row violates, one after the other: the reason it is kept apart for.
    package static func reason(_ checks: [CheckSQL]) throws -> String {
        let cases = try checks.map { "CASE WHEN \(try $0.violation()) THEN \(try SQL.literal($0.check.title)) END" }
        return "concat_ws('; ', \(cases.joined(separator: ", ")))"
    }
}
