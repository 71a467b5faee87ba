package import Diagnostics

package enum YAMLKind: UInt8, Sendable { case null, scalar, sequence, mapping }

package enum YAMLScalarStyle: UInt8, Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

/// A node of a document: a light reference, cheap to copy. An alias is the node that it stands for.
package struct YAMLNode: Sendable {
    package let document: YAMLDocument
    let index: Int

    init(document: YAMLDocument, index: Int) {
        self.document = document
        self.index = index
    }

    var record: NodeRecord { document.records[index] }

    /// `null` where a scalar is empty, `~` or `null`, written plain.
    package var kind: YAMLKind { record.kind }

    /// Where it is written, with its tag and anchor, without blanks and comments behind it.
    package var range: SourceRange {
        let record = record
        return SourceRange(
            path: document.path, start: document.source.position(ofScalar: Int(record.start)),
            end: document.source.position(ofScalar: Int(record.end)))
    }

    /// The tag that is written on it, in full: `tag:yaml.org,2002:str`; nil where there is none.
    package var tag: String? { record.tag.name }
}

// MARK: Scalars

extension YAMLNode {
    /// The text of a scalar whatever it resolves to (`12`, `true`, `~`, `abc`); nil for a sequence or mapping.
    package var text: String? {
        isScalar ? withTextBytes { String(decoding: $0, as: UTF8.self) } : nil
    }

    /// How a scalar is written; nil for a sequence or mapping.
    package var style: YAMLScalarStyle? { isScalar ? record.style : nil }
    package var isPlain: Bool { style == .plain }
    package var isNull: Bool { record.kind == .null }

    /// The text of a scalar that resolves to a string: quoted, a block, or plain text that is nothing else.
    package var string: String? {
        guard case .string = resolved else { return nil }
        return text
    }

    package var bool: Bool? {
        if case .bool(let value) = resolved { value } else { nil }
    }

    /// A whole number that fits.
    package var integer: Int64? {
        if case .integer(let value) = resolved { value } else { nil }
    }

    /// Any number, whole ones included; may be infinite or NaN (`.inf`, `.nan`).
    package var double: Double? {
        switch resolved {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    private var isScalar: Bool { record.kind == .scalar || record.kind == .null }

    /// What a scalar means by the core schema; nil for a sequence or mapping.
    var resolved: CoreValue? {
        guard isScalar else { return nil }
        let record = record
        return withTextBytes { CoreValue.resolve($0, style: record.style, tag: record.tag) }
    }

    /// Whether the text of a scalar holds `${{`.
    package var mayHoldExpression: Bool {
        isScalar && withTextBytes { text in
            var position = text.startIndex
            while let next = text[position...].firstIndex(of: UInt8(ascii: "$")) {
                if next + 2 < text.endIndex, text[next + 1] == UInt8(ascii: "{"), text[next + 2] == UInt8(ascii: "{") { return true }
                position = next + 1
            }
            return false
        }
    }

    /// Whether the text of a scalar begins as references to secrets in the form of Azure and Databricks do.
    package var mayHoldForeignReference: Bool {
        isScalar && withTextBytes { $0.first == UInt8(ascii: "@") || $0.starts(with: "{{".utf8) }
    }

    func withTextBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let record = record
        return document.text.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[Int(record.first)..<Int(record.first) + Int(record.count)]))
        }
    }
}

// MARK: Collections

extension YAMLNode {
    /// The entries of a mapping in the order they are written, those of a merge (`<<`) last; empty for other kinds.
    package var pairs: [(key: YAMLNode, value: YAMLNode)] {
        guard record.kind == .mapping else { return [] }
        let children = children
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        pairs.reserveCapacity(children.count / 2)
        for i in stride(from: children.startIndex, to: children.endIndex, by: 2) {
            pairs.append((node(at: i), node(at: i + 1)))
        }
        return pairs
    }

    /// The items of a sequence; empty for other kinds.
    package var items: [YAMLNode] {
        record.kind == .sequence ? children.map { node(at: $0) } : []
    }

    /// The value of the entry with that key's text, looked up one by one; nil where there is none.
    package subscript(key: String) -> YAMLNode? {
        guard record.kind == .mapping else { return nil }
        var key = key
        return key.withUTF8 { wanted in
            for i in stride(from: children.startIndex, to: children.endIndex, by: 2) {
                let candidate = node(at: i)
                let record = candidate.record
                guard record.kind == .scalar || record.kind == .null, Int(record.count) == wanted.count else { continue }
                if candidate.withTextBytes({ $0.elementsEqual(wanted) }) {
                    return node(at: i + 1)
                }
            }
            return nil
        }
    }

    /// Whether every key of a mapping is a scalar.
    package var hasOnlyTextKeys: Bool {
        stride(from: children.startIndex, to: children.endIndex, by: 2).allSatisfy { node(at: $0).isScalar }
    }

    /// Whether the keys of a mapping are all among these.
    package func hasOnlyKeys(_ known: [String]) -> Bool {
        guard record.kind == .mapping else { return false }
        return stride(from: children.startIndex, to: children.endIndex, by: 2).allSatisfy { i in
            let candidate = node(at: i)
            guard candidate.isScalar else { return false }
            return candidate.withTextBytes { text in
                known.contains { name in
                    var name = name
                    return name.utf8.count == text.count && name.withUTF8 { $0.elementsEqual(text) }
                }
            }
        }
    }

    package subscript(index: Int) -> YAMLNode? {
        guard record.kind == .sequence, children.indices.contains(children.startIndex + index), index >= 0 else {
            return nil
        }
        return node(at: children.startIndex + index)
    }

    /// Number of entries or items; 0 for scalars.
    package var count: Int {
        switch record.kind {
        case .mapping: children.count / 2
        case .sequence: children.count
        default: 0
        }
    }

    /// Places in `document.children`.
    private var children: Range<Int> {
        let record = record
        return Int(record.first)..<Int(record.first) + Int(record.count)
    }

    private func node(at child: Int) -> YAMLNode {
        YAMLNode(document: document, index: Int(document.children[child]))
    }
}
