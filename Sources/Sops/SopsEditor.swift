internal import Diagnostics
internal import YAML

/// Edits the text of a file in place. Whether the result reads back is for the caller to check.
struct SopsEditor {
    let file: SopsFile
    private var bytes: [UInt8] { file.bytes }

    init(file: SopsFile) { self.file = file }

    func replacing(_ node: YAMLNode, with text: String) -> [UInt8] {
        let stretch = node.range.start.offset..<node.range.end.offset
        if stretch.isEmpty {
            // A key with nothing behind it: the blank after the colon may be missing.
            let needsBlank = stretch.lowerBound > 0 && bytes[stretch.lowerBound - 1] == UInt8(ascii: ":")
            return edited(stretch, (needsBlank ? " " : "") + text)
        }
        let old = bytes[stretch]
        let isEncrypted = text.utf8.starts(with: "ENC[".utf8)
        guard isEncrypted else { return edited(stretch, text) }
        // Plain only where the value was: a plain one cannot stand inside brackets.
        let wasPlainEncrypted = old.starts(with: "ENC[".utf8)
        return edited(stretch, wasPlainEncrypted ? text : "\"\(text)\"")
    }

    func inserting(_ keys: [String], text: String) throws(SopsError) -> [UInt8] {
        var holder = file.root
        var depth = 0
        while depth < keys.count - 1, let next = holder[keys[depth]] {
            guard next.kind == .mapping else { throw .cannotEdit(keys, reason: "\(keys[depth]) is not a mapping") }
            holder = next
            depth += 1
        }
        let missing = Array(keys[depth...])
        let start = holder.range.start
        if bytes[start.offset] == UInt8(ascii: "{") {
            return insertingInFlow(holder, isTop: depth == 0, keys: missing, text: text)
        }
        guard let first = holder.pairs.first, let last = holder.pairs.last else {
            throw .cannotEdit(keys, reason: "the mapping it belongs to has no form that can be added to")
        }
        let column = first.key.range.start.column - 1
        let step = column > 0 && depth > 0 ? max(column / depth, 1) : 4
        var lines = ""
        for (level, key) in missing.enumerated() {
            lines += String(repeating: " ", count: column + level * step) + SopsText.key(key, quoted: false) + ":"
            lines += level == missing.count - 1 ? " " + text + "\n" : "\n"
        }
        if depth == 0, let sops = holder.pairs.first(where: { $0.key.text == "sops" }) {
            return edited(at: lineStart(sops.key.range.start.offset), lines)
        }
        let end = lineEnd(last.value.range.end.offset)
        let isOpen = end > 0 && bytes[end - 1] != 0x0A
        return edited(at: end, (isOpen ? "\n" : "") + lines)
    }

    /// Before `sops` at the top, else behind the last entry, spaced like the entry beside it.
    private func insertingInFlow(_ holder: YAMLNode, isTop: Bool, keys: [String], text: String) -> [UInt8] {
        let isEncrypted = text.utf8.starts(with: "ENC[".utf8)
        var value = isEncrypted ? "\"\(text)\"" : text
        for key in keys.dropFirst().reversed() { value = "{\(SopsText.quoted(key)): \(value)}" }
        let entry = "\(SopsText.quoted(keys[0])): \(value)"
        guard let last = holder.pairs.last else { return edited(at: holder.range.start.offset + 1, entry) }
        if isTop, let sops = holder.pairs.first(where: { $0.key.text == "sops" }) {
            let start = sops.key.range.start.offset
            return edited(at: start, entry + "," + spaces(before: start))
        }
        return edited(at: last.value.range.end.offset, "," + spaces(before: last.key.range.start.offset) + entry)
    }

    func removing(_ keys: [String]) throws(SopsError) -> [UInt8] {
        var (holder, depth): (YAMLNode, Int) = (file.root, 0)
        var parentKey: YAMLNode?
        while depth < keys.count - 1 {
            guard holder.kind == .mapping, let (key, next) = holder.pairs.first(where: { $0.key.text == keys[depth] }) else {
                throw .notFound(keys)
            }
            (holder, parentKey) = (next, key)
            depth += 1
        }
        let pairs = holder.pairs
        guard let index = pairs.firstIndex(where: { $0.key.text == keys[depth] }) else { throw .notFound(keys) }
        let (key, value) = pairs[index]
        if pairs.count == 1, let parentKey {
            // What was a mapping stays one.
            let start = parentKey.range.end.offset
            let isFlow = bytes[holder.range.start.offset] == UInt8(ascii: "{")
            return isFlow
                ? edited(holder.range.start.offset..<holder.range.end.offset, "{}")
                : edited(start..<holder.range.end.offset, ": {}")
        }
        if bytes[holder.range.start.offset] == UInt8(ascii: "{") {
            return index + 1 < pairs.count
                ? edited(key.range.start.offset..<pairs[index + 1].key.range.start.offset, "")
                : edited(pairs[index - 1].value.range.end.offset..<value.range.end.offset, "")
        }
        return edited(lineStart(key.range.start.offset)..<lineEnd(max(key.range.end.offset, value.range.end.offset)), "")
    }

    private func edited(at offset: Int, _ text: String) -> [UInt8] { edited(offset..<offset, text) }

    private func edited(_ stretch: Range<Int>, _ text: String) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(stretch, with: Array(text.utf8))
        return result
    }

    private func lineStart(_ offset: Int) -> Int {
        bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }

    /// Behind the line break.
    private func lineEnd(_ offset: Int) -> Int {
        if offset > 0, bytes[offset - 1] == 0x0A { return offset }
        return bytes[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    }

    private func spaces(before offset: Int) -> String {
        let blanks = bytes[..<offset].reversed().prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return String(decoding: blanks.reversed(), as: UTF8.self)
    }
}
