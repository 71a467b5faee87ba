package import Engine
internal import Support

extension DeltaType {
    /// How the engine names the type.
    package var sqlType: SQLType {
        switch self {
        case .boolean: .boolean
        case .byte: .tinyInt
        case .short: .smallInt
        case .integer: .integer
        case .long: .bigInt
        case .float: .float
        case .double: .double
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .string: .varchar
        case .binary: .blob
        case .date: .date
        case .timestamp: .timestampWithTimeZone
        case .timestampNtz: .timestamp(.microseconds)
        case .structure(let fields): .structure(fields.map { SQLColumn(name: $0.name, type: $0.type.sqlType) })
        case .array(let element, _): .list(element.sqlType)
        case .map(let key, let value, _): .map(key: key.sqlType, value: value.sqlType)
        }
    }

    /// The type a value of the engine's type is stored as.
    ///
    /// What has no counterpart takes the next type that holds every value: unsigned integers the next larger signed
    /// one, UBIGINT `decimal(20,0)`, UHUGEINT `decimal(38,0)`, UUID, ENUM and TIME text. HUGEINT becomes `long` and
    /// UHUGEINT `decimal(38,0)` by a checked cast: a value beyond them is an error of the query, never a wrong number.
    /// Nanoseconds are cut to microseconds. Throws `.unsupportedType` for INTERVAL, BIT, UNION and an untyped NULL.
    init(storing type: SQLType, column: String) throws(LakeError) {
        switch type {
        case .boolean: self = .boolean
        case .tinyInt: self = .byte
        case .smallInt, .unsignedTinyInt: self = .short
        case .integer, .unsignedSmallInt: self = .integer
        case .bigInt, .unsignedInteger, .hugeInt: self = .long
        case .unsignedBigInt: self = .decimal(precision: 20, scale: 0)
        case .unsignedHugeInt: self = .decimal(precision: 38, scale: 0)
        case .float: self = .float
        case .double: self = .double
        case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
        case .varchar, .uuid, .enumeration, .time: self = .string
        case .blob: self = .binary
        case .date: self = .date
        case .timestamp: self = .timestampNtz
        case .timestampWithTimeZone: self = .timestamp
        case .list(let element), .array(let element, _):
            self = .array(try DeltaType(storing: element, column: column), containsNull: true)
        case .structure(let fields):
            var stored: [DeltaField] = []
            for field in fields {
                stored.append(DeltaField(name: field.name, type: try DeltaType(storing: field.type, column: "\(column).\(field.name)")))
            }
            self = .structure(stored)
        case .map(let key, let value):
            self = .map(
                key: try DeltaType(storing: key, column: column), value: try DeltaType(storing: value, column: column),
                valueContainsNull: true)
        case .bit, .interval, .null, .other:
            throw LakeError(
                .unsupportedType(column: column),
                type == .null ? "column \"\(column)\" is an untyped NULL" : "column \"\(column)\" has the type \(type.sql), which Delta cannot hold",
                help: "cast it, for example to \(type == .null ? "the type it should have" : "VARCHAR")")
        }
    }
}

extension DeltaSchema {
    /// The schema a query's result is stored with. Throws `.unsupportedType` and `.invalidColumn`.
    package init(storing columns: [SQLColumn]) throws(LakeError) {
        var fields: [DeltaField] = []
        for column in columns {
            fields.append(DeltaField(name: column.name, type: try DeltaType(storing: column.type, column: column.name)))
        }
        try self.init(fields)
    }

    /// Names and types as the engine sees them.
    package var columns: [SQLColumn] { fields.map { SQLColumn(name: $0.name, type: $0.type.sqlType) } }

    /// The SELECT list that makes a result with these columns storable: `CAST("a" AS BIGINT) AS "a", ...`.
    package static func castProjection(of columns: [SQLColumn]) throws(LakeError) -> String {
        try DeltaSchema(storing: columns).projection(from: columns)
    }

    /// The SELECT list that gives this schema's columns from a result with `columns`: cast to the type,
    /// NULL where there is no such column.
    func projection(from columns: [SQLColumn]) throws(LakeError) -> String {
        var items: [String] = []
        for field in fields {
            let name = try Self.identifier(field.name)
            let type = field.type.sqlType
            guard let column = columns.first(where: { Self.equal($0.name, field.name) }) else {
                items.append("CAST(NULL AS \(type.sql)) AS \(name)")
                continue
            }
            let source = try Self.identifier(column.name)
            // Always, since an alias such as JSON has the type VARCHAR and yet marks the file; a cast to the same type is free.
            items.append("CAST(\(source) AS \(type.sql)) AS \(name)")
        }
        return items.joined(separator: ", ")
    }

    static func identifier(_ name: String) throws(LakeError) -> String {
        do { return try SQL.identifier(name) } catch { throw LakeError(.invalidColumn(name), error.message) }
    }

    static func literal(_ text: String) throws(LakeError) -> String {
        do { return try SQL.literal(text) } catch { throw LakeError(.invalidRequest, error.message) }
    }
}
