internal import Support

enum ConversionFunctions {
    static let table: [FunctionDefinition] = [
        .init("array", .conversion, "An array of the one value.", [.init("value", .any)], returns: .array, .pure(array)),
        .init(
            "bool", .conversion, "The boolean for a number (0 is false) or for the text true or false.",
            [.init("value", .boolean, .integer, .float, .string)], returns: .boolean, .pure(bool)),
        .init(
            "coalesce", .conversion, "The first value that is not null; what follows is not evaluated.",
            rest: .init("value", .any), returns: firstType, .special(.coalesce)),
        .init(
            "createArray", .conversion, "An array of the values.", rest: .init("value", .any, optional: true), returns: .array,
            .pure(createArray)),
        .init(
            "float", .conversion, "The floating-point number for a text or a number.",
            [.init("value", .string, .integer, .float)], returns: .float, .pure(float)),
        .init(
            "int", .conversion, "The integer for a text or a number without fraction.",
            [.init("value", .string, .integer, .float)], returns: .integer, .pure(int)),
        .init(
            "json", .conversion, "The value for JSON text, or for XML text; an empty object for null.",
            [.init("value", .string, .array, .object, .null)], returns: .any, .pure(json)),
        .init(
            "string", .conversion, "The text for a value: JSON for arrays and objects, nothing for null.",
            [.init("value", .any)], returns: .string, .pure(string)),
        .init(
            "xml", .conversion, "XML text for an object with one member, for its JSON text, or for XML text.",
            [.init("value", .string, .object)], returns: .string, .pure(xml)),
        .init(
            "xpath", .conversion, "What an XPath expression finds in XML text: one value, or an array of several.",
            [.init("xml", .string), .init("xpath", .string)], returns: .any, .pure(xpath)),
    ]

    @Sendable private static func firstType(_ types: [ExpressionType]) -> ExpressionType {
        let types = types.filter { $0 != .null }
        return types.dropFirst().reduce(types.first ?? .null) { $0.joined($1) }
    }

    @Sendable static func array(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { [a[0]] }
    @Sendable static func createArray(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { .array(a.values) }

    @Sendable static func bool(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let flag = a[0].asBool { return .bool(flag) }
        if let number = a[0].asDouble { return .bool(number != 0) }
        switch TextFunctions.trimmed(a.text(0)).lowercased() {
        case "true": return true
        case "false": return false
        default: throw "\(value: a[0]) is neither true nor false"
        }
    }

    @Sendable static func int(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let number = a[0].asInteger { return .integer(number) }
        if a[0].asDouble != nil { throw "\(value: a[0]) is no whole number of 64 bits" }
        guard let number = Int64(TextFunctions.trimmed(a.text(0))) else {
            throw "\(value: a[0]) is no whole number of 64 bits"
        }
        return .integer(number)
    }

    @Sendable static func float(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let number = a[0].asDouble { return .double(number) }
        let text = TextFunctions.trimmed(a.text(0))
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite else { throw "\(value: a[0]) is no number" }
        return .double(number)
    }

    @Sendable static func string(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let text = a[0].interpolated
        guard text.utf8.count <= ExpressionLimits.textLength else { throw TextFunctions.tooLong }
        return .string(text)
    }

    @Sendable static func json(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        guard let text = a[0].asString else { return a[0].isNull ? [:] : a[0] }
        if isXML(text) { return try XMLDocument(parsing: text).json }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw "this is no JSON, at byte \(error.offset)\(detail: ": " + error.message)"
        }
    }

    static func isXML(_ text: String) -> Bool {
        text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" } == "<"
    }

    @Sendable static func xml(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let text = a[0].asString, isXML(text) { return .string(try XMLDocument(parsing: text).text) }
        return .string(try XMLDocument(json: try json(a)).text)
    }

    @Sendable static func xpath(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try XMLDocument(parsing: a.text(0)).select(a.text(1))
    }
}
