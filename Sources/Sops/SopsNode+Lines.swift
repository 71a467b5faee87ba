internal import Diagnostics
internal import YAML

extension SopsNode {
    /// A short way to read what such files consist of: lines `key: ENC[…]` and `key:`, comments, and the key `sops` at the end.
    /// These few forms have one meaning in YAML; a file with anything else is nil and read as YAML. Parsing values of megabytes as
    /// YAML takes several times as long as decrypting them.
    init?(lines bytes: [UInt8], path: String) {
        let head = bytes.withUnsafeBufferPointer { bytes -> (entries: [SopsPair], end: Int)? in
            var reader = LineReader(bytes: bytes)
            return reader.entries()
        }
        guard let head else { return nil }
        // Nothing in the lines before has a bearing on what follows.
        let (document, findings) = YAMLDocument.parse(Array(bytes[head.end...]), path: path)
        guard let document, findings.isEmpty, document.root.count == 1 else { return nil }
        do throws(SopsRefusal) {
            let tail = try SopsNode(document.root, in: bytes, from: head.end)
            guard tail.entries.first?.name == "sops" else { return nil }
            self.init(content: .mapping(head.entries + tail.entries), place: 0..<bytes.count)
        } catch {
            // Reported by the other reader, with places in the whole file.
            return nil
        }
    }
}

/// Every byte is visible ASCII, a blank or a line feed; every mapping's keys stand in one column.
private struct LineReader {
    let bytes: UnsafeBufferPointer<UInt8>

    /// A mapping whose end has not come yet.
    private struct Frame {
        let column: Int
        let key: (name: String, place: Range<Int>)
        var entries: [SopsPair] = []
        var names: Set<String> = []
    }

    private var frames = [Frame(column: 0, key: ("", 0..<0))]
    /// A key without a value, whose mapping comes next.
    private var open: (name: String, place: Range<Int>)?

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private static let depthLimit = 50
    /// YAML has a limit too, a little above.
    private static let keyLimit = 512

    /// The entries before the key `sops`, and where it begins.
    mutating func entries() -> (entries: [SopsPair], end: Int)? {
        var start = 0
        while start < bytes.count {
            var i = start
            while i < bytes.count, bytes[i] == 0x20 { i += 1 }
            guard i < bytes.count else { return nil }
            let column = i - start
            if bytes[i] == 0x0A {
                start = i + 1
                continue
            }
            if bytes[i] == UInt8(ascii: "#") {
                guard let end = visibleEnd(from: i) else { return nil }
                start = end + 1
                continue
            }
            let keyStart = i
            while i < bytes.count, Self.isKeyByte(bytes[i]) { i += 1 }
            let first = bytes[keyStart]
            guard i > keyStart, i - keyStart <= Self.keyLimit, i < bytes.count, bytes[i] == UInt8(ascii: ":"),
                first != UInt8(ascii: "-"), first != UInt8(ascii: ".")
            else { return nil }
            let key = (name: String(decoding: bytes[keyStart..<i], as: UTF8.self), place: keyStart..<i)
            i += 1
            if column == 0, key.name == "sops" {
                while open == nil, frames.count > 1 { close() }
                return open == nil ? (frames[0].entries, start) : nil
            }
            guard enter(column), frames[frames.count - 1].names.insert(key.name).inserted, i < bytes.count else { return nil }
            if bytes[i] == 0x0A {
                open = key
                start = i + 1
                continue
            }
            i += 1
            guard bytes[i - 1] == 0x20, let end = visibleEnd(from: i), let value = value(i..<end) else { return nil }
            frames[frames.count - 1].entries.append(SopsPair(name: key.name, keyPlace: key.place, value: value))
            start = end + 1
        }
        return nil
    }

    /// The line's end, where every byte up to there is visible ASCII or a blank.
    private func visibleEnd(from start: Int) -> Int? {
        let i = bytes.firstPlaceNotVisible(from: start, takesBlanks: true)
        return i < bytes.count && bytes[i] == 0x0A ? i : nil
    }

    /// Makes the mapping whose keys stand in this column the innermost.
    private mutating func enter(_ column: Int) -> Bool {
        if let key = open {
            guard column > frames[frames.count - 1].column, frames.count < Self.depthLimit else { return false }
            frames.append(Frame(column: column, key: key))
            open = nil
            return true
        }
        while frames.count > 1, frames[frames.count - 1].column > column { close() }
        return frames[frames.count - 1].column == column
    }

    private mutating func close() {
        let frame = frames.removeLast()
        let place = frame.entries[0].keyPlace.lowerBound..<frame.entries[frame.entries.count - 1].value.place.upperBound
        let node = SopsNode(content: .mapping(frame.entries), place: place)
        frames[frames.count - 1].entries.append(SopsPair(name: frame.key.name, keyPlace: frame.key.place, value: node))
    }

    /// An encrypted value, `true`, `false`, a short whole number, or text in double quotes without escapes.
    private func value(_ place: Range<Int>) -> SopsNode? {
        guard !place.isEmpty else { return nil }
        let text = UnsafeBufferPointer(rebasing: bytes[place])
        let (first, last) = (text[0], text[text.count - 1])
        if first == UInt8(ascii: "E") {
            // No blank, so nothing that could end a plain text, nor a colon that could make it a key.
            guard last == UInt8(ascii: "]"), text.starts(with: SopsNode.encryptedStart),
                text.firstPlaceNotVisible(from: 0, takesBlanks: false) == text.count
            else { return nil }
            return SopsNode(content: .verbatim(place), place: place)
        }
        if first == UInt8(ascii: "\"") {
            let inner = text.dropFirst().dropLast()
            guard text.count >= 2, last == first, inner.allSatisfy({ $0 != UInt8(ascii: "\\") && $0 != first }) else { return nil }
            if inner.starts(with: SopsNode.encryptedStart) {
                guard inner.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "'") }) else { return nil }
                return SopsNode(content: .verbatim(place.lowerBound + 1..<place.upperBound - 1), place: place)
            }
            return SopsNode(content: .string(String(decoding: inner, as: UTF8.self)), place: place)
        }
        if text.elementsEqual("true".utf8) { return SopsNode(content: .bool(true), place: place) }
        if text.elementsEqual("false".utf8) { return SopsNode(content: .bool(false), place: place) }
        guard text.count < 18, (0x31...0x39).contains(first), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return SopsNode(content: .integer(text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }), place: place)
    }

    /// Letters, digits, `_`, `-` and `.`
    private static func isKeyByte(_ b: UInt8) -> Bool {
        (b | 0x20) >= 0x61 && (b | 0x20) <= 0x7A || (0x30...0x39).contains(b) || b == 0x5F || b == 0x2D || b == 0x2E
    }
}
