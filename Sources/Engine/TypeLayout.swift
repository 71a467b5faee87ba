internal import CDuckDB

/// A column of a result.
struct ColumnLayout: Sendable {
    let name: String
    let type: TypeLayout

    var column: SQLColumn { SQLColumn(name: name, type: type.type) }
}

/// How the values of a type lie in a vector: the engine's type id, and the layouts of what it nests.
struct TypeLayout: Sendable {
    let id: Int
    let type: SQLType
    /// Element of a list or array; key and value of a map; fields of a struct; members of a union.
    let children: [ColumnLayout]

    /// Reads a logical type and destroys it.
    init(consuming handle: duckdb_logical_type?, _ functions: duckdb_functions) {
        self.init(borrowing: handle, functions)
        var handle = handle
        functions.destroy_logical_type(&handle)
    }

    /// Reads a logical type that something else owns.
    init(borrowing handle: duckdb_logical_type?, _ functions: duckdb_functions) {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
            defer { functions.free(pointer) }
            return pointer.map { String(cString: $0) } ?? ""
        }
        func child(_ name: String, _ type: duckdb_logical_type?) -> ColumnLayout {
            ColumnLayout(name: name, type: TypeLayout(consuming: type, functions))
        }
        id = handle.map { Int(functions.get_type_id($0)) } ?? DUCKDB_TYPE_INVALID
        switch id {
        case DUCKDB_TYPE_DECIMAL:
            children = []
            type = .decimal(precision: Int(functions.decimal_width(handle)), scale: Int(functions.decimal_scale(handle)))
        case DUCKDB_TYPE_ENUM:
            children = []
            type = .enumeration((0..<functions.enum_dictionary_size(handle)).map {
                text(functions.enum_dictionary_value(handle, duckdb_idx($0)))
            })
        case DUCKDB_TYPE_LIST:
            children = [child("", functions.list_type_child_type(handle))]
            type = .list(children[0].type.type)
        case DUCKDB_TYPE_ARRAY:
            children = [child("", functions.array_type_child_type(handle))]
            type = .array(children[0].type.type, count: Int(functions.array_type_array_size(handle)))
        case DUCKDB_TYPE_MAP:
            children = [
                child("key", functions.map_type_key_type(handle)), child("value", functions.map_type_value_type(handle)),
            ]
            type = .map(key: children[0].type.type, value: children[1].type.type)
        case DUCKDB_TYPE_STRUCT:
            children = (0..<functions.struct_type_child_count(handle)).map {
                child(text(functions.struct_type_child_name(handle, $0)), functions.struct_type_child_type(handle, $0))
            }
            type = .structure(children.map(\.column))
        case DUCKDB_TYPE_UNION:
            children = (0..<functions.union_type_member_count(handle)).map {
                child(text(functions.union_type_member_name(handle, $0)), functions.union_type_member_type(handle, $0))
            }
            let members = children.map { "\(SQL.quotedIdentifier($0.name)) \($0.type.type.sql)" }
            type = .other("UNION(\(members.joined(separator: ", ")))")
        default:
            children = []
            type = Self.plain[id] ?? .other("type \(id)")
        }
    }

    private static let plain: [Int: SQLType] = Dictionary(
        uniqueKeysWithValues: [
            (DUCKDB_TYPE_BOOLEAN, .boolean), (DUCKDB_TYPE_TINYINT, .tinyInt), (DUCKDB_TYPE_SMALLINT, .smallInt),
            (DUCKDB_TYPE_INTEGER, .integer), (DUCKDB_TYPE_BIGINT, .bigInt), (DUCKDB_TYPE_HUGEINT, .hugeInt),
            (DUCKDB_TYPE_UTINYINT, .unsignedTinyInt), (DUCKDB_TYPE_USMALLINT, .unsignedSmallInt),
            (DUCKDB_TYPE_UINTEGER, .unsignedInteger), (DUCKDB_TYPE_UBIGINT, .unsignedBigInt),
            (DUCKDB_TYPE_UHUGEINT, .unsignedHugeInt), (DUCKDB_TYPE_FLOAT, .float), (DUCKDB_TYPE_DOUBLE, .double),
            (DUCKDB_TYPE_VARCHAR, .varchar), (DUCKDB_TYPE_BLOB, .blob), (DUCKDB_TYPE_UUID, .uuid), (DUCKDB_TYPE_BIT, .bit),
            (DUCKDB_TYPE_DATE, .date), (DUCKDB_TYPE_TIME, .time), (DUCKDB_TYPE_INTERVAL, .interval),
            (DUCKDB_TYPE_TIMESTAMP_S, .timestamp(.seconds)), (DUCKDB_TYPE_TIMESTAMP_MS, .timestamp(.milliseconds)),
            (DUCKDB_TYPE_TIMESTAMP, .timestamp(.microseconds)), (DUCKDB_TYPE_TIMESTAMP_NS, .timestamp(.nanoseconds)),
            (DUCKDB_TYPE_TIMESTAMP_TZ, .timestampWithTimeZone), (DUCKDB_TYPE_SQLNULL, .null),
            (DUCKDB_TYPE_TIME_TZ, .other("TIME WITH TIME ZONE")), (DUCKDB_TYPE_TIME_NS, .other("TIME_NS")),
            (DUCKDB_TYPE_BIGNUM, .other("BIGNUM")), (DUCKDB_TYPE_GEOMETRY, .other("GEOMETRY")),
            (DUCKDB_TYPE_VARIANT, .other("VARIANT")), (DUCKDB_TYPE_ANY, .other("ANY")), (DUCKDB_TYPE_INVALID, .other("INVALID")),
        ])
}
