internal import CYAML
internal import Diagnostics

/// Places in the file, and what is reported at them.
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

    func refusal(_ code: DiagnosticCode, _ message: String, at range: SourceRange) -> Refusal {
        Refusal(diagnostic: Diagnostic(code, message, at: range))
    }

    func tooDeep(_ event: UnsafePointer<yaml_event_t>) -> Refusal {
        refusal(
            .yamlTooDeep, "lists and mappings are nested more than \(limits.depth) deep here",
            at: range(event.pointee.start_mark, event.pointee.start_mark))
    }

    func tooManyAliases(at range: SourceRange) -> Refusal {
        refusal(
            .yamlTooManyAliases, "the aliases of this file stand for more than \(limits.aliasNodes) values", at: range)
    }

    func range(of node: Int) -> SourceRange {
        SourceRange(
            path: path, start: source.position(ofScalar: Int(records[node].start)),
            end: source.position(ofScalar: Int(records[node].end)))
    }

    func range(_ start: yaml_mark_t, _ end: yaml_mark_t) -> SourceRange {
        SourceRange(
            path: path, start: source.position(ofScalar: start.index), end: source.position(ofScalar: end.index))
    }

    func position(ofScalar place: UInt32) -> SourceRange {
        let position = source.position(ofScalar: Int(place))
        return SourceRange(path: path, start: position, end: position)
    }

    /// From the mark to the next blank: a tag, an anchor, `---`.
    func word(at mark: yaml_mark_t) -> SourceRange {
        let start = source.offset(ofScalar: mark.index)
        let end = source.bytes[start...].firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: ",") } ?? source.bytes.count
        return SourceRange(
            path: path, start: source.position(ofOffset: start), end: source.position(ofOffset: end))
    }

    /// The end of a block scalar without the line breaks behind its last line.
    func trimmed(_ end: UInt32, notBefore start: UInt32) -> UInt32 {
        var offset = source.offset(ofScalar: Int(end))
        var end = end
        while end > start, offset > 0, source.bytes[offset - 1] <= 0x20 {
            offset -= 1
            end -= 1
        }
        return end
    }

    mutating func coreTag(_ tag: UnsafePointer<yaml_char_t>, _ event: UnsafePointer<yaml_event_t>) -> CoreTag {
        let name = String(cString: tag)
        if let known = CoreTag(name) { return known }
        let shown = name.hasPrefix(CoreTag.prefix) ? "!!" + name.dropFirst(CoreTag.prefix.utf8.count) : name
        report(
            .yamlUnknownTag, "the tag \(shown) is not known", at: word(at: event.pointee.start_mark),
            help: "leave the tag out; known are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map")
        return .none
    }

    mutating func reportMismatch(of tag: CoreTag, _ event: UnsafePointer<yaml_event_t>) {
        report(
            .yamlTagMismatch, "the value does not fit its tag !!\(tag)", at: word(at: event.pointee.start_mark))
    }
}
