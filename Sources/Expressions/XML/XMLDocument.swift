internal import Support

/// An XML document in memory, as much of one as `xml`, `xpath` and `json` need: elements, attributes and text.
/// Comments and processing instructions are dropped.
struct XMLDocument {
    /// Version, encoding and standalone of the declaration, in this order, if there is one.
    var declaration: [(name: String, value: String)] = []
    var root: XMLElement

    static let depthLimit = 128
    static let nodeLimit = 200_000

    /// On one line, as it was written.
    var text: String {
        var out: [UInt8] = []
        if !declaration.isEmpty {
            out += Array("<?xml".utf8)
            for (name, value) in declaration { out += Array(" \(name)=\"\(value)\"".utf8) }
            out += Array("?>".utf8)
        }
        root.write(to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}

final class XMLElement {
    enum Content {
        case element(XMLElement)
        case text(String)
    }

    /// With its prefix, if it has one.
    let name: String
    let attributes: [(name: String, value: String)]
    fileprivate(set) var content: [Content] = []
    private(set) weak var parent: XMLElement?
    /// Position in the document, from its start.
    let order: Int

    init(name: String, attributes: [(name: String, value: String)], parent: XMLElement?, order: Int) {
        self.name = name
        self.attributes = attributes
        self.parent = parent
        self.order = order
    }

    func append(_ part: Content) { content.append(part) }

    var children: [XMLElement] {
        content.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// All text in it, in document order.
    var stringValue: String {
        content.map {
            switch $0 {
            case .element(let element): element.stringValue
            case .text(let text): text
            }
        }.joined()
    }

    var localName: String { name.split(separator: ":").last.map(String.init) ?? name }
    var prefix: String { name.contains(":") ? String(name.prefix { $0 != ":" }) : "" }

    /// The namespace that a prefix stands for here; the empty prefix for the default one.
    func namespace(of prefix: String) -> String? {
        let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
        var element: XMLElement? = self
        while let current = element {
            if let found = current.attributes.first(where: { $0.name == declaration }) { return found.value }
            element = current.parent
        }
        return prefix == "xml" ? "http://www.w3.org/XML/1998/namespace" : nil
    }

    func write(to out: inout [UInt8], adding declarations: [(name: String, value: String)] = []) {
        out.append(UInt8(ascii: "<"))
        out += Array(name.utf8)
        for (name, value) in declarations + attributes {
            out += Array(" \(name)=\"".utf8)
            Self.escape(value, quotes: true, to: &out)
            out.append(UInt8(ascii: "\""))
        }
        guard !content.isEmpty else {
            out += Array(" />".utf8)
            return
        }
        out.append(UInt8(ascii: ">"))
        for part in content {
            switch part {
            case .element(let element): element.write(to: &out)
            case .text(let text): Self.escape(text, quotes: false, to: &out)
            }
        }
        out += Array("</\(name)>".utf8)
    }

    /// The element on its own, with the namespaces that are declared around it and used in it.
    var text: String {
        var missing: [(name: String, value: String)] = []
        collectPrefixes { prefix in
            let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
            guard prefix != "xml", !attributes.contains(where: { $0.name == declaration }),
                !missing.contains(where: { $0.name == declaration }), let uri = namespace(of: prefix)
            else { return }
            missing.append((declaration, uri))
        }
        var out: [UInt8] = []
        write(to: &out, adding: missing)
        return String(decoding: out, as: UTF8.self)
    }

    private func collectPrefixes(_ use: (String) -> Void) {
        use(prefix)
        for attribute in attributes where attribute.name.contains(":") && !attribute.name.hasPrefix("xmlns:") {
            use(String(attribute.name.prefix { $0 != ":" }))
        }
        for child in children { child.collectPrefixes(use) }
    }

    private static func escape(_ text: String, quotes: Bool, to out: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): out += Array("&amp;".utf8)
            case UInt8(ascii: "<"): out += Array("&lt;".utf8)
            case UInt8(ascii: ">"): out += Array("&gt;".utf8)
            case UInt8(ascii: "\"") where quotes: out += Array("&quot;".utf8)
            case 0x0A where quotes: out += Array("&#xA;".utf8)
            case 0x09 where quotes: out += Array("&#x9;".utf8)
            case 0x0D: out += Array("&#xD;".utf8)
            default: out.append(byte)
            }
        }
    }
}
