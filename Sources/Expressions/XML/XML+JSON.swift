internal import Support

/// XML as JSON and back by Json.NET's convention, which Data Factory uses: attributes as `@name`, text beside other
/// content as `#text`, repeated elements as an array, an element of text alone as a string, an empty one as null.
extension XMLDocument {
    var json: JSONValue {
        var object = JSONObject()
        if !declaration.isEmpty { object["?xml"] = .object(JSONObject(declaration.map { ("@" + $0.name, .string($0.value)) })) }
        object[root.name] = root.json
        return .object(object)
    }

    /// From an object with one member, besides `?xml`, that is no array.
    init(json: JSONValue) throws(FunctionFailure) {
        guard let object = json.asObject else { throw "XML is made from an object, not from \(value: json)" }
        var declaration: [(name: String, value: String)] = []
        for (key, value) in object["?xml"]?.asObject?.members ?? [] where key.hasPrefix("@") {
            declaration.append((try Self.checked(String(key.dropFirst())), value.interpolated))
        }
        let members = object.members.filter { $0.key != "?xml" }
        guard members.count == 1 else { throw "XML has one root, but the object has \(members.count) members" }
        if members[0].value.asArray != nil { throw "the root of XML cannot be an array" }
        self.declaration = declaration
        root = try Self.element(members[0].key, members[0].value, parent: nil, depth: 1)
    }

    private static func element(
        _ name: String, _ value: JSONValue, parent: XMLElement?, depth: Int
    ) throws(FunctionFailure) -> XMLElement {
        guard depth <= depthLimit else { throw "elements are nested deeper than \(depthLimit) levels" }
        var attributes: [(name: String, value: String)] = []
        for (key, value) in value.asObject?.members ?? [] where key.hasPrefix("@") {
            attributes.append((try checked(String(key.dropFirst())), text(of: value)))
        }
        let element = XMLElement(name: try checked(name), attributes: attributes, parent: parent, order: 0)
        guard let object = value.asObject else {
            if !value.isNull { element.append(.text(text(of: value))) }
            return element
        }
        for (key, value) in object.members where !key.hasPrefix("@") {
            if key == "#text" {
                element.append(.text(text(of: value)))
                continue
            }
            for item in value.asArray ?? [value] {
                element.append(.element(try Self.element(key, item, parent: element, depth: depth + 1)))
            }
        }
        return element
    }

    /// Booleans as XML Schema writes them.
    private static func text(of value: JSONValue) -> String {
        if let flag = value.asBool { return flag ? "true" : "false" }
        return value.interpolated
    }

    private static func checked(_ name: String) throws(FunctionFailure) -> String {
        let isName = name.utf8.enumerated().allSatisfy { index, byte in
            let isLetter = byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
            return isLetter || index > 0 && ((0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "."))
        }
        guard isName, !name.isEmpty else { throw "\(value: name) is no name of an element or attribute" }
        return name
    }
}

extension XMLElement {
    fileprivate var json: JSONValue {
        if attributes.isEmpty {
            if content.isEmpty { return .null }
            if content.count == 1, case .text(let text) = content[0] { return .string(text) }
        }
        var object = JSONObject()
        for (name, value) in attributes { object["@" + name] = .string(value) }
        for part in content {
            switch part {
            case .text(let text): Self.add(.string(text), "#text", to: &object)
            case .element(let element): Self.add(element.json, element.name, to: &object)
            }
        }
        return .object(object)
    }

    private static func add(_ value: JSONValue, _ key: String, to object: inout JSONObject) {
        switch object[key] {
        case nil: object[key] = value
        case .array(let items)?: object[key] = .array(items + [value])
        case let first?: object[key] = [first, value]
        }
    }
}
