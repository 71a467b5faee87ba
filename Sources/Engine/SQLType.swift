/// A column type as the engine sees it.
package indirect enum SQLType: Sendable, Hashable {
    case boolean
    case tinyInt, smallInt, integer, bigInt, hugeInt
    case unsignedTinyInt, unsignedSmallInt, unsignedInteger, unsignedBigInt, unsignedHugeInt
    case float, double
    case decimal(precision: Int, scale: Int)
    case varchar, blob, uuid, bit
    case date, time, interval
    /// Without zone; the second is stored in `unit`s.
    case timestamp(TimeUnit)
    case timestampWithTimeZone
    case enumeration([String])
    case list(SQLType)
    case array(SQLType, count: Int)
    case structure([SQLColumn])
    case map(key: SQLType, value: SQLType)
    /// The type of an untyped NULL.
    case null
    /// One we have no name for, by its id in the C API.
    case other(String)

    package enum TimeUnit: Sendable, Hashable { case seconds, milliseconds, microseconds, nanoseconds }
}

/// A named, typed column or struct field.
package struct SQLColumn: Sendable, Hashable {
    package let name: String
    package let type: SQLType

    package init(name: String, type: SQLType) {
        self.name = name
        self.type = type
    }
}
