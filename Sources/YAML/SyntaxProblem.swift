internal import Diagnostics

/// What libyaml says is wrong, in its own words, and where.
struct SyntaxProblem {
    var isReaderError = false
    var isMemoryError = false
    var problem = ""
    var context: String?
    /// Of a reader error: offset in the content, and the character that is not allowed.
    var byteOffset = 0
    var value = -1
    /// Scalars of the content before the places.
    var place = 0
    var contextPlace = 0

    func diagnostic(path: String, source: SourceText) -> Diagnostic {
        if isMemoryError { return Diagnostic(.yamlTooLarge, "out of memory", at: SourceRange(path: path)) }
        if isReaderError {
            let start = source.position(ofOffset: source.contentStart + byteOffset)
            let hex = String(max(value, 0), radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
            return Diagnostic(
                .yamlBinary, "the character \(name) is not allowed in YAML", at: place(start, path, source),
                help: "write it as an escape in double quotes, or remove it")
        }
        // Of quotes that are never closed, the place that helps is where they open.
        let isUnclosed = context == "while scanning a quoted scalar" && problem == "found unexpected end of stream"
        let at = place(source.position(ofScalar: isUnclosed ? contextPlace : place), path, source)
        let words = words(before: at.start, source)
        var labels: [Diagnostic.Label] = []
        if let context, !isUnclosed, contextPlace != place, let text = Self.labels.first(where: { context.hasSuffix($0.0) })?.1 {
            labels.append(.init(self.place(source.position(ofScalar: contextPlace), path, source), text))
        }
        return Diagnostic(.yamlSyntax, words.message, at: at, labels: labels, help: words.help)
    }

    private func place(_ start: SourcePosition, _ path: String, _ source: SourceText) -> SourceRange {
        var end = start
        if start.offset < source.bytes.count, source.bytes[start.offset] >= 0x20 || source.bytes[start.offset] == 0x09 {
            repeat { end.offset += 1 } while end.offset < source.bytes.count && source.bytes[end.offset] & 0xC0 == 0x80
            end.column += 1
        }
        return SourceRange(path: path, start: start, end: end)
    }

    private func words(before start: SourcePosition, _ source: SourceText) -> (message: String, help: String?) {
        let character = start.offset < source.bytes.count ? source.bytes[start.offset] : 0
        if problem == "found character that cannot start any token" || problem.hasPrefix("found a tab character") {
            switch character {
            case 0x09: return ("a tab cannot be used for indentation", "indent with blanks")
            case 0x21...0x7E:
                return ("a value cannot start with '\(Character(Unicode.Scalar(character)))'", "put the value in quotes")
            default: break
            }
        }
        if problem == "did not find expected alphabetic or numeric character" {
            return context == "while scanning an alias"
                ? ("'*' starts an alias, but no name follows", "put the value in quotes if it is meant as text")
                : ("'&' starts an anchor, but no name follows", "put the value in quotes if it is meant as text")
        }
        if let known = Self.messages.first(where: { $0.problem == problem && ($0.context == nil || $0.context == context) }) {
            return (known.message, known.help)
        }
        if problem.hasPrefix("did not find expected ") {
            return ("expected " + problem.dropFirst("did not find expected ".count), nil)
        }
        return (problem.isEmpty ? "this is not YAML" : problem, nil)
    }

    private static let messages: [(problem: String, context: String?, message: String, help: String?)] = [
        (
            "mapping values are not allowed in this context", nil, "a ':' is not allowed here",
            "put text that has ': ' in it in quotes, or check the indentation"
        ),
        (
            "did not find expected key", "while parsing a block mapping",
            "this line does not belong to the mapping above: its indentation or its form is wrong",
            "indent keys of one mapping alike, and quote a value with text behind its closing quote"
        ),
        (
            "did not find expected '-' indicator", nil,
            "expected '- ' as in the lines above: this list mixes items with something else",
            "indent items of one list alike"
        ),
        ("could not find expected ':'", nil, "expected ':' after this key", "check for a missing ':' or quote"),
        ("found unexpected end of stream", "while scanning a quoted scalar", "the quotes that open here are never closed", nil),
        ("did not find expected ',' or ']'", nil, "expected ',' or ']'", "check for a bracket that is not closed"),
        ("did not find expected ',' or '}'", nil, "expected ',' or '}'", "check for a brace that is not closed"),
        (
            "did not find expected node content", nil, "expected a value here",
            "put the value in quotes if it is meant as text"
        ),
        ("did not find expected <document start>", nil, "expected the end of the file or '---'", nil),
        ("found unknown escape character", nil, "this escape is not known in double quotes", #"write \\ for a backslash, or use single quotes"#),
        ("found undefined tag handle", nil, "the prefix of this tag is not declared", nil),
        (
            "block sequence entries are not allowed in this context", nil, "a list cannot start here",
            "put '- ' on a line of its own, below the key"
        ),
        ("mapping keys are not allowed in this context", nil, "a key cannot start here", nil),
        ("found incompatible YAML document", nil, "this version of YAML is not supported", "leave the %YAML line out"),
    ]

    private static let labels: [(String, String)] = [
        ("while parsing a block mapping", "in the mapping that starts here"),
        ("while parsing a block collection", "in the list that starts here"),
        ("while parsing a flow mapping", "in the mapping that starts here"),
        ("while parsing a flow sequence", "in the list that starts here"),
        ("while scanning a simple key", "the key starts here"),
        ("while scanning a quoted scalar", "in the quotes that open here"),
        ("while scanning a block scalar", "the text starts here"),
        ("while parsing a node", "in the value that starts here"),
    ]
}
