internal import CYAML
internal import Diagnostics
internal import Support

/// Turns libyaml's events into the arena of a `YAMLDocument`.
struct DocumentBuilder {
    let path: String
    let source: SourceText
    let limits: YAMLLimits
    private(set) var diagnostics: [Diagnostic] = []
    /// Findings beyond the limit, counted only.
    private var unreported = 0

    private(set) var records: ContiguousArray<NodeRecord> = []
    private(set) var children: ContiguousArray<UInt32> = []
    private(set) var text: ContiguousArray<UInt8> = []

    /// Children of the collections that are open, innermost last.
    private var pending: [UInt32] = []
    private var frames: [Frame] = []
    private var anchors: [String: Anchor] = [:]
    private var root: Int?

    /// A collection whose end has not come yet.
    private struct Frame {
        let node: Int
        let pendingStart: Int
        let anchor: String?
        let isFlow: Bool
        var size = Size()
        /// End of the last child, in scalars.
        var end: UInt32
    }

    /// How large a node is with the aliases inside it followed.
    private struct Size {
        var nodes = 1
        /// Those of `nodes` that are there by way of an alias.
        var aliased = 0
        /// Collections on the longest way down, itself included.
        var height = 0
    }

    private struct Anchor {
        let node: Int
        let place: UInt32
        /// nil while the node is still open.
        var size: Size?
    }

    /// The file cannot be read on from here.
    struct Refusal: Error {
        let diagnostic: Diagnostic
    }

    init(path: String, source: SourceText, limits: YAMLLimits) {
        self.path = path
        self.source = source
        self.limits = limits
        text.reserveCapacity(source.bytes.count / 2)
        records.reserveCapacity(source.bytes.count / 12)
        children.reserveCapacity(source.bytes.count / 12)
    }

    mutating func build() -> YAMLDocument? {
        var isComplete = true
        do throws(Refusal) {
            if source.bytes.count > source.contentStart { try readStream() }
        } catch {
            isComplete = false
            diagnostics.append(error.diagnostic)
        }
        if unreported > 0, !diagnostics.isEmpty {
            let rest = unreported == 1 ? "1 more problem" : "\(unreported) more problems"
            diagnostics[diagnostics.count - 1].notes.append("\(rest) in this file not shown")
        }
        guard isComplete else { return nil }
        if root == nil {
            root = records.count
            records.append(NodeRecord(start: 0, end: 0, first: 0, count: 0, kind: .null, style: .plain, tag: .none))
        }
        return YAMLDocument(
            path: path, source: source, records: records, children: children, text: text, root: root!)
    }

    private mutating func readStream() throws(Refusal) {
        let source = source
        try source.bytes.withUnsafeBufferPointer { (bytes) throws(Refusal) in
            let content = UnsafeBufferPointer(rebasing: bytes[source.contentStart...])
            guard var parser = EventParser(input: content) else {
                throw Refusal(diagnostic: Diagnostic(.yamlTooLarge, "out of memory", at: SourceRange(path: path)))
            }
            var documents = 0
            while true {
                guard let event = parser.next() else {
                    throw Refusal(diagnostic: parser.problem.diagnostic(path: path, source: source))
                }
                switch event.pointee.type {
                case YAML_DOCUMENT_START_EVENT:
                    documents += 1
                    if documents > 1 {
                        report(
                            .yamlMultipleDocuments, "a second document starts here",
                            at: word(at: event.pointee.start_mark), help: "put it into a file of its own")
                        return
                    }
                case YAML_SCALAR_EVENT: try scalar(event)
                case YAML_SEQUENCE_START_EVENT: try sequenceStart(event)
                case YAML_MAPPING_START_EVENT: try mappingStart(event)
                case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try collectionEnd(event)
                case YAML_ALIAS_EVENT: try alias(event)
                case YAML_STREAM_END_EVENT: return
                default: break
                }
            }
        }
    }
}

// MARK: Events

extension DocumentBuilder {
    private mutating func scalar(_ event: UnsafePointer<yaml_event_t>) throws(Refusal) {
        let scalar = event.pointee.data.scalar
        guard scalar.length <= limits.scalarBytes else {
            throw refusal(
                .yamlTooLarge, "this text has \(scalar.length) bytes; the limit is \(limits.scalarBytes)",
                at: range(event.pointee.start_mark, event.pointee.start_mark))
        }
        let content = UnsafeBufferPointer(start: UnsafePointer(scalar.value), count: scalar.length)
        let first = UInt32(text.count)
        text.append(contentsOf: content)
        let style: YAMLScalarStyle =
            switch scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        var end = UInt32(event.pointee.end_mark.index)
        if style == .literal || style == .folded {
            end = trimmed(end, notBefore: UInt32(event.pointee.start_mark.index))
        }
        let tag = scalar.tag.map { coreTag($0, event) } ?? .none
        let resolved = tag == .none && style != .plain ? .string : CoreValue.resolve(content, style: style, tag: tag)
        if resolved == nil { reportMismatch(of: tag, event) }
        let node = try append(
            NodeRecord(
                start: UInt32(event.pointee.start_mark.index), end: end, first: first, count: UInt32(scalar.length),
                kind: resolved == .null ? .null : .scalar, style: style, tag: resolved == nil ? .none : tag))
        if let anchor = scalar.anchor {
            anchors[String(cString: anchor)] = Anchor(node: node, place: records[node].start, size: Size())
        }
        add(node, Size(), end: end)
    }

    private mutating func sequenceStart(_ event: UnsafePointer<yaml_event_t>) throws(Refusal) {
        let start = event.pointee.data.sequence_start
        let tag = start.tag.map { coreTag($0, event) } ?? .none
        if tag != .none, tag != .seq, tag != .str { reportMismatch(of: tag, event) }
        try open(
            .sequence, event, tag: tag == .seq ? .seq : .none, anchor: start.anchor,
            isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
    }

    private mutating func mappingStart(_ event: UnsafePointer<yaml_event_t>) throws(Refusal) {
        let start = event.pointee.data.mapping_start
        let tag = start.tag.map { coreTag($0, event) } ?? .none
        if tag != .none, tag != .map { reportMismatch(of: tag, event) }
        try open(
            .mapping, event, tag: tag == .map ? .map : .none, anchor: start.anchor,
            isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
    }

    private mutating func open(
        _ kind: YAMLKind, _ event: UnsafePointer<yaml_event_t>, tag: CoreTag, anchor: UnsafePointer<yaml_char_t>?,
        isFlow: Bool
    ) throws(Refusal) {
        guard frames.count < limits.depth else { throw tooDeep(event) }
        let start = UInt32(event.pointee.start_mark.index)
        let node = try append(
            NodeRecord(start: start, end: start, first: 0, count: 0, kind: kind, style: .plain, tag: tag))
        let name = anchor.map { String(cString: $0) }
        if let name { anchors[name] = Anchor(node: node, place: start, size: nil) }
        frames.append(Frame(node: node, pendingStart: pending.count, anchor: name, isFlow: isFlow, end: start))
    }

    private mutating func collectionEnd(_ event: UnsafePointer<yaml_event_t>) throws(Refusal) {
        var frame = frames.removeLast()
        // A block collection ends in libyaml's eyes where the next thing begins, behind blanks and comments.
        let hasOwnEnd = frame.isFlow && event.pointee.end_mark.index > event.pointee.start_mark.index
        let end = hasOwnEnd ? UInt32(event.pointee.end_mark.index) : frame.end
        records[frame.node].end = end
        records[frame.node].first = UInt32(children.count)
        if records[frame.node].kind == .mapping, !hasSimpleKeys(frame),
            case let entries = MappingEntries(pending[frame.pendingStart...], records: records, text: text),
            !entries.areSimple
        {
            children.append(contentsOf: resolve(entries))
        } else {
            children.append(contentsOf: pending[frame.pendingStart...])
        }
        pending.removeLast(pending.count - frame.pendingStart)
        records[frame.node].count = UInt32(children.count) - records[frame.node].first
        frame.size.height += 1
        if frame.size.aliased > limits.aliasNodes { throw tooManyAliases(at: range(of: frame.node)) }
        if let name = frame.anchor, anchors[name]?.node == frame.node { anchors[name]?.size = frame.size }
        add(frame.node, frame.size, end: end)
    }

    /// The common case, decided without allocating: few keys, all of them text of their own.
    private func hasSimpleKeys(_ frame: Frame) -> Bool {
        guard pending.count - frame.pendingStart <= 24 else { return false }
        return text.withUnsafeBufferPointer { text in
            for i in stride(from: frame.pendingStart, to: pending.count, by: 2) {
                let key = MappingEntries.KeyText(records[Int(pending[i])], in: text)
                if !key.isUsable || key.isMerge { return false }
                for j in stride(from: frame.pendingStart, to: i, by: 2) {
                    let other = records[Int(pending[j])]
                    if other.count == key.bytes.count, MappingEntries.KeyText(other, in: text) == key { return false }
                }
            }
            return true
        }
    }

    private mutating func alias(_ event: UnsafePointer<yaml_event_t>) throws(Refusal) {
        let name = String(cString: event.pointee.data.alias.anchor)
        let place = range(event.pointee.start_mark, event.pointee.end_mark)
        let end = UInt32(event.pointee.end_mark.index)
        guard let anchor = anchors[name], var size = anchor.size else {
            if let open = anchors[name] {
                report(
                    .yamlUnknownAnchor, "the alias *\(name) stands inside the node that it names", at: place,
                    labels: [.init(position(ofScalar: open.place), "the node starts here")])
            } else {
                let near = Suggestion.nearest(to: name, in: anchors.keys.sorted())
                report(
                    .yamlUnknownAnchor, "no anchor &\(name) comes before this alias", at: place,
                    help: near.map { "did you mean *\($0)?" }
                        ?? "quote the text if it is not meant as an alias")
            }
            let node = try append(
                NodeRecord(
                    start: UInt32(event.pointee.start_mark.index), end: end, first: UInt32(text.count), count: 0,
                    kind: .null, style: .plain, tag: .none))
            return add(node, Size(), end: end)
        }
        guard frames.count + size.height <= limits.depth else { throw tooDeep(event) }
        size.aliased = size.nodes
        add(anchor.node, size, end: end)
        if let frame = frames.last, frame.size.aliased > limits.aliasNodes { throw tooManyAliases(at: place) }
    }

    /// Puts a finished node under the collection that is open.
    private mutating func add(_ node: Int, _ size: Size, end: UInt32) {
        guard let last = frames.indices.last else {
            root = node
            return
        }
        pending.append(UInt32(node))
        frames[last].end = end
        frames[last].size.nodes += size.nodes
        frames[last].size.aliased += size.aliased
        frames[last].size.height = max(frames[last].size.height, size.height)
    }

    private mutating func append(_ record: NodeRecord) throws(Refusal) -> Int {
        guard records.count < limits.nodes else {
            throw refusal(
                .yamlTooLarge, "this file has more than \(limits.nodes) values",
                at: position(ofScalar: record.start))
        }
        records.append(record)
        return records.count - 1
    }
}

// MARK: Places and findings

extension DocumentBuilder {
    mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, labels: [Diagnostic.Label] = [],
        help: String? = nil
    ) {
        guard diagnostics.count < limits.diagnostics else {
            unreported += 1
            return
        }
        diagnostics.append(Diagnostic(code, message, at: range, labels: labels, help: help))
    }

    private func refusal(_ code: DiagnosticCode, _ message: String, at range: SourceRange) -> Refusal {
        Refusal(diagnostic: Diagnostic(code, message, at: range))
    }

    private func tooDeep(_ event: UnsafePointer<yaml_event_t>) -> Refusal {
        refusal(
            .yamlTooDeep, "lists and mappings are nested more than \(limits.depth) deep here",
            at: range(event.pointee.start_mark, event.pointee.start_mark))
    }

    private func tooManyAliases(at range: SourceRange) -> Refusal {
        refusal(
            .yamlTooManyAliases, "the aliases of this file stand for more than \(limits.aliasNodes) values", at: range)
    }

    func range(of node: Int) -> SourceRange {
        SourceRange(
            path: path, start: source.position(ofScalar: Int(records[node].start)),
            end: source.position(ofScalar: Int(records[node].end)))
    }

    private func range(_ start: yaml_mark_t, _ end: yaml_mark_t) -> SourceRange {
        SourceRange(
            path: path, start: source.position(ofScalar: start.index), end: source.position(ofScalar: end.index))
    }

    private func position(ofScalar place: UInt32) -> SourceRange {
        let position = source.position(ofScalar: Int(place))
        return SourceRange(path: path, start: position, end: position)
    }

    /// From the mark to the next blank: a tag, an anchor, `---`.
    private func word(at mark: yaml_mark_t) -> SourceRange {
        let start = source.offset(ofScalar: mark.index)
        let end = source.bytes[start...].firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: ",") } ?? source.bytes.count
        return SourceRange(
            path: path, start: source.position(ofOffset: start), end: source.position(ofOffset: end))
    }

    /// The end of a block scalar without the line breaks behind its last line.
    private func trimmed(_ end: UInt32, notBefore start: UInt32) -> UInt32 {
        var offset = source.offset(ofScalar: Int(end))
        var end = end
        while end > start, offset > 0, source.bytes[offset - 1] <= 0x20 {
            offset -= 1
            end -= 1
        }
        return end
    }

    private mutating func coreTag(_ tag: UnsafePointer<yaml_char_t>, _ event: UnsafePointer<yaml_event_t>) -> CoreTag {
        let name = String(cString: tag)
        if let known = CoreTag(name) { return known }
        let shown = name.hasPrefix(CoreTag.prefix) ? "!!" + name.dropFirst(CoreTag.prefix.utf8.count) : name
        report(
            .yamlUnknownTag, "the tag \(shown) is not known", at: word(at: event.pointee.start_mark),
            help: "leave the tag out; known are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map")
        return .none
    }

    private mutating func reportMismatch(of tag: CoreTag, _ event: UnsafePointer<yaml_event_t>) {
        report(
            .yamlTagMismatch, "the value does not fit its tag !!\(tag)", at: word(at: event.pointee.start_mark))
    }
}
