package import Support

/// A column type of the Delta protocol ("Schema Serialization Format").
package indirect enum DeltaType: Sendable, Hashable {
    case boolean, byte, short, integer, long, float, double
    case decimal(precision: Int, scale: Int)
    case string, binary, date
    /// A moment, in microseconds.
    case timestamp
    /// Date and time without zone, in microseconds. Needs the table feature `timestampNtz`.
    case timestampNtz
    case structure([DeltaField])
    case array(DeltaType, containsNull: Bool)
    case map(key: DeltaType, value: DeltaType, valueContainsNull: Bool)
}

/// A column, or a field of a struct.
package struct DeltaField: Sendable, Hashable {
    package var name: String
    package var type: DeltaType
    package var nullable: Bool
    /// What other writers keep there; passed on as it was.
    package var metadata: JSONObject

    package init(name: String, type: DeltaType, nullable: Bool = true, metadata: JSONObject = [:]) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.metadata = metadata
    }
}

extension DeltaType {
    static let depthLimit = 100

    /// As the protocol writes it, in messages too: `decimal(20,0)`, `array<string>`.
    package var description: String {
        switch self {
        case .structure(let fields):
            "struct<" + fields.map { "\($0.name):\($0.type.description)" }.joined(separator: ",") + ">"
        case .array(let element, _): "array<\(element.description)>"
        case .map(let key, let value, _): "map<\(key.description),\(value.description)>"
        default: primitiveName ?? ""
        }
    }

    private var primitiveName: String? {
        switch self {
        case .boolean: "boolean"
        case .byte: "byte"
        case .short: "short"
        case .integer: "integer"
        case .long: "long"
        case .float: "float"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .timestampNtz: "timestamp_ntz"
        case .structure, .array, .map: nil
        }
    }

    var json: JSONValue {
        switch self {
        case .structure(let fields):
            ["type": "struct", "fields": .array(fields.map(\.json))]
        case .array(let element, let containsNull):
            ["type": "array", "elementType": element.json, "containsNull": .bool(containsNull)]
        case .map(let key, let value, let valueContainsNull):
            [
                "type": "map", "keyType": key.json, "valueType": value.json,
                "valueContainsNull": .bool(valueContainsNull),
            ]
        default: .string(primitiveName ?? "")
        }
    }

    init(json: JSONValue, column: String, depth: Int = 0) throws(LakeError) {
        guard depth < Self.depthLimit else {
            throw LakeError(.unsupportedType(column: column), "column \"\(column)\" is nested too deeply")
        }
        if let name = json.asString {
            guard let type = Self(primitive: name) else {
                throw LakeError(
                    .unsupportedType(column: column), "column \"\(column)\" has the type \(name), which is not supported")
            }
            self = type
            return
        }
        switch (json["type"]?.asString, json["fields"]?.asArray, json["elementType"], json["keyType"], json["valueType"]) {
        case ("struct", let items?, _, _, _):
            var fields: [DeltaField] = []
            for item in items { fields.append(try DeltaField(json: item, parent: column, depth: depth + 1)) }
            self = .structure(fields)
        case ("array", _, let element?, _, _):
            self = .array(
                try DeltaType(json: element, column: column, depth: depth + 1),
                containsNull: json["containsNull"]?.asBool ?? true)
        case ("map", _, _, let key?, let value?):
            self = .map(
                key: try DeltaType(json: key, column: column, depth: depth + 1),
                value: try DeltaType(json: value, column: column, depth: depth + 1),
                valueContainsNull: json["valueContainsNull"]?.asBool ?? true)
        default:
            throw LakeError(.corruptLog, "the schema has a malformed type for column \"\(column)\"")
        }
    }

    private init?(primitive name: String) {
        let simple: [String: DeltaType] = [
            "boolean": .boolean, "byte": .byte, "short": .short, "integer": .integer, "long": .long, "float": .float,
            "double": .double, "string": .string, "binary": .binary, "date": .date, "timestamp": .timestamp,
            "timestamp_ntz": .timestampNtz,
        ]
        if let type = simple[name] { self = type; return }
        guard name.hasPrefix("decimal(") , name.hasSuffix(")") else { return nil }
        let numbers = name.dropFirst(8).dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1], (1...38).contains(precision),
            (0...precision).contains(scale)
        else { return nil }
        self = .decimal(precision: precision, scale: scale)
    }

    /// Whether this type, or one inside it, is a timestamp without zone.
    var usesTimestampNtz: Bool {
        switch self {
        case .timestampNtz: true
        case .structure(let fields): fields.contains { $0.type.usesTimestampNtz }
        case .array(let element, _): element.usesTimestampNtz
        case .map(let key, let value, _): key.usesTimestampNtz || value.usesTimestampNtz
        default: false
        }
    }

    /// The same shape and types; whether NULL is allowed inside, and metadata of fields, aside.
    func matches(_ other: DeltaType) -> Bool {
        switch (self, other) {
        case (.structure(let a), .structure(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && $0.type.matches($1.type) }
        case (.array(let a, _), .array(let b, _)): a.matches(b)
        case (.map(let ka, let va, _), .map(let kb, let vb, _)): ka.matches(kb) && va.matches(vb)
        default: self == other
        }
    }

    /// Whether every value of this type is, exactly, a value of `other`.
    func widensTo(_ other: DeltaType) -> Bool {
        func digits(_ type: DeltaType) -> Int? {
            switch type {
            case .byte: 3
            case .short: 5
            case .integer: 10
            case .long: 19
            default: nil
            }
        }
        switch (self, other) {
        case (.byte, .short), (.byte, .integer), (.byte, .long), (.short, .integer), (.short, .long), (.integer, .long),
            (.float, .double), (.byte, .float), (.short, .float), (.byte, .double), (.short, .double), (.integer, .double):
            return true
        case (.decimal(let p, let s), .decimal(let wideP, let wideS)):
            return wideS >= s && wideP - wideS >= p - s
        case (_, .decimal(let p, let s)):
            return digits(self).map { p - s >= $0 } ?? false
        default: return matches(other)
        }
    }
}

extension DeltaField {
    var json: JSONValue {
        ["name": .string(name), "type": type.json, "nullable": .bool(nullable), "metadata": .object(metadata)]
    }

    init(json: JSONValue, parent: String = "", depth: Int = 0) throws(LakeError) {
        guard let name = json["name"]?.asString, let type = json["type"] else {
            throw LakeError(.corruptLog, "the schema has a field without name or type")
        }
        self.init(
            name: name, type: try DeltaType(json: type, column: parent.isEmpty ? name : "\(parent).\(name)", depth: depth),
            nullable: json["nullable"]?.asBool ?? true, metadata: json["metadata"]?.asObject ?? [:])
    }
}
