internal import Diagnostics

/// The keys and values of a mapping that has just ended, before its keys are known to be unique.
struct MappingEntries {
    /// Key and value in turn.
    let nodes: [UInt32]
    /// Entries whose key is written earlier in the mapping, with the entry that has it; in order.
    private(set) var duplicates: [(entry: Int, first: Int)] = []
    private(set) var hasMerge = false
    private(set) var hasComplexKey = false

    var count: Int { nodes.count / 2 }
    /// Every key is text of its own.
    var areSimple: Bool { duplicates.isEmpty && !hasMerge && !hasComplexKey }

    init(_ pending: ArraySlice<UInt32>, records: ContiguousArray<NodeRecord>, text: ContiguousArray<UInt8>) {
        nodes = Array(pending)
        text.withUnsafeBufferPointer { text in
            let keys = stride(from: 0, to: nodes.count, by: 2).map { KeyText(records[Int(nodes[$0])], in: text) }
            for key in keys {
                if !key.isUsable { hasComplexKey = true }
                if key.isMerge { hasMerge = true }
            }
            duplicates = keys.count <= 12 ? Self.duplicatesByPairs(keys) : Self.duplicatesBySorting(keys)
        }
    }

    struct KeyText {
        let bytes: UnsafeBufferPointer<UInt8>
        /// Text, and not empty by omission.
        let isUsable: Bool
        let isMerge: Bool

        init(_ record: NodeRecord, in text: UnsafeBufferPointer<UInt8>) {
            switch record.kind {
            case .null, .scalar:
                bytes = UnsafeBufferPointer(rebasing: text[Int(record.first)..<Int(record.first + record.count)])
                isUsable = record.kind == .scalar || record.count > 0
                isMerge = record.style == .plain && bytes.count == 2 && bytes[0] == 0x3C && bytes[1] == 0x3C
            default:
                bytes = UnsafeBufferPointer(start: nil, count: 0)
                isUsable = false
                isMerge = false
            }
        }

        static func == (a: Self, b: Self) -> Bool {
            a.bytes.count == b.bytes.count && a.isUsable && b.isUsable && a.bytes.elementsEqual(b.bytes)
        }
    }

    private static func duplicatesByPairs(_ keys: [KeyText]) -> [(entry: Int, first: Int)] {
        var found: [(entry: Int, first: Int)] = []
        for i in keys.indices.dropFirst() {
            if let first = keys[..<i].firstIndex(where: { $0 == keys[i] }) { found.append((i, first)) }
        }
        return found
    }

    /// Sorting, not hashing, so that no choice of keys makes it slow.
    private static func duplicatesBySorting(_ keys: [KeyText]) -> [(entry: Int, first: Int)] {
        let order = keys.indices.sorted { a, b in
            if keys[a] == keys[b] { return a < b }
            return keys[a].bytes.lexicographicallyPrecedes(keys[b].bytes)
        }
        var found: [(entry: Int, first: Int)] = []
        var first = 0
        for i in order.indices.dropFirst() {
            if keys[order[i]] == keys[order[first]] { found.append((order[i], order[first])) } else { first = i }
        }
        return found.sorted { $0.entry < $1.entry }
    }
}

extension DocumentBuilder {
    /// The entries that count: the first of equal keys, then what merges add. Reports the rest.
    mutating func resolve(_ entries: MappingEntries) -> [UInt32] {
        let first = Dictionary(entries.duplicates.map { ($0.entry, $0.first) }, uniquingKeysWith: { a, _ in a })
        var kept: [UInt32] = []
        var merged: [UInt32] = []
        for entry in 0..<entries.count {
            let (key, value) = (Int(entries.nodes[entry * 2]), entries.nodes[entry * 2 + 1])
            let keyText = text.withUnsafeBufferPointer { text in
                let key = MappingEntries.KeyText(records[key], in: text)
                return (isUsable: key.isUsable, isMerge: key.isMerge, text: String(decoding: key.bytes, as: UTF8.self))
            }
            if !keyText.isUsable {
                let isEmpty = records[key].kind == .null
                report(
                    .yamlComplexKey, isEmpty ? "a key is missing here" : "a key must be text, not a list or mapping",
                    at: range(of: key))
            } else if let firstEntry = first[entry] {
                report(
                    .yamlDuplicateKey, "the key \"\(keyText.text.prefix(80))\" is used twice in this mapping",
                    at: range(of: key), labels: [.init(range(of: Int(entries.nodes[firstEntry * 2])), "first here")])
            } else if keyText.isMerge {
                merged.append(value)
            } else {
                kept += [entries.nodes[entry * 2], value]
            }
        }
        merge(merged, into: &kept)
        return kept
    }

    /// `<<: *defaults` or `<<: [*a, *b]`: adds the entries whose keys are not there yet, the first source first.
    private mutating func merge(_ values: [UInt32], into entries: inout [UInt32]) {
        guard !values.isEmpty else { return }
        var keys = Set<[UInt8]>()
        for i in stride(from: 0, to: entries.count, by: 2) { keys.insert(bytes(of: entries[i])) }
        for source in values.flatMap({ records[Int($0)].kind == .sequence ? Array(contents(of: $0)) : [$0] }) {
            let record = records[Int(source)]
            guard record.kind == .mapping else {
                // The place of an alias that was reported already holds null.
                let isReported = record.kind == .null && record.count == 0 && record.end > record.start
                if !isReported {
                    report(
                        .yamlMergeKey, "what << merges must be a mapping or a list of mappings",
                        at: range(of: Int(source)), help: "quote the key if \"<<\" is meant as text")
                }
                continue
            }
            let contents = contents(of: source)
            for i in stride(from: contents.startIndex, to: contents.endIndex, by: 2)
            where keys.insert(bytes(of: contents[i])).inserted {
                entries += contents[i...i + 1]
            }
        }
    }

    private func contents(of node: UInt32) -> ArraySlice<UInt32> {
        let record = records[Int(node)]
        return Array(children[Int(record.first)..<Int(record.first + record.count)])[...]
    }

    private func bytes(of key: UInt32) -> [UInt8] {
        let record = records[Int(key)]
        return Array(text[Int(record.first)..<Int(record.first + record.count)])
    }
}
