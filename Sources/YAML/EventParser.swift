internal import CYAML

/// Owns libyaml's parser and the event it gave last; both are freed with it, whichever way parsing ends.
struct EventParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>

    /// The input must stay where it is while the parser lives.
    init?(input: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        event.initialize(to: yaml_event_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            event.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_event_delete(event)
        yaml_parser_delete(parser)
        event.deallocate()
        parser.deallocate()
    }

    /// The next event, valid until the next call; nil where there is a problem.
    mutating func next() -> UnsafePointer<yaml_event_t>? {
        yaml_event_delete(event)
        return yaml_parser_parse(parser, event) == 1 ? UnsafePointer(event) : nil
    }

    var problem: SyntaxProblem {
        let state = parser.pointee
        return SyntaxProblem(
            isReaderError: state.error == YAML_READER_ERROR, isMemoryError: state.error == YAML_MEMORY_ERROR,
            problem: state.problem.map { String(cString: $0) } ?? "",
            context: state.context.map { String(cString: $0) },
            byteOffset: state.problem_offset, value: Int(state.problem_value),
            place: state.problem_mark.index, contextPlace: state.context_mark.index)
    }
}
