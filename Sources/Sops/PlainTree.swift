package import Crypto
internal import Diagnostics
internal import Support
internal import YAML

/// What is wrong with a text that was edited: where, without any of it.
package struct PlainProblem: Error, Sendable, Hashable {
    /// From 1; nil where it is the text as a whole.
    package let line: Int?
    package let message: String

    package init(line: Int?, message: String) {
        self.line = line
        self.message = message
    }
}

/// The tree of a store in the clear, as an editor has it.
package struct PlainTree: Sendable {
    private let root: SopsNode
    private let bytes: [UInt8]
    private let lines: LineTable

    /// Reads the text. Comments are refused but in the lines before the first value: they cannot be kept, and one that was not meant
    /// would cut off a value.
    package init(_ text: SensitiveBytes, format: SopsFormat) throws(PlainProblem) {
        bytes = text.withBytes { Array($0) }
        lines = LineTable(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw PlainProblem(line: nil, message: "it is not text in UTF-8") }
        switch format {
        case .json:
            do throws(JSONError) { root = try SopsNode(json: bytes) } catch {
                let message = error.message.hasPrefix("duplicate key") ? "a key is used twice" : error.message
                throw PlainProblem(line: Self.line(error.offset, lines, bytes), message: message)
            }
        case .yaml:
            let (document, diagnostics) = YAMLDocument.parse(bytes, path: "")
            if let problem = diagnostics.first(where: { $0.severity == .error }) {
                // Only what is always the same: the message may quote what was meant to be a value.
                throw PlainProblem(line: problem.range?.start.line, message: problem.code.summary)
            }
            guard let document else { throw PlainProblem(line: nil, message: "it is not YAML") }
            do throws(SopsRefusal) {
                root = document.root.isNull ? SopsNode(content: .mapping([]), place: 0..<0) : try SopsNode(document.root, in: bytes)
            } catch {
                throw PlainProblem(line: error.diagnostic.range?.start.line, message: "aliases and merge keys are not kept")
            }
        }
        guard root.isMapping else { throw PlainProblem(line: 1, message: "the whole is no mapping of names and values") }
        if let sops = root.entry("sops") { throw problem(sops.keyPlace, "the key sops belongs to the encryption itself") }
        if format == .yaml { try refuseComments() }
    }

    private static func line(_ offset: Int, _ lines: LineTable, _ bytes: [UInt8]) -> Int {
        lines.position(ofOffset: min(offset, bytes.count), in: bytes).line
    }

    private func problem(_ place: Range<Int>, _ message: String) -> PlainProblem {
        PlainProblem(line: Self.line(place.lowerBound, lines, bytes), message: message)
    }

    private func refuseComments() throws(PlainProblem) {
        var walk = SopsWalk(keepsPlaces: true)
        walk.top(root)
        // Between keys and values there are blanks, marks of YAML and comments; before the first of them is what was written for the reader.
        var start = walk.places.first?.end ?? bytes.count
        for (next, end) in walk.places.dropFirst().map({ ($0.start, $0.end) }) + [(bytes.count, bytes.count)] {
            if start < next, let mark = bytes[start..<next].firstIndex(of: UInt8(ascii: "#")) {
                throw problem(mark..<mark, "a comment is not kept; a value with # stands in quotes")
            }
            start = max(start, end)
        }
    }

    // MARK: Values

    /// A value with its names.
    private func value(of node: SopsNode) -> SopsPlainValue {
        switch node.content {
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .double(let value): .float(value)
        case .time(let text): .time(SopsPlainValue.time(text) ?? text)
        case .string, .verbatim: .string(SensitiveBytes((node.text(in: bytes) ?? "").utf8))
        case .null, .mapping, .sequence: .null
        }
    }

    /// All values as texts: what a message must not show.
    package var texts: [SensitiveBytes] {
        var walk = SopsWalk(keepsPlaces: false)
        walk.top(root)
        var arena = SensitiveArena(capacity: bytes.count)
        return walk.leaves.map { leaf in
            if case .string(let text) = leaf.node.content { return arena.copy(text.utf8) }
            return value(of: leaf.node).sensitiveText
        }
    }

    /// The values by their names that `other` has not, or has otherwise, as changes that make this tree of `other`; what this one has not
    /// is removed.
    ///
    /// - Parameter refuse: why a value cannot be set at these names; nil: it can.
    package func changes(from other: PlainTree, refuse: @escaping ([String]) -> String?) throws(PlainProblem) -> [SopsChange] {
        var comparison = Comparison(old: other, new: self, refuse: refuse)
        try comparison.mappings(other.root, root, [])
        return comparison.removed + comparison.set
    }

    private struct Comparison {
        let old: PlainTree
        let new: PlainTree
        let refuse: ([String]) -> String?
        var removed: [SopsChange] = []
        var set: [SopsChange] = []

        init(old: PlainTree, new: PlainTree, refuse: @escaping ([String]) -> String?) {
            self.old = old
            self.new = new
            self.refuse = refuse
        }

        mutating func mappings(_ one: SopsNode, _ two: SopsNode, _ keys: [String]) throws(PlainProblem) {
            let before = Dictionary(one.entries.map { (SopsKeys([$0.name]), $0) }, uniquingKeysWith: { first, _ in first })
            let after = Set(two.entries.map { SopsKeys([$0.name]) })
            for entry in one.entries where !after.contains(SopsKeys([entry.name])) { removed.append(SopsChange(keys: keys + [entry.name], value: nil)) }
            for entry in two.entries {
                let keys = keys + [entry.name]
                guard let known = before[SopsKeys([entry.name])] else {
                    try add(entry.value, keys, at: entry.keyPlace)
                    continue
                }
                try compare(known.value, entry.value, keys, at: entry.keyPlace)
            }
        }

        private mutating func compare(_ one: SopsNode, _ two: SopsNode, _ keys: [String], at place: Range<Int>) throws(PlainProblem) {
            switch (one.content, two.content) {
            case (.mapping, .mapping): try mappings(one, two, keys)
            case (.sequence, .sequence):
                guard isSame(one, two) else { throw new.problem(place, "\(name(keys)) is a list, and lists cannot be changed here; sops can") }
            case (.mapping, _), (.sequence, _), (_, .mapping), (_, .sequence):
                removed.append(SopsChange(keys: keys, value: nil))
                try add(two, keys, at: place)
            default:
                if new.value(of: two) != old.value(of: one) { try setValue(two, keys, at: place) }
            }
        }

        private mutating func add(_ node: SopsNode, _ keys: [String], at place: Range<Int>) throws(PlainProblem) {
            switch node.content {
            case .mapping(let entries):
                guard !entries.isEmpty else { throw new.problem(place, "\(name(keys)) holds nothing") }
                for entry in entries { try add(entry.value, keys + [entry.name], at: entry.keyPlace) }
            case .sequence: throw new.problem(place, "\(name(keys)) is a list, and lists cannot be added here; sops can")
            default:
                if let reason = refuse(keys) { throw new.problem(place, "\(name(keys)): \(reason)") }
                try setValue(node, keys, at: place)
            }
        }

        private mutating func setValue(_ node: SopsNode, _ keys: [String], at place: Range<Int>) throws(PlainProblem) {
            let value = new.value(of: node)
            guard !value.isEmpty else { throw new.problem(place, "the value of \(name(keys)) is empty; to remove it, remove its line") }
            set.append(SopsChange(keys: keys, value: value))
        }

        private func isSame(_ one: SopsNode, _ two: SopsNode) -> Bool {
            switch (one.content, two.content) {
            case (.mapping(let first), .mapping(let second)):
                first.count == second.count && zip(first, second).allSatisfy { SopsKeys([$0.name]) == SopsKeys([$1.name]) && isSame($0.value, $1.value) }
            case (.sequence(let first), .sequence(let second)): first.count == second.count && zip(first, second).allSatisfy { isSame($0, $1) }
            case (.mapping, _), (.sequence, _), (_, .mapping), (_, .sequence): false
            default: old.value(of: one) == new.value(of: two)
            }
        }

        private func name(_ keys: [String]) -> String { keys.joined(separator: ".") }
    }
}
