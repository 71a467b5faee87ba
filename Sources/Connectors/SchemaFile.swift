internal import Assets
internal import Engine
internal import Support

/// The text of `schemas/<connection>.yml`: the same schema always gives the same bytes, a column a line.
package enum SchemaFile {
    /// - Parameter head: lines that stand before everything else, each with its end.
    package static func text(of schema: LiveSchema, head: String = standardHead) -> String {
        var text = head
        text += "apiVersion: \(AssetKind.apiVersion)\nkind: \(AssetKind.sourceSchema.rawValue)\n"
        text += "connection: \(scalar(schema.connection))\n"
        text += mapping("tables", schema.tables)
        if !schema.queries.isEmpty {
            text += "queries:\n"
            for query in schema.queries {
                // What begins an expression stands for itself where it is doubled.
                let written = query.name.replacing("${{", with: "$${{")
                text += "  - query: \(block(written, indent: 6))\n    columns:\n"
                text += columns(query, indent: "      ")
            }
        }
        text += mapping("files", schema.files)
        return text
    }

    package static let standardHead = """
        # Columns of the source as `pipectl sources lock` found them. Pipelines are checked against this file; lock again
        # when the source has changed, and review what changes here.

        """

    package static let warehouseHead = """
        # Columns of the tables that pipelines publish, as `pipectl sources lock warehouse` found them in the compiled SQL.
        # Reports count upon them: `pipectl validate` tells what would break. Review what changes here.

        """

    /// The comments a file begins with, up to the first line that is none.
    package static func head(of text: String) -> String {
        var head = ""
        var pending = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isBlank = line.allSatisfy { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
            guard isBlank || line.hasPrefix("#") else { break }
            pending += line + "\n"
            if !isBlank {
                head += pending
                pending = ""
            }
        }
        return head
    }

    private static func mapping(_ key: String, _ relations: [LiveSchema.Relation]) -> String {
        guard !relations.isEmpty else { return "" }
        var text = "\(key):\n"
        for relation in relations {
            text += "  \(scalar(relation.name)):\n    columns:\n" + columns(relation, indent: "      ")
            if !relation.key.isEmpty { text += "    key: [\(relation.key.map { flow($0) }.joined(separator: ", "))]\n" }
        }
        return text
    }

    private static func columns(_ relation: LiveSchema.Relation, indent: String) -> String {
        relation.columns.map { "\(indent)\(scalar($0.name)): \(scalar($0.type.sql))\n" }.joined()
    }

    // MARK: Scalars

    /// Text as a key or value of a block mapping: plain where YAML reads it back as this text, else in double quotes.
    static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    private static func flow(_ text: String) -> String {
        isPlain(text) && !text.utf8.contains(where: { ",[]{}".utf8.contains($0) }) ? text : quoted(text)
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isLetter(first) || first == UInt8(ascii: "_"), last != UInt8(ascii: " "),
            last != UInt8(ascii: ":"), !words.contains(text.lowercased())
        else { return false }
        var before: UInt8 = 0
        for byte in text.utf8 {
            guard (0x20...0x7E).contains(byte) else { return false }
            if before == UInt8(ascii: ":"), byte == UInt8(ascii: " ") { return false }
            if before == UInt8(ascii: " "), byte == UInt8(ascii: "#") { return false }
            before = byte
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    /// Words that some reader of YAML takes for something else than text.
    private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"]

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(contentsOf: isText(scalar) ? String(scalar).unicodeScalars : escape(scalar).unicodeScalars)
            }
        }
        return result + "\""
    }

    /// Controls, line separators and byte order marks are no text to YAML as they stand.
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && ![0x2028, 0x2029, 0xFEFF].contains(scalar.value)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// Text of several lines as a literal block, where that gives it back byte by byte.
    static func block(_ text: String, indent: Int) -> String {
        let end = UInt8(ascii: "\n")
        let hasEnd = text.utf8.last == end
        let lines = (hasEnd ? text.utf8.dropLast() : text.utf8[...]).split(separator: end, omittingEmptySubsequences: false).map(Substring.init)
        let isWhole = !(lines.first?.isEmpty ?? true) && !(lines.last?.isEmpty ?? true) && lines.first?.utf8.first != UInt8(ascii: " ")
        guard text.utf8.contains(end), isWhole,
            lines.allSatisfy({ line in line.isEmpty || (line.unicodeScalars.allSatisfy(isText) && line.contains { $0 != " " }) })
        else { return scalar(text) }
        let margin = String(repeating: " ", count: indent)
        return (hasEnd ? "|" : "|-") + lines.map { $0.isEmpty ? "\n" : "\n" + margin + $0 }.joined()
    }
}
