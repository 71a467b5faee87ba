extension JSONValue {
    package enum Layout: Sendable {
        /// One line, keys in their own order.
        case compact
        /// One line, keys sorted by UTF-8 bytes: one encoding per value.
        case canonical
        /// Indented by two blanks, keys sorted.
        case pretty
    }

    /// The document as JSON text. A double that is not finite is written as `null`.
    package func text(_ layout: Layout = .compact) -> String {
        var out = ""
        write(into: &out, layout: layout, indent: 0)
        return out
    }

    private func write(into out: inout String, layout: Layout, indent: Int) {
        switch self {
        case .null: out += "null"
        case .bool(let b): out += b ? "true" : "false"
        case .integer(let i): out += String(i)
        case .double(let d): out += Self.text(of: d)
        case .string(let s): Self.writeString(s, into: &out)
        case .array(let items):
            Self.writeList(items, brackets: ("[", "]"), into: &out, layout: layout, indent: indent) { item, out in
                item.write(into: &out, layout: layout, indent: indent + 1)
            }
        case .object(let object):
            var members = object.members
            if layout != .compact { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
            Self.writeList(members, brackets: ("{", "}"), into: &out, layout: layout, indent: indent) { member, out in
                Self.writeString(member.key, into: &out)
                out += layout == .pretty ? ": " : ":"
                member.value.write(into: &out, layout: layout, indent: indent + 1)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], brackets: (String, String), into out: inout String, layout: Layout, indent: Int,
        _ write: (Item, inout String) -> Void
    ) {
        out += brackets.0
        for (index, item) in items.enumerated() {
            if index > 0 { out += "," }
            if layout == .pretty { out += "\n" + String(repeating: "  ", count: indent + 1) }
            write(item, &out)
        }
        if layout == .pretty, !items.isEmpty { out += "\n" + String(repeating: "  ", count: indent) }
        out += brackets.1
    }

    /// Shortest text that reads back as the same double; whole numbers keep a `.0`, so that their type is kept too.
    private static func text(of d: Double) -> String { d.isFinite ? "\(d)" : "null" }

    private static func writeString(_ s: String, into out: inout String) {
        out += "\""
        for scalar in s.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
