internal import Support

/// The columns of a table, in order.
package struct DeltaSchema: Sendable, Hashable {
    package private(set) var fields: [DeltaField]

    /// Throws `.invalidColumn` for names Delta forbids (it has no place for ` ,;{}()\n\t=` in a name) and for names,
    /// of columns or of fields of one struct, that differ only by case.
    package init(_ fields: [DeltaField]) throws(LakeError) {
        try Self.validate(fields, within: nil)
        self.fields = fields
    }

    /// A schema from a log, taken as it is.
    init(schemaString: String) throws(LakeError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: schemaString) } catch {
            throw LakeError(.corruptLog, "the schema is no JSON: \(error.message)")
        }
        guard case .structure(let fields) = try DeltaType(json: json, column: "schema") else {
            throw LakeError(.corruptLog, "the schema is no struct")
        }
        self.fields = fields
    }

    var schemaString: String { DeltaType.structure(fields).json.text() }

    package var columnNames: [String] { fields.map(\.name) }

    /// The column of that name, compared without case as Delta does.
    package func field(named name: String) -> DeltaField? { fields.first { Self.equal($0.name, name) } }

    package var usesTimestampNtz: Bool { fields.contains { $0.type.usesTimestampNtz } }

    /// One value per list of names and types: data files written by us carry it, so that a scan knows which of them
    /// have exactly the table's columns. FNV-1a, 64 bits.
    var fingerprint: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for field in fields {
            for byte in "\(field.name)\u{0}\(field.type.description)\u{1}".utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// Delta's names are unique without regard to case.
    static func equal(_ a: String, _ b: String) -> Bool {
        a.utf8.elementsEqual(b.utf8) || a.lowercased() == b.lowercased()
    }

    private static func validate(_ fields: [DeltaField], within parent: String?) throws(LakeError) {
        if fields.isEmpty {
            throw LakeError(.invalidColumn(parent ?? ""), parent.map { "struct \"\($0)\" has no fields" } ?? "there are no columns")
        }
        var seen: [String: String] = [:]
        for field in fields {
            let name = parent.map { "\($0).\(field.name)" } ?? field.name
            if field.name.isEmpty { throw LakeError(.invalidColumn(name), "a column has no name", help: "give it one with AS") }
            if let bad = field.name.unicodeScalars.first(where: { " ,;{}()\n\t=".unicodeScalars.contains($0) || $0.value < 0x20 }) {
                throw LakeError(
                    .invalidColumn(name), "column \"\(name)\" has the character \(bad.debugDescription) in its name, which Delta forbids",
                    help: "rename it with AS")
            }
            if let first = seen.updateValue(field.name, forKey: field.name.lowercased()) {
                throw LakeError(
                    .invalidColumn(name),
                    first == field.name
                        ? "column \"\(name)\" is there twice"
                        : "the column names \"\(first)\" and \"\(field.name)\" differ only by case",
                    help: "rename one with AS")
            }
            try validate(type: field.type, of: name)
        }
    }

    private static func validate(type: DeltaType, of column: String) throws(LakeError) {
        switch type {
        case .structure(let fields): try validate(fields, within: column)
        case .array(let element, _): try validate(type: element, of: column)
        case .map(let key, let value, _):
            try validate(type: key, of: column)
            try validate(type: value, of: column)
        default: break
        }
    }
}
