/// Text that names no type of the engine.
package struct SQLTypeError: Error, Sendable, Hashable {
    /// What is wrong, in words: `"BIGNIT" is no type`.
    package let message: String
    /// Byte of the text at which it is.
    package let offset: Int
    /// The name that came nearest to being a type, for a suggestion.
    package let unknownName: String?
}

extension SQLType {
    /// Reads a type as SQL writes it, by any of its names, without an engine: `bigint`, `NUMERIC(18, 2)`,
    /// `STRUCT(a INTEGER, "b c" VARCHAR[])`. The inverse of `sql`.
    package init(parsing text: String) throws(SQLTypeError) {
        var parser = SQLTypeParser(text)
        self = try parser.parse()
    }

    /// Names of types without arguments, in lower case, as DuckDB's own `duckdb_types()` lists them.
    static let byName: [String: SQLType] = {
        let groups: [(SQLType, [String])] = [
            (.boolean, ["boolean", "bool", "logical"]), (.tinyInt, ["tinyint", "int1"]),
            (.smallInt, ["smallint", "int2", "int16", "short"]),
            (.integer, ["integer", "int", "int4", "int32", "integral", "signed"]),
            (.bigInt, ["bigint", "int8", "int64", "long", "oid"]), (.hugeInt, ["hugeint", "int128"]),
            (.unsignedTinyInt, ["utinyint", "uint8"]), (.unsignedSmallInt, ["usmallint", "uint16"]),
            (.unsignedInteger, ["uinteger", "uint32"]), (.unsignedBigInt, ["ubigint", "uint64"]),
            (.unsignedHugeInt, ["uhugeint", "uint128"]), (.float, ["float", "float4", "real"]),
            (.double, ["double", "float8", "double precision"]),
            (
                .varchar,
                [
                    "varchar", "text", "string", "char", "bpchar", "nvarchar", "character", "character varying",
                    "national character", "national character varying", "nchar", "json",
                ]
            ),
            (.blob, ["blob", "bytea", "binary", "varbinary"]), (.uuid, ["uuid", "guid"]), (.bit, ["bit", "bitstring"]),
            (.date, ["date"]), (.time, ["time", "time without time zone"]), (.interval, ["interval"]),
            (.timestamp(.seconds), ["timestamp_s"]), (.timestamp(.milliseconds), ["timestamp_ms"]),
            (.timestamp(.microseconds), ["timestamp", "timestamp_us", "datetime", "timestamp without time zone"]),
            (.timestamp(.nanoseconds), ["timestamp_ns"]),
            (.timestampWithTimeZone, ["timestamptz", "timestamp with time zone"]),
            (.other("TIME WITH TIME ZONE"), ["timetz", "time with time zone"]), (.other("TIME_NS"), ["time_ns"]),
            (.other("BIGNUM"), ["bignum", "varint"]), (.other("GEOMETRY"), ["geometry"]), (.other("VARIANT"), ["variant"]),
        ]
        return Dictionary(uniqueKeysWithValues: groups.flatMap { type, names in names.map { ($0, type) } })
    }()

    /// Names to suggest where a type is mistyped.
    package static let names: [String] = ([
        "DECIMAL", "STRUCT", "MAP", "ENUM", "UNION",
    ] + byName.keys.map { $0.uppercased() }).sorted()
}
