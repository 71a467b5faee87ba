internal import CDuckDB

/// Owns a `duckdb_value` made from a parameter.
struct BoundValue: ~Copyable {
    let handle: duckdb_value?
    private let functions: duckdb_functions

    /// Throws `.binder` for a value no parameter can carry: a decimal of more than 38 digits, a list of mixed types.
    init(_ value: SQLValue, _ functions: duckdb_functions) throws(EngineError) {
        handle = try Self.make(value, functions)
        self.functions = functions
    }

    deinit {
        var handle = handle
        functions.destroy_value(&handle)
    }

    private static func make(_ value: SQLValue, _ functions: duckdb_functions) throws(EngineError) -> duckdb_value? {
        switch value {
        case .null: return functions.create_null_value()
        case .boolean(let value): return functions.create_bool(value)
        case .integer(let value): return functions.create_int64(value)
        case .double(let value): return functions.create_double(value)
        case .decimal(let text): return try decimal(text, functions)
        case .text(let text):
            var text = text
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { functions.create_varchar_length($0.baseAddress, duckdb_idx($0.count)) }
            }
        case .blob(let bytes): return bytes.withUnsafeBufferPointer { functions.create_blob($0.baseAddress, duckdb_idx($0.count)) }
        case .date(let days): return functions.create_date(duckdb_date(days: days))
        case .time(let microseconds): return functions.create_time(duckdb_time(microseconds: microseconds))
        case .timestamp(let microseconds): return functions.create_timestamp(duckdb_timestamp(microseconds: microseconds))
        case .timestampWithTimeZone(let microseconds):
            return functions.create_timestamp_tz(duckdb_timestamp(microseconds: microseconds))
        case .interval(let months, let days, let microseconds):
            return functions.create_interval(duckdb_interval(months: months, days: days, microseconds: microseconds))
        case .list(let items):
            var elements = try make(all: items, functions)
            defer { destroy(&elements, functions) }
            return try withType(of: items, elements, functions) { type in
                functions.create_list_value(type, &elements, duckdb_idx(elements.count))
            }
        case .structure(let fields):
            var elements = try make(all: fields.map(\.value), functions)
            defer { destroy(&elements, functions) }
            var types: [duckdb_logical_type?] = elements.map { functions.get_value_type($0) }
            let names = fields.map { Array($0.name.utf8CString) }
            var type = withPointers(names[...], []) { pointers in
                var pointers = pointers
                return functions.create_struct_type(&types, &pointers, duckdb_idx(fields.count))
            }
            defer { functions.destroy_logical_type(&type) }
            return functions.create_struct_value(type, &elements)
        case .map(let entries):
            var keys = try make(all: entries.map(\.key), functions)
            defer { destroy(&keys, functions) }
            var items = try make(all: entries.map(\.value), functions)
            defer { destroy(&items, functions) }
            return try withType(of: entries.map(\.key), keys, functions) { keyType throws(EngineError) in
                try withType(of: entries.map(\.value), items, functions) { valueType in
                    var type = functions.create_map_type(keyType, valueType)
                    defer { functions.destroy_logical_type(&type) }
                    return functions.create_map_value(type, &keys, &items, duckdb_idx(entries.count))
                }
            }
        }
    }

    private static func make(all values: [SQLValue], _ functions: duckdb_functions) throws(EngineError) -> [duckdb_value?] {
        var made: [duckdb_value?] = []
        do throws(EngineError) {
            for value in values { made.append(try make(value, functions)) }
        } catch {
            destroy(&made, functions)
            throw error
        }
        return made
    }

    private static func destroy(_ values: inout [duckdb_value?], _ functions: duckdb_functions) {
        for index in values.indices { functions.destroy_value(&values[index]) }
    }

    /// Calls `body` with the one type of the elements, that of NULL where no element has one.
    private static func withType(
        of values: [SQLValue], _ handles: [duckdb_value?], _ functions: duckdb_functions,
        _ body: (duckdb_logical_type?) throws(EngineError) -> duckdb_value?
    ) throws(EngineError) -> duckdb_value? {
        guard let first = values.firstIndex(where: { $0 != .null }) else {
            var type = functions.create_logical_type(duckdb_type_id(DUCKDB_TYPE_SQLNULL))
            defer { functions.destroy_logical_type(&type) }
            return try body(type)
        }
        let type = functions.get_value_type(handles[first])
        let name = TypeLayout(borrowing: type, functions).type
        for (value, handle) in zip(values, handles) where value != .null {
            guard TypeLayout(borrowing: functions.get_value_type(handle), functions).type == name else {
                throw EngineError(.binder, "the elements of a list or map given as a parameter have different types")
            }
        }
        return try body(type)
    }

    private static func decimal(_ text: String, _ functions: duckdb_functions) throws(EngineError) -> duckdb_value? {
        func refused() -> EngineError { EngineError(.binder, "\(text) cannot be a parameter: no number of at most 38 digits") }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.utf8.contains(where: { $0 >= 0x30 && $0 <= 0x39 }) else { throw refused() }
        if parts.count == 1 {
            if let value = Int128(text) { return functions.create_hugeint(split(value)) }
            guard let value = UInt128(text) else { throw refused() }
            return functions.create_uhugeint(
                duckdb_uhugeint(lower: UInt64(truncatingIfNeeded: value), upper: UInt64(truncatingIfNeeded: value >> 64)))
        }
        let digits = whole.utf8.count(where: { $0 != UInt8(ascii: "-") }) + parts[1].utf8.count
        guard digits <= 38, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let unscaled = Int128(whole + parts[1]) else {
            throw refused()
        }
        return functions.create_decimal(duckdb_decimal(width: UInt8(digits), scale: UInt8(parts[1].utf8.count), value: split(unscaled)))
    }

    private static func split(_ value: Int128) -> duckdb_hugeint {
        duckdb_hugeint(lower: UInt64(truncatingIfNeeded: value), upper: Int64(truncatingIfNeeded: value >> 64))
    }

    /// Calls `body` with pointers to all of the names, valid for the call.
    private static func withPointers<Result>(
        _ names: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        guard let first = names.first else { return body(pointers) }
        return first.withUnsafeBufferPointer { withPointers(names.dropFirst(), pointers + [$0.baseAddress], body) }
    }
}
