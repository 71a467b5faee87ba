package import Diagnostics
package import Support
internal import YAML

/// A condition on the rows an activity writes, or on the table as it will be.
package struct Check: Sendable {
    package enum Violation: String, Sendable, CaseIterable {
        /// The table stays as it was and the activity fails.
        case fail
        /// The run goes on and says so.
        case warn
        /// Rows that violate are left out.
        case drop
        /// Rows that violate go to `quarantine.<layer>_<table>` with the reason.
        case quarantine
    }

    package enum Kind: Sendable {
        case notNull([Located<String>])
        /// No two rows of the table alike in these columns.
        case unique([Located<String>])
        case accepted(column: Located<String>, values: [JSONValue])
        /// Every value that is not NULL stands in that column of that table.
        case relationship(column: Located<String>, to: Located<ColumnReference>)
        case range(column: Located<String>, minimum: JSONValue?, maximum: JSONValue?)
        /// A condition; rows where it is false violate (NULL does not, as in SQL's CHECK).
        case expression(sql: SQLCondition, name: String?)
        case rowCount(minimum: Int?, maximum: Int?)
        /// The newest value of the column is at most this old.
        case freshness(column: Located<String>, within: Duration)
        /// The table has exactly these columns with these SQL types.
        case schema([MapEntry<String>])
    }

    package struct ColumnReference: Sendable, Hashable {
        package let table: LakeName
        package let column: String
    }

    package let kind: Kind
    package let onViolation: Violation
    package let range: SourceRange

    /// Whether single rows violate it, so that they can be dropped or quarantined.
    package var concernsRows: Bool {
        switch kind {
        case .notNull, .accepted, .relationship, .range, .expression: true
        case .unique, .rowCount, .freshness, .schema: false
        }
    }

    /// `notNull`
    package var typeName: String {
        switch kind {
        case .notNull: "notNull"
        case .unique: "unique"
        case .accepted: "accepted"
        case .relationship: "relationship"
        case .range: "range"
        case .expression: "expression"
        case .rowCount: "rowCount"
        case .freshness: "freshness"
        case .schema: "schema"
        }
    }

    /// Short, for people: `notNull(order_id, customer_id)`.
    package var title: String {
        switch kind {
        case .notNull(let columns), .unique(let columns): "\(typeName)(\(columns.map(\.value).joined(separator: ", ")))"
        case .accepted(let column, _), .range(let column, _, _), .freshness(let column, _): "\(typeName)(\(column.value))"
        case .relationship(let column, let to): "relationship(\(column.value) in \(to.value.table.text).\(to.value.column))"
        case .expression(let sql, let name): name ?? "expression(\(sql.value))"
        case .rowCount(let minimum, let maximum):
            "rowCount(\(minimum.map(String.init) ?? "")..\(maximum.map(String.init) ?? ""))"
        case .schema: "schema"
        }
    }

    package static let codec = Codec<Check>(
        schema: .oneOf(cases.map { .object(ObjectSchema(
            name: "check", documentation: $0.documentation,
            fields: [.init(key: $0.key, schema: $0.codec.schema, isRequired: true, documentation: $0.documentation, defaultValue: nil)]
        )) }),
        placeholder: Check(kind: .rowCount(minimum: 0, maximum: nil), onViolation: .fail, range: SourceRange(path: ""))
    ) { input, context in
        guard let members = Codec<Check>.members(of: input, context) else { return nil }
        let known = cases.map(\.key)
        let keys = members.keys
        guard keys.count == 1, let member = keys.first, let value = members[member.text] else {
            context.report(
                .invalidCombination, "a check is one key: " + known.joined(separator: ", "), at: SourceRange(startOf: input.range))
            return nil
        }
        guard let form = cases.first(where: { $0.key == member.text }) else {
            Codec<Check>.reportUnknownKey(member.text, at: member.range, known: known, in: "check", context)
            return nil
        }
        guard let body = form.codec.decode(value, context) else { return nil }
        let check = Check(kind: body.kind, onViolation: body.onViolation, range: input.range)
        if !check.concernsRows, check.onViolation == .drop || check.onViolation == .quarantine {
            context.report(
                .invalidCombination,
                "\(check.typeName) concerns the whole table: onViolation \"\(check.onViolation.rawValue)\" has no rows to take",
                at: input.range, help: "use fail or warn")
            return nil
        }
        return check
    }

    private struct Body: Sendable {
        let kind: Kind
        let onViolation: Violation
    }

    private struct Form: Sendable {
        let key: String
        let documentation: String
        let codec: Codec<Body>
    }

    private static let column = Codec<Located<String>>.locatedText
    private static let columns = Codec<[Located<String>]>.textsOrOne

    private static func violation(_ r: ObjectReader) -> Violation {
        r.defaulted("onViolation", .enumeration, "What happens where the check does not hold.", default: .fail, shown: "fail")
    }

    private static func form(_ key: String, _ documentation: String, _ build: @escaping @Sendable (ObjectReader) -> Kind) -> Form {
        Form(
            key: key, documentation: documentation,
            codec: .object(key, documentation) { r in
                let kind = build(r)
                return Body(kind: kind, onViolation: violation(r))
            })
    }

    /// `notNull: [a, b]` beside `notNull: { columns: [a, b], onViolation: drop }`.
    private static func columnsForm(_ key: String, _ documentation: String, _ kind: @escaping @Sendable ([Located<String>]) -> Kind) -> Form {
        let long = form(key, documentation) { r in kind(r.required("columns", columns, "The columns.")) }
        return Form(
            key: key, documentation: documentation,
            codec: Codec(schema: .oneOf([columns.schema, long.codec.schema]), placeholder: long.codec.placeholder) { input, context in
                if input.shape == .mapping { return long.codec.decode(input, context) }
                return columns.decode(input, context).map { Body(kind: kind($0), onViolation: .fail) }
            })
    }

    private static let cases: [Form] = [
        columnsForm("notNull", "No NULL in these columns.") { .notNull($0) },
        columnsForm("unique", "No two rows alike in these columns.") { .unique($0) },
        form("accepted", "The column holds only these values, or NULL.") { r in
            .accepted(
                column: r.required("column", column, "The column."),
                values: r.required("values", Codec<JSONValue>.constant.list(), "Values that are allowed."))
        },
        form("relationship", "Every value that is not NULL stands in a column of another table.") { r in
            .relationship(
                column: r.required("column", column, "The column."),
                to: r.required("to", columnReference.located, "LAYER.TABLE.COLUMN that must hold the value."))
        },
        form("range", "The column lies between two bounds, both included.") { r in
            let minimum = r.optional("min", .constant, "Least value.")
            let maximum = r.optional("max", .constant, "Greatest value.")
            if minimum == nil, maximum == nil, !r.isDescribing {
                r.report(.invalidCombination, "a range needs \"min\", \"max\" or both")
            }
            return .range(column: r.required("column", column, "The column."), minimum: minimum, maximum: maximum)
        },
        form("expression", "A SQL condition that must not be false.") { r in
            .expression(
                sql: r.required("sql", SQLCondition.codec, "The condition, over the columns of the row."),
                name: r.optional("name", .text, "What it is called in messages."))
        },
        form("rowCount", "How many rows the table has.") { r in
            let minimum = r.optional("min", .integer(), "At least.")
            let maximum = r.optional("max", .integer(), "At most.")
            if minimum == nil, maximum == nil, !r.isDescribing {
                r.report(.invalidCombination, "a rowCount needs \"min\", \"max\" or both")
            }
            if let minimum, let maximum, minimum > maximum {
                r.report(.invalidValue, "no table has at least \(minimum) and at most \(maximum) rows", at: "min")
            }
            return .rowCount(minimum: minimum, maximum: maximum)
        },
        form("freshness", "The newest value is recent.") { r in
            .freshness(
                column: r.required("column", column, "A date or timestamp."),
                within: r.required("within", .duration, "How old the newest value may be when the run starts."))
        },
        form("schema", "The columns and their types.") { r in
            .schema(r.required("columns", Codec<String>.text.dictionary(), "SQL type by column name."))
        },
    ]

    private static let columnReference = Codec<ColumnReference>(
        schema: .string(pattern: "^[^.]+\\.[^.]+\\.[^.]+$", values: nil),
        placeholder: ColumnReference(table: LakeName("silver.table")!, column: "column")
    ) { input, context in
        guard let text = Codec<String>.text.decode(input, context) else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].isEmpty, let table = LakeName(parts[0] + "." + parts[1]) else {
            context.report(.invalidTableName, "\"\(text)\" is no column of the lake", at: input.range, help: "write it as LAYER.TABLE.COLUMN")
            return nil
        }
        return ColumnReference(table: table, column: String(parts[2]))
    }
}
