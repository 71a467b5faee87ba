/// Collects edits of the text of a file. Whether the result reads back is for the caller to check.
struct SopsEditor {
    private let file: SopsFile
    private var edits: [SopsTextEdit] = []
    /// What a mapping gets more, by the mapping's keys, in order.
    private var additions: [(holder: SopsKeys, tree: Addition)] = []
    private var additionIndex: [SopsKeys: Int] = [:]
    /// Everything that mappings alone lead to.
    private let nodes: [SopsKeys: Found]

    struct Found {
        let node: SopsNode
        /// nil for the whole file.
        let entry: SopsPair?
    }

    /// A key that is new, and what is below it.
    private final class Addition {
        let name: String
        var text: String?
        private(set) var children: [Addition] = []
        private var index: [SopsKeys: Int] = [:]

        init(name: String) { self.name = name }

        func child(_ name: String) -> Addition {
            let key = SopsKeys([name])
            if let place = index[key] { return children[place] }
            index[key] = children.count
            children.append(Addition(name: name))
            return children[children.count - 1]
        }
    }

    init(file: SopsFile) {
        self.file = file
        var nodes = [SopsKeys([]): Found(node: file.root, entry: nil)]
        Self.visit(file.root, keys: [], into: &nodes)
        self.nodes = nodes
    }

    private static func visit(_ node: SopsNode, keys: [String], into nodes: inout [SopsKeys: Found]) {
        for entry in node.entries {
            let keys = keys + [entry.name]
            nodes[SopsKeys(keys)] = Found(node: entry.value, entry: entry)
            visit(entry.value, keys: keys, into: &nodes)
        }
    }

    private var source: [UInt8] { file.bytes }

    /// The text with all that was asked for.
    var bytes: [UInt8] {
        var edits = edits
        for (holder, tree) in additions { edits.append(edit(adding: tree, to: holder)) }
        return SopsTextEdit.applied(edits, to: source)
    }

    mutating func add(_ edit: SopsTextEdit) { edits.append(edit) }

    mutating func replace(_ node: SopsNode, with text: String) {
        let place = node.place
        if place.isEmpty {
            // A key with nothing behind it: the blank after the colon may be missing.
            let needsBlank = place.lowerBound > 0 && source[place.lowerBound - 1] == UInt8(ascii: ":")
            return edits.append(SopsTextEdit(place: place, text: (needsBlank ? " " : "") + text))
        }
        guard text.utf8.starts(with: SopsNode.encryptedStart) else { return edits.append(SopsTextEdit(place: place, text: text)) }
        // Plain only where the value was: a plain one cannot stand inside brackets.
        let wasPlain = source[place].starts(with: SopsNode.encryptedStart)
        edits.append(SopsTextEdit(place: place, text: wasPlain ? text : "\"\(text)\""))
    }

    // MARK: New keys

    mutating func insert(_ keys: [String], text: String) throws(SopsError) {
        var depth = keys.count - 1
        while nodes[SopsKeys(Array(keys.prefix(depth)))] == nil { depth -= 1 }
        let holder = SopsKeys(Array(keys.prefix(depth)))
        guard let found = nodes[holder], found.node.isMapping else {
            throw .cannotEdit(keys, reason: "\(keys.prefix(depth).joined(separator: ".")) is a value, not a mapping")
        }
        guard nodes[SopsKeys(Array(keys.prefix(depth + 1)))] == nil else {
            throw .cannotEdit(keys, reason: "it is a mapping or a list, not one value")
        }
        if additionIndex[holder] == nil {
            additionIndex[holder] = additions.count
            additions.append((holder, Addition(name: "")))
        }
        var tree = additions[additionIndex[holder]!].tree
        for name in keys[depth...] { tree = tree.child(name) }
        tree.text = text
    }

    private func edit(adding tree: Addition, to keys: SopsKeys) -> SopsTextEdit {
        let (holder, depth) = (nodes[keys]!.node, keys.keys.count)
        let sops = depth == 0 ? holder.entry("sops") : nil
        guard source[holder.place.lowerBound] != UInt8(ascii: "{"), let first = holder.entries.first, let last = holder.entries.last else {
            return flowEdit(adding: tree, to: holder, before: sops)
        }
        let column = first.keyPlace.lowerBound - lineStart(first.keyPlace.lowerBound)
        let step = column > 0 && depth > 0 ? max(column / depth, 1) : 4
        let lines = Self.lines(of: tree, column: column, step: step)
        if let sops { return insertion(at: lineStart(sops.keyPlace.lowerBound), lines, depth: depth) }
        let end = lineEnd(last.value.place.upperBound)
        let isOpen = end > 0 && source[end - 1] != 0x0A
        return insertion(at: end, (isOpen ? "\n" : "") + lines, depth: depth)
    }

    private static func lines(of tree: Addition, column: Int, step: Int) -> String {
        tree.children.map { child in
            let key = String(repeating: " ", count: column) + SopsText.key(child.name, quoted: false) + ":"
            return child.text.map { "\(key) \($0)\n" } ?? "\(key)\n" + lines(of: child, column: column + step, step: step)
        }.joined()
    }

    /// Before `sops` at the top, else behind the last entry, spaced like the entry beside it.
    private func flowEdit(adding tree: Addition, to holder: SopsNode, before sops: SopsPair?) -> SopsTextEdit {
        let entries = tree.children.map(Self.flow)
        if let sops {
            let start = sops.keyPlace.lowerBound
            return insertion(at: start, entries.map { $0 + "," + spaces(before: start) }.joined())
        }
        guard let last = holder.entries.last else { return insertion(at: holder.place.lowerBound + 1, entries.joined(separator: ", ")) }
        let space = spaces(before: last.keyPlace.lowerBound)
        return insertion(at: last.value.place.upperBound, entries.map { "," + space + $0 }.joined())
    }

    private static func flow(_ addition: Addition) -> String {
        let key = SopsText.quoted(addition.name)
        guard let text = addition.text else { return "\(key): {\(addition.children.map(flow).joined(separator: ", "))}" }
        return text.utf8.starts(with: SopsNode.encryptedStart) ? "\(key): \"\(text)\"" : "\(key): \(text)"
    }

    private func insertion(at offset: Int, _ text: String, depth: Int = 0) -> SopsTextEdit {
        SopsTextEdit(place: offset..<offset, text: text, depth: depth)
    }

    // MARK: Removal

    mutating func remove(_ paths: [[String]]) throws(SopsError) {
        var holders: [SopsKeys] = []
        var names: [SopsKeys: Set<SopsKeys>] = [:]
        for keys in paths {
            guard nodes[SopsKeys(keys)] != nil else { throw .notFound(keys) }
            let holder = SopsKeys(Array(keys.dropLast()))
            if names[holder] == nil { holders.append(holder) }
            names[holder, default: []].insert(SopsKeys([keys[keys.count - 1]]))
        }
        for holder in holders { remove(names[holder]!, from: nodes[holder]!) }
    }

    private mutating func remove(_ names: Set<SopsKeys>, from holder: Found) {
        let entries = holder.node.entries
        let isRemoved = entries.map { names.contains(SopsKeys([$0.name])) }
        let place = holder.node.place
        let isFlow = source[place.lowerBound] == UInt8(ascii: "{")
        guard isRemoved.contains(false) else {
            // What was a mapping stays one. The top keeps `sops`.
            let start = isFlow ? place.lowerBound : holder.entry!.keyPlace.upperBound
            return edits.append(SopsTextEdit(place: start..<place.upperBound, text: isFlow ? "{}" : ": {}"))
        }
        for (i, entry) in entries.enumerated() where isRemoved[i] {
            if !isFlow {
                let end = max(entry.keyPlace.upperBound, entry.value.place.upperBound)
                edits.append(SopsTextEdit(place: lineStart(entry.keyPlace.lowerBound)..<lineEnd(end), text: ""))
            } else if let kept = isRemoved[i...].firstIndex(of: false) {
                // The first of some in a row takes the others along, with the commas behind them.
                if i > 0, isRemoved[i - 1] { continue }
                edits.append(SopsTextEdit(place: entry.keyPlace.lowerBound..<entries[kept].keyPlace.lowerBound, text: ""))
            } else if !isRemoved[i - 1] {
                // The last ones, with the comma in front of them.
                edits.append(SopsTextEdit(place: entries[i - 1].value.place.upperBound..<entries[entries.count - 1].value.place.upperBound, text: ""))
            }
        }
    }

    // MARK: Places

    func lineStart(_ offset: Int) -> Int {
        var start = offset
        while start > 0, source[start - 1] != 0x0A { start -= 1 }
        return start
    }

    /// Behind the line break.
    func lineEnd(_ offset: Int) -> Int {
        if offset > 0, source[offset - 1] == 0x0A { return offset }
        return source[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? source.count
    }

    func spaces(before offset: Int) -> String {
        let blanks = source[..<offset].reversed().prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return String(decoding: blanks.reversed(), as: UTF8.self)
    }
}
