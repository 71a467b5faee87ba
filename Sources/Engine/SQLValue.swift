internal import Support

/// One value of a result, or a bound parameter.
package indirect enum SQLValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Decimals, and integers beyond 64 bits, exact, as decimal text with all digits of the scale: `-12.3400`.
    case decimal(String)
    /// A FLOAT or DOUBLE.
    case double(Double)
    /// Also what has no case of its own, in the engine's text form: UUIDs, bits, enumerations, JSON, times with a zone
    /// or in nanoseconds, and timestamps in nanoseconds that are no whole microseconds.
    case text(String)
    case blob([UInt8])
    /// Days since 1970-01-01; `Int32.max` and its negative are infinite.
    case date(Int32)
    /// Microseconds since midnight.
    case time(Int64)
    /// Microseconds since 1970-01-01 00:00, without zone; `Int64.max` and its negative are infinite.
    case timestamp(Int64)
    /// Microseconds since 1970-01-01T00:00Z; `Int64.max` and its negative are infinite.
    case timestampWithTimeZone(Int64)
    case interval(months: Int32, days: Int32, microseconds: Int64)
    case list([SQLValue])
    case structure([Field])
    case map([Entry])

    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: SQLValue
        package init(name: String, value: SQLValue) {
            self.name = name
            self.value = value
        }
    }

    package struct Entry: Sendable, Hashable {
        package let key: SQLValue
        package let value: SQLValue
        package init(key: SQLValue, value: SQLValue) {
            self.key = key
            self.value = value
        }
    }
}
