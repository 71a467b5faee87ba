internal import Support

extension XMLDocument {
    /// Strict: one root, every element closed, no document type, no entities but the five of XML and characters by
    /// number. White space between elements is dropped, as .NET does.
    init(parsing text: String) throws(FunctionFailure) {
        var parser = XMLParser(text)
        self = try parser.document()
    }
}

private struct XMLParser {
    private let bytes: [UInt8]
    private var position = 0
    private var count = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func document() throws(FunctionFailure) -> XMLDocument {
        _ = take("\u{FEFF}")
        blanks()
        var declaration: [(name: String, value: String)] = []
        if take("<?xml") {
            declaration = try attributes()
            guard take("?>") else { throw failure("expected ?>") }
        }
        try skipMiscellany()
        guard byte == UInt8(ascii: "<") else { throw failure("expected an element") }
        let root = try element()
        try skipMiscellany()
        guard position == bytes.count else { throw failure("there is something after the root element") }
        return XMLDocument(declaration: declaration, root: root)
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ message: StaticString, _ name: String? = nil) -> FunctionFailure {
        "this is no XML: \(message)\(detail: name.map { " <\($0.shortened(to: 60))>" } ?? ""), at byte \(position)"
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func blanks() {
        while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func skip(past end: String) throws(FunctionFailure) {
        guard let found = TextFunctions.first(of: Array(end.utf8), in: bytes, from: position) else {
            throw failure("something is not closed")
        }
        position = found + end.utf8.count
    }

    private mutating func skipMiscellany() throws(FunctionFailure) {
        while true {
            blanks()
            if take("<!--") { try skip(past: "-->") } else if take("<?") { try skip(past: "?>") } else { return }
        }
    }

    private mutating func name() throws(FunctionFailure) -> String {
        let start = position
        while let byte, Self.isInName(byte, first: position == start) { position += 1 }
        guard position > start else { throw failure("expected a name") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isInName(_ byte: UInt8, first: Bool) -> Bool {
        if byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":") {
            return true
        }
        return !first && ((0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "."))
    }

    private mutating func attributes() throws(FunctionFailure) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        var seen = Set<String>()
        while true {
            let start = position
            blanks()
            guard let byte, Self.isInName(byte, first: true) else { return result }
            guard position > start else { throw failure("expected a blank") }
            let name = try name()
            blanks()
            guard take("=") else { throw failure("expected =") }
            blanks()
            guard let quote = self.byte, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw failure("expected a quoted value")
            }
            position += 1
            let value = try characters { $0 == quote }
            guard self.byte == quote else { throw failure("the value of an attribute is not closed") }
            position += 1
            guard seen.insert(name).inserted else { throw failure("an attribute is there twice", name) }
            result.append((name, value))
        }
    }

    /// Text up to a byte that ends it, or `<`.
    private mutating func characters(until isEnd: (UInt8) -> Bool) throws(FunctionFailure) -> String {
        var out: [UInt8] = []
        while let byte, byte != UInt8(ascii: "<"), !isEnd(byte) {
            if byte == UInt8(ascii: "&") {
                out += Array(try reference().utf8)
            } else {
                out.append(byte)
                position += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func reference() throws(FunctionFailure) -> String {
        for (name, character) in [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")] {
            if take(name) { return character }
        }
        guard take("&#") else { throw failure("only the entities amp, lt, gt, quot and apos are supported") }
        let isHexadecimal = take("x")
        let start = position
        while let byte, byte != UInt8(ascii: ";"), position - start < 8 { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard take(";"), digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(code), code >= 0x20 || code == 0x9 || code == 0xA || code == 0xD
        else { throw failure("this is no reference to a character") }
        return String(scalar)
    }

    /// Iterative, so that depth is a matter of the limit and not of the stack.
    private mutating func element() throws(FunctionFailure) -> XMLElement {
        var open: [XMLElement] = []
        while true {
            if let parent = open.last {
                try text(in: parent)
                if take("</") {
                    guard try name() == parent.name else { throw failure("another name closes the element", parent.name) }
                    blanks()
                    guard take(">") else { throw failure("expected >") }
                    if open.count == 1 { return parent }
                    open.removeLast()
                    continue
                }
            }
            guard let element = try startTag(parent: open.last) else { continue }
            open.last?.append(.element(element.element))
            if !element.isClosed {
                guard open.count < XMLDocument.depthLimit else {
                    throw failure("elements are nested deeper than 128 levels")
                }
                open.append(element.element)
            } else if open.isEmpty {
                return element.element
            }
        }
    }

    private mutating func startTag(parent: XMLElement?) throws(FunctionFailure) -> (element: XMLElement, isClosed: Bool)? {
        guard take("<") else { throw failure(parent == nil ? "expected an element" : "nothing closes the element", parent?.name) }
        if byte == UInt8(ascii: "!") { throw failure("document types are not supported") }
        let name = try name()
        let attributes = try attributes()
        count += 1
        guard count <= XMLDocument.nodeLimit else { throw failure("there are too many elements") }
        let element = XMLElement(name: name, attributes: attributes, parent: parent, order: count)
        blanks()
        if take("/>") { return (element, true) }
        guard take(">") else { throw failure("expected >") }
        return (element, false)
    }

    /// Text, comments and CDATA up to the next tag.
    private mutating func text(in parent: XMLElement) throws(FunctionFailure) {
        var text = ""
        var isSignificant = false
        while true {
            let part = try characters { _ in false }
            isSignificant = isSignificant || part.utf8.contains { !($0 == 0x20 || (0x09...0x0D).contains($0)) }
            text += part
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                text += String(decoding: bytes[start..<(position - 3)], as: UTF8.self)
                isSignificant = true
            } else if take("<?") {
                try skip(past: "?>")
            } else {
                break
            }
        }
        if isSignificant { parent.append(.text(text)) }
    }
}
