internal import CDuckDB

/// Reads the vectors of a chunk by the memory layout the C API documents. What it returns owns its memory.
struct VectorReader {
    let functions: duckdb_functions
    /// For messages.
    let column: String
    let sql: String

    /// The first `count` values of a vector.
    func values(_ vector: duckdb_vector?, _ layout: TypeLayout, count: Int) throws(EngineError) -> [SQLValue] {
        let validity = functions.vector_get_validity(vector)
        func isNull(_ row: Int) -> Bool { validity.map { $0[row >> 6] >> UInt64(row & 63) & 1 == 0 } ?? false }
        var values: [SQLValue] = []
        values.reserveCapacity(count)

        /// Values of one fixed-width type each.
        func read<T>(_: T.Type, _ convert: (T) throws(EngineError) -> SQLValue) throws(EngineError) {
            guard let data = functions.vector_get_data(vector) else { throw unreadable(layout) }
            for row in 0..<count {
                if isNull(row) {
                    values.append(.null)
                } else {
                    // 16-byte integers lie on 8-byte boundaries.
                    values.append(try convert(data.loadUnaligned(fromByteOffset: row * MemoryLayout<T>.stride, as: T.self)))
                }
            }
        }
        func readBytes(_ convert: (UnsafeRawBufferPointer) -> SQLValue) throws(EngineError) {
            guard let data = functions.vector_get_data(vector) else { throw unreadable(layout) }
            for row in 0..<count { values.append(isNull(row) ? .null : convert(Self.bytes(data + row * 16))) }
        }

        switch layout.id {
        case DUCKDB_TYPE_SQLNULL: values = [SQLValue](repeating: .null, count: count)
        case DUCKDB_TYPE_BOOLEAN: try read(UInt8.self) { .boolean($0 != 0) }
        case DUCKDB_TYPE_TINYINT: try read(Int8.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_SMALLINT: try read(Int16.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_INTEGER: try read(Int32.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_BIGINT: try read(Int64.self) { .integer($0) }
        case DUCKDB_TYPE_UTINYINT: try read(UInt8.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_USMALLINT: try read(UInt16.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_UINTEGER: try read(UInt32.self) { .integer(Int64($0)) }
        case DUCKDB_TYPE_UBIGINT: try read(UInt64.self) { Int64(exactly: $0).map { .integer($0) } ?? .decimal(String($0)) }
        case DUCKDB_TYPE_HUGEINT: try read(Int128.self) { Int64(exactly: $0).map { .integer($0) } ?? .decimal(String($0)) }
        case DUCKDB_TYPE_UHUGEINT: try read(UInt128.self) { Int64(exactly: $0).map { .integer($0) } ?? .decimal(String($0)) }
        case DUCKDB_TYPE_FLOAT: try read(Float.self) { .double(Double($0)) }
        case DUCKDB_TYPE_DOUBLE: try read(Double.self) { .double($0) }
        case DUCKDB_TYPE_DECIMAL:
            guard case .decimal(let precision, let scale) = layout.type else { throw unreadable(layout) }
            switch precision {
            case ...4: try read(Int16.self) { .decimal(ValueText.decimal(Int128($0), scale: scale)) }
            case ...9: try read(Int32.self) { .decimal(ValueText.decimal(Int128($0), scale: scale)) }
            case ...18: try read(Int64.self) { .decimal(ValueText.decimal(Int128($0), scale: scale)) }
            default: try read(Int128.self) { .decimal(ValueText.decimal($0, scale: scale)) }
            }
        case DUCKDB_TYPE_VARCHAR: try readBytes { .text(String(decoding: $0, as: UTF8.self)) }
        case DUCKDB_TYPE_BLOB: try readBytes { .blob(Array($0)) }
        case DUCKDB_TYPE_BIT: try readBytes { .text(ValueText.bits($0)) }
        case DUCKDB_TYPE_BIGNUM: try readBytes { .decimal(ValueText.bigNumber($0)) }
        case DUCKDB_TYPE_UUID: try read(Int128.self) { .text(ValueText.uuid($0)) }
        case DUCKDB_TYPE_DATE: try read(Int32.self) { .date($0) }
        case DUCKDB_TYPE_TIME: try read(Int64.self) { .time($0) }
        case DUCKDB_TYPE_TIME_NS: try read(Int64.self) { .text(ValueText.time(nanoseconds: $0)) }
        case DUCKDB_TYPE_TIME_TZ: try read(UInt64.self) { .text(ValueText.timeWithZone($0)) }
        case DUCKDB_TYPE_TIMESTAMP: try read(Int64.self) { .timestamp($0) }
        case DUCKDB_TYPE_TIMESTAMP_TZ: try read(Int64.self) { .timestampWithTimeZone($0) }
        case DUCKDB_TYPE_TIMESTAMP_S: try read(Int64.self) { raw throws(EngineError) in try timestamp(raw, times: 1_000_000) }
        case DUCKDB_TYPE_TIMESTAMP_MS: try read(Int64.self) { raw throws(EngineError) in try timestamp(raw, times: 1000) }
        case DUCKDB_TYPE_TIMESTAMP_NS: try read(Int64.self) { ValueText.timestamp(nanoseconds: $0) }
        case DUCKDB_TYPE_INTERVAL:
            try read(duckdb_interval.self) { .interval(months: $0.months, days: $0.days, microseconds: $0.microseconds) }
        case DUCKDB_TYPE_ENUM:
            guard case .enumeration(let names) = layout.type else { throw unreadable(layout) }
            switch names.count {
            case ...0xFF: try read(UInt8.self) { .text(names[Int($0)]) }
            case ...0xFFFF: try read(UInt16.self) { .text(names[Int($0)]) }
            default: try read(UInt32.self) { .text(names[Int($0)]) }
            }
        case DUCKDB_TYPE_LIST:
            let elements = try listElements(vector, layout.children[0].type)
            try read(ListEntry.self) { .list(Array(elements[$0.range])) }
        case DUCKDB_TYPE_MAP:
            let entries = functions.list_vector_get_child(vector)
            let size = Int(functions.list_vector_get_size(vector))
            let keys = try self.values(functions.struct_vector_get_child(entries, 0), layout.children[0].type, count: size)
            let items = try self.values(functions.struct_vector_get_child(entries, 1), layout.children[1].type, count: size)
            try read(ListEntry.self) { .map($0.range.map { SQLValue.Entry(key: keys[$0], value: items[$0]) }) }
        case DUCKDB_TYPE_ARRAY:
            guard case .array(_, let width) = layout.type else { throw unreadable(layout) }
            let elements = try self.values(
                functions.array_vector_get_child(vector), layout.children[0].type, count: count * width)
            for row in 0..<count {
                values.append(isNull(row) ? .null : .list(Array(elements[row * width..<(row + 1) * width])))
            }
        case DUCKDB_TYPE_STRUCT:
            var fields: [[SQLValue]] = []
            for (index, child) in layout.children.enumerated() {
                fields.append(try self.values(
                    functions.struct_vector_get_child(vector, duckdb_idx(index)), child.type, count: count))
            }
            for row in 0..<count {
                let named = layout.children.indices.map { SQLValue.Field(name: layout.children[$0].name, value: fields[$0][row]) }
                values.append(isNull(row) ? .null : .structure(named))
            }
        case DUCKDB_TYPE_UNION:
            // The tag is the first child; the members follow it.
            guard let tags = functions.vector_get_data(functions.struct_vector_get_child(vector, 0)) else { throw unreadable(layout) }
            var members: [[SQLValue]] = []
            for (index, child) in layout.children.enumerated() {
                members.append(try self.values(
                    functions.struct_vector_get_child(vector, duckdb_idx(index + 1)), child.type, count: count))
            }
            for row in 0..<count {
                values.append(isNull(row) ? .null : members[Int(tags.load(fromByteOffset: row, as: UInt8.self))][row])
            }
        default: throw unreadable(layout)
        }
        return values
    }

    private func listElements(_ vector: duckdb_vector?, _ element: TypeLayout) throws(EngineError) -> [SQLValue] {
        try values(
            functions.list_vector_get_child(vector), element, count: Int(functions.list_vector_get_size(vector)))
    }

    private func timestamp(_ raw: Int64, times factor: Int64) throws(EngineError) -> SQLValue {
        // The ends of the range stand for infinity in every unit.
        if raw == .max || raw == -.max { return .timestamp(raw) }
        let (microseconds, overflow) = raw.multipliedReportingOverflow(by: factor)
        guard !overflow else {
            throw EngineError(.conversion, "a timestamp in column \(column) is out of the range of microseconds", sql: sql)
        }
        return .timestamp(microseconds)
    }

    /// The bytes of a `duckdb_string_t`: up to 12 in place, more behind a pointer.
    private static func bytes(_ string: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
        let length = Int(string.load(as: UInt32.self))
        if length <= 12 { return UnsafeRawBufferPointer(start: string + 4, count: length) }
        return UnsafeRawBufferPointer(start: string.load(fromByteOffset: 8, as: UnsafeRawPointer.self), count: length)
    }

    private struct ListEntry {
        let offset: UInt64
        let length: UInt64
        var range: Range<Int> { Int(offset)..<Int(offset + length) }
    }

    private func unreadable(_ layout: TypeLayout) -> EngineError {
        EngineError(
            .conversion, "column \(column) has the type \(layout.type.sql), whose values cannot be read; cast it to VARCHAR", sql: sql)
    }
}
