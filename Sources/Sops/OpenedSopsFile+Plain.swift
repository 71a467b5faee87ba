package import Crypto
internal import Support

extension OpenedSopsFile {
    /// The tree in the clear without `sops`, for an editor: no comments, lists and mappings in blocks.
    ///
    /// - Parameter notes: lines that stand before it as comments; JSON has none.
    package func plainText(notes: [String]) throws(SopsError) -> SensitiveBytes {
        for value in values {
            guard case .string(let bytes) = value.value else { continue }
            guard bytes.withBytes({ String(validating: $0, as: UTF8.self) != nil }) else {
                throw .cannotEdit(value.keys, reason: "its value is not text in UTF-8")
            }
        }
        var writer = PlainWriter(values: values.map(\.value), format: file.format)
        if file.format == .yaml { for note in notes { writer.text += "# \(note)\n" } }
        writer.write(file.root.entries.filter { $0.name != "sops" })
        var bytes = Array(writer.text.utf8)
        return SensitiveBytes(taking: &bytes)
    }

    private struct PlainWriter {
        let values: [SopsPlainValue]
        let format: SopsFormat
        var text = ""
        /// The next value in the order of the file.
        private var position = 0

        init(values: [SopsPlainValue], format: SopsFormat) {
            self.values = values
            self.format = format
        }

        mutating func write(_ entries: [SopsPair]) {
            switch format {
            case .json:
                json(entries, depth: 0)
                text += "\n"
            case .yaml: yaml(entries, column: 0)
            }
        }

        private mutating func value() -> SopsPlainValue {
            defer { position += 1 }
            return values[position]
        }

        // MARK: YAML

        private mutating func yaml(_ entries: [SopsPair], column: Int) {
            for entry in entries {
                indent(column)
                text += SopsText.key(entry.name, quoted: false) + ":"
                yaml(entry.value, column: column)
            }
        }

        /// What follows a colon or a dash.
        private mutating func yaml(_ node: SopsNode, column: Int) {
            switch node.content {
            case .mapping(let entries) where entries.isEmpty: text += " {}\n"
            case .sequence(let items) where items.isEmpty: text += " []\n"
            case .mapping(let entries):
                text += "\n"
                yaml(entries, column: column + 4)
            case .sequence(let items):
                text += "\n"
                for item in items {
                    indent(column + 4)
                    text += "-"
                    yaml(item, column: column + 4)
                }
            default: text += " " + yaml(value(), column: column + 4) + "\n"
            }
        }

        private func yaml(_ value: SopsPlainValue, column: Int) -> String {
            switch value {
            case .null: return "null"
            case .bool(let flag): return flag ? "true" : "false"
            case .integer, .time: return Self.text(of: value)
            case .float(let number):
                if number.isNaN { return ".nan" }
                if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
                return Self.text(of: value)
            case .string, .bytes: return Self.yaml(Self.text(of: value), column: column)
            }
        }

        /// Always in quotes or a block, so that no `#`, `:` or `*` in a new value is taken for something else.
        private static func yaml(_ text: String, column: Int) -> String {
            let scalars = text.unicodeScalars
            let isPlain = scalars.allSatisfy { $0 == "\n" || $0 == "\t" || SopsText.isPrintable($0) }
            guard isPlain else { return SopsText.quoted(text) }
            guard scalars.contains("\n") else { return "'" + text.replacing("'", with: "''") + "'" }
            // A block keeps every byte, but for its first line's blanks, which would be taken for its indentation.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let first = lines.first, !first.isEmpty, first.first != " ", first.first != "\t" else { return SopsText.quoted(text) }
            let content = lines.last == "" ? lines.dropLast() : lines[...]
            guard let last = content.last, !last.isEmpty else { return SopsText.quoted(text) }
            let indentation = String(repeating: " ", count: column)
            return (lines.last == "" ? "|" : "|-") + content.map { $0.isEmpty ? "\n" : "\n\(indentation)\($0)" }.joined()
        }

        private mutating func indent(_ column: Int) { text += String(repeating: " ", count: column) }

        private static func text(of value: SopsPlainValue) -> String { value.withEncoded { String(decoding: $0, as: UTF8.self) } }

        // MARK: JSON

        private mutating func json(_ entries: [SopsPair], depth: Int) {
            list(entries, depth, "{", "}") { writer, entry in
                writer.text += SopsText.quoted(entry.name) + ": "
                writer.json(entry.value, depth: depth + 1)
            }
        }

        private mutating func json(_ node: SopsNode, depth: Int) {
            switch node.content {
            case .mapping(let entries): json(entries, depth: depth)
            case .sequence(let items): list(items, depth, "[", "]") { $0.json($1, depth: depth + 1) }
            default: text += Self.json(value())
            }
        }

        private mutating func list<Item>(_ items: [Item], _ depth: Int, _ opening: String, _ closing: String, _ write: (inout Self, Item) -> Void) {
            text += opening
            for (place, item) in items.enumerated() {
                text += (place > 0 ? ",\n" : "\n") + String(repeating: "\t", count: depth + 1)
                write(&self, item)
            }
            text += items.isEmpty ? closing : "\n" + String(repeating: "\t", count: depth) + closing
        }

        private static func json(_ value: SopsPlainValue) -> String {
            switch value {
            case .null: "null"
            case .bool(let flag): flag ? "true" : "false"
            case .integer: text(of: value)
            case .float(let number): number.isFinite ? text(of: value) : SopsText.quoted(text(of: value))
            case .string, .bytes, .time: SopsText.quoted(text(of: value))
            }
        }
    }
}

extension SopsText {
    /// Whether YAML may hold it outside of double quotes, and an editor shows it.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0..<0x2028, 0x202A..<0xD800, 0xE000..<0xFEFF, 0xFF00..<0xFFFE, 0x10000...0x10FFFF: scalar.value != 0x0085
        default: false
        }
    }
}

/// A value with its names.
package struct SopsContent: Sendable, Equatable {
    package let keys: [String]
    package let value: SopsPlainValue

    package init(keys: [String], value: SopsPlainValue) {
        self.keys = keys
        self.value = value
    }

    package static func == (one: Self, two: Self) -> Bool { SopsKeys(one.keys) == SopsKeys(two.keys) && one.value == two.value }
}

extension OpenedSopsFile {
    /// The value with these names, or all that lie below them.
    package func content(at keys: [String]) -> [SopsContent] {
        values.filter { SopsKeys(Array($0.keys.prefix(keys.count))) == SopsKeys(keys) }.map { SopsContent(keys: $0.keys, value: $0.value) }
    }
}
