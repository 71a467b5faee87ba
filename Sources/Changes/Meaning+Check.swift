internal import Assets
internal import Support

extension Meaning {
    /// A check of several columns that could each have one of their own is as many.
    static func checks(_ check: Check) -> [Meaning] {
        guard case .notNull(let columns) = check.kind else { return [self.check(check)] }
        return columns.map { made(check, "notNull(\($0.value))", [:]) }
    }

    private static func made(_ check: Check, _ name: String, _ fields: JSONObject, _ sql: [String: SQLMeaning] = [:]) -> Meaning {
        var fields = fields
        fields.set("onViolation", check.onViolation.rawValue)
        return Meaning(.check, name, fields: fields, sql: sql, place: check.range)
    }

    private static func check(_ check: Check) -> Meaning {
        switch check.kind {
        case .notNull: return made(check, check.title, [:])
        case .unique(let columns):
            return made(check, "unique(\(columns.map(\.value).sorted().joined(separator: ", ")))", [:])
        case .accepted(let column, let values):
            let sorted = values.sorted { $0.text(.canonical) < $1.text(.canonical) }
            return made(check, "accepted(\(column.value))", ["values": .array(sorted)])
        case .relationship: return made(check, check.title, [:])
        case .range(let column, let minimum, let maximum):
            var fields = JSONObject()
            fields.set("min", minimum)
            fields.set("max", maximum)
            return made(check, "range(\(column.value))", fields)
        case .expression(let sql, let name):
            let condition = SQLMeaning(condition: sql.value)
            return made(check, name ?? "\(Meaning.unnamedCheck)\(condition.tokens.folded))", [:], ["sql": condition])
        case .rowCount(let minimum, let maximum):
            var fields = JSONObject()
            fields.set("min", minimum)
            fields.set("max", maximum)
            return made(check, "rowCount", fields)
        case .freshness(let column, let within): return made(check, "freshness(\(column.value))", ["within": .duration(within)])
        case .schema(let columns):
            return made(check, "schema", JSONObject(columns.map { ("columns.\($0.name)", JSONValue.string($0.value)) }))
        }
    }
}

/// Whether a check asks less than before, or more.
struct CheckStrength {
    private(set) var isWeaker = false
    private(set) var isStronger = false

    private static let ranks = ["warn": 0, "drop": 1, "quarantine": 2, "fail": 3]

    init(from old: Meaning, to new: Meaning) {
        note(Self.ranks[old.text("onViolation")], Self.ranks[new.text("onViolation")])
        bound(old.fields["min"], new.fields["min"], isUpper: false)
        bound(old.fields["max"], new.fields["max"], isUpper: true)
        if let before = old.fields["values"]?.asArray, let after = new.fields["values"]?.asArray {
            if !Set(after).isSubset(of: before) { isWeaker = true }
            if !Set(before).isSubset(of: after) { isStronger = true }
        }
        if let before = old.fields["within"]?.asString.flatMap(Durations.parse), let after = new.fields["within"]?.asString.flatMap(Durations.parse) {
            if after > before { isWeaker = true }
            if after < before { isStronger = true }
        }
    }

    private mutating func note(_ old: Int?, _ new: Int?) {
        guard let old, let new else { return }
        if new < old { isWeaker = true }
        if new > old { isStronger = true }
    }

    private mutating func bound(_ old: JSONValue?, _ new: JSONValue?, isUpper: Bool) {
        switch (old, new) {
        case (nil, nil): return
        case (nil, _?): isStronger = true
        case (_?, nil): isWeaker = true
        case (let old?, let new?):
            let order: Bool? =
                if let a = old.asDouble, let b = new.asDouble { a == b ? nil : a < b } else { old == new ? nil : old.text() < new.text() }
            guard let isGreater = order else { return }
            if isGreater == isUpper { isWeaker = true } else { isStronger = true }
        }
    }
}

extension Meaning {
    fileprivate func text(_ field: String) -> String { fields[field]?.asString ?? "" }
}
