import Testing

import Engine
import Support

/// A value in SQL with what it should be read as.
struct TypeCase: Sendable, CustomTestStringConvertible {
    let sql: String
    let type: SQLType
    let value: SQLValue
    /// Whether the value can be bound as a parameter and compares equal to what it was read from.
    let binds: Bool

    init(_ sql: String, _ type: SQLType, _ value: SQLValue, binds: Bool = true) {
        self.sql = sql
        self.type = type
        self.value = value
        self.binds = binds
    }

    var testDescription: String { sql }
}

private let microsecondsOfDay: Int64 = 36_672_500_000
private let day: Int64 = 86_400_000_000

let typeCases: [TypeCase] = [
    TypeCase("true", .boolean, .boolean(true)),
    TypeCase("(-128)::TINYINT", .tinyInt, .integer(-128)),
    TypeCase("(-32768)::SMALLINT", .smallInt, .integer(-32768)),
    TypeCase("(-2147483648)::INTEGER", .integer, .integer(-2_147_483_648)),
    TypeCase("(-9223372036854775808)::BIGINT", .bigInt, .integer(.min)),
    TypeCase("255::UTINYINT", .unsignedTinyInt, .integer(255)),
    TypeCase("65535::USMALLINT", .unsignedSmallInt, .integer(65535)),
    TypeCase("4294967295::UINTEGER", .unsignedInteger, .integer(4_294_967_295)),
    TypeCase("18446744073709551615::UBIGINT", .unsignedBigInt, .decimal("18446744073709551615")),
    TypeCase("7::UBIGINT", .unsignedBigInt, .integer(7)),
    TypeCase("(-170141183460469231731687303715884105728)::HUGEINT", .hugeInt, .decimal("-170141183460469231731687303715884105728")),
    TypeCase("7::HUGEINT", .hugeInt, .integer(7)),
    TypeCase("340282366920938463463374607431768211455::UHUGEINT", .unsignedHugeInt, .decimal("340282366920938463463374607431768211455")),
    TypeCase("0.1::FLOAT", .float, .double(Double(Float(0.1)))),
    TypeCase("0.1::DOUBLE", .double, .double(0.1)),
    TypeCase("'-inf'::DOUBLE", .double, .double(-.infinity)),
    TypeCase("1e16::DOUBLE", .double, .double(1e16)),
    TypeCase("1e-5::DOUBLE", .double, .double(1e-5)),
    TypeCase("(-0.05)::DECIMAL(4,2)", .decimal(precision: 4, scale: 2), .decimal("-0.05")),
    TypeCase("(-1234567.89)::DECIMAL(9,2)", .decimal(precision: 9, scale: 2), .decimal("-1234567.89")),
    TypeCase("1.5::DECIMAL(18,3)", .decimal(precision: 18, scale: 3), .decimal("1.500")),
    TypeCase("12::DECIMAL(10,0)", .decimal(precision: 10, scale: 0), .decimal("12")),
    TypeCase(
        "99999999999999999999999999999999.999999::DECIMAL(38,6)", .decimal(precision: 38, scale: 6),
        .decimal("99999999999999999999999999999999.999999")),
    TypeCase("'twelve bytes'", .varchar, .text("twelve bytes")),
    TypeCase("'thirteen bytes'", .varchar, .text("thirteen bytes")),
    TypeCase("'é' || chr(0) || '😀'", .varchar, .text("é\u{0}😀")),
    TypeCase("''", .varchar, .text("")),
    TypeCase("'\\x00\\xFFab'::BLOB", .blob, .blob([0, 255, 97, 98])),
    TypeCase("''::BLOB", .blob, .blob([])),
    TypeCase("uuid 'eed343c4-a123-49bd-9faf-e74487a05836'", .uuid, .text("eed343c4-a123-49bd-9faf-e74487a05836")),
    TypeCase("uuid '0fb52e01-e122-467a-ace5-f4591a58080d'", .uuid, .text("0fb52e01-e122-467a-ace5-f4591a58080d")),
    TypeCase("'1010'::BIT", .bit, .text("1010")),
    TypeCase("'010101010'::BIT", .bit, .text("010101010")),
    TypeCase("date '2024-02-29'", .date, .date(19782)),
    TypeCase("date '0044-03-15 (BC)'", .date, .date(-735_160)),
    TypeCase("date 'infinity'", .date, .date(.max)),
    TypeCase("date '-infinity'", .date, .date(-.max)),
    TypeCase("time '10:11:12.5'", .time, .time(microsecondsOfDay)),
    TypeCase("timestamp '1970-01-02 10:11:12.5'", .timestamp(.microseconds), .timestamp(day + microsecondsOfDay)),
    TypeCase("timestamp '1969-12-31 23:59:59.999999'", .timestamp(.microseconds), .timestamp(-1)),
    TypeCase("timestamp '0044-03-15 (BC) 10:11:12.5'", .timestamp(.microseconds), .timestamp(-735_160 * day + microsecondsOfDay)),
    TypeCase("timestamptz '0001-12-31 (BC) 00:00:00+00'", .timestampWithTimeZone, .timestampWithTimeZone(-719_163 * day)),
    TypeCase("timestamp '12024-01-01 00:00:00'", .timestamp(.microseconds), .timestamp(3_672_148 * day)),
    TypeCase("timestamp 'infinity'", .timestamp(.microseconds), .timestamp(.max)),
    TypeCase("timestamp_s '1970-01-02 10:11:12'", .timestamp(.seconds), .timestamp(day + 36_672_000_000)),
    TypeCase("timestamp_s '-infinity'", .timestamp(.seconds), .timestamp(-.max)),
    TypeCase("timestamp_ms '1970-01-02 10:11:12.5'", .timestamp(.milliseconds), .timestamp(day + microsecondsOfDay)),
    TypeCase("timestamp_ns '1970-01-02 10:11:12.5'", .timestamp(.nanoseconds), .timestamp(day + microsecondsOfDay)),
    TypeCase("timestamp_ns '1969-01-02 10:11:12.500000001'", .timestamp(.nanoseconds), .text("1969-01-02 10:11:12.500000001")),
    TypeCase("timestamptz '1970-01-02 12:11:12.5+02'", .timestampWithTimeZone, .timestampWithTimeZone(day + microsecondsOfDay)),
    TypeCase("timetz '10:11:12.5+01:30'", .other("TIME WITH TIME ZONE"), .text("10:11:12.5+01:30")),
    TypeCase("timetz '10:11:12-05:30:07'", .other("TIME WITH TIME ZONE"), .text("10:11:12-05:30:07")),
    TypeCase("'10:11:12.000000001'::TIME_NS", .other("TIME_NS"), .text("10:11:12.000000001")),
    TypeCase(
        "interval '-14 months 3 days -04:05:06.5'", .interval, .interval(months: -14, days: 3, microseconds: -14_706_500_000)),
    TypeCase("interval '0 s'", .interval, .interval(months: 0, days: 0, microseconds: 0)),
    TypeCase("'-123456789012345678901234567890123456789012345'::BIGNUM", .other("BIGNUM"), .decimal("-123456789012345678901234567890123456789012345"), binds: false),
    TypeCase("1000000000000000000000::BIGNUM", .other("BIGNUM"), .decimal("1000000000000000000000")),
    TypeCase("0::BIGNUM", .other("BIGNUM"), .decimal("0")),
    TypeCase("'b'::ENUM('a', 'b', 'it''s')", .enumeration(["a", "b", "it's"]), .text("b")),
    TypeCase("NULL", .integer, .null, binds: false),
    TypeCase("NULL::INTEGER", .integer, .null, binds: false),
    TypeCase("[1, NULL, 3]", .list(.integer), .list([.integer(1), .null, .integer(3)])),
    TypeCase("[]::VARCHAR[]", .list(.varchar), .list([])),
    TypeCase("[['a b'], [], NULL]", .list(.list(.varchar)), .list([.list([.text("a b")]), .list([]), .null]), binds: false),
    TypeCase("[1.5, 2.5]::DOUBLE[2]", .array(.double, count: 2), .list([.double(1.5), .double(2.5)])),
    TypeCase(
        "{'a': 1, 'b c': [date '1970-01-02']}",
        .structure([SQLColumn(name: "a", type: .integer), SQLColumn(name: "b c", type: .list(.date))]),
        .structure([.init(name: "a", value: .integer(1)), .init(name: "b c", value: .list([.date(1)]))])),
    TypeCase(
        "MAP {'k': 1, 'l=m': NULL}", .map(key: .varchar, value: .integer),
        .map([.init(key: .text("k"), value: .integer(1)), .init(key: .text("l=m"), value: .null)])),
    TypeCase("MAP {}::MAP(INTEGER, VARCHAR)", .map(key: .integer, value: .varchar), .map([])),
    TypeCase(
        "union_value(number := 2)::UNION(name VARCHAR, number INTEGER)", .other("UNION(\"name\" VARCHAR, \"number\" INTEGER)"), .integer(2),
        binds: false),
    TypeCase("'{\"a\": 1}'::JSON", .varchar, .text("{\"a\": 1}"), binds: false),
    TypeCase(
        "['d,e', 'it''s', '', 'Null', ' x', 'y ', 'a\\b', 'a=b', 'a b', 'é']", .list(.varchar),
        .list([.text("d,e"), .text("it's"), .text(""), .text("Null"), .text(" x"), .text("y "), .text("a\\b"), .text("a=b"), .text("a b"), .text("é")])),
    TypeCase("[timestamp '1970-01-02 10:11:12.5']", .list(.timestamp(.microseconds)), .list([.timestamp(day + microsecondsOfDay)])),
    TypeCase(
        "row(1, 'a:b')", .structure([SQLColumn(name: "", type: .integer), SQLColumn(name: "", type: .varchar)]),
        .structure([.init(name: "", value: .integer(1)), .init(name: "", value: .text("a:b"))]), binds: false),
]

@Suite struct ValueTests {
    /// One engine for all: each case is read, described, printed and bound.
    @Test func everyTypeRoundTrips() async throws {
        try await TestEngine.withSession { session async throws in
            for item in typeCases {
                do {
                    let rows = try await session.query("SELECT \(item.sql) AS v, CAST(\(item.sql) AS VARCHAR) AS t")
                    #expect(rows.columns[0].type == item.type, "\(item.sql)")
                    #expect(rows.rows[0][0] == item.value, "\(item.sql)")
                    let text: SQLValue = item.value == .null ? .null : .text(item.value.displayText(as: item.type))
                    #expect(rows.rows[0][1] == text, "\(item.sql)")
                    #expect(try await session.describe("SELECT \(item.sql) AS v") == [SQLColumn(name: "v", type: item.type)], "\(item.sql)")
                    if item.binds {
                        let equal = try await session.query("SELECT \(item.sql) = $1", [item.value])
                        #expect(equal.rows == [[.boolean(true)]], "\(item.sql)")
                    }
                } catch {
                    Issue.record("\(item.sql): \(error)")
                }
            }
        }
    }

    /// NULLs, and more rows than a vector holds, in every type at once.
    @Test func nullsAndManyRows() async throws {
        try await TestEngine.withSession { session async throws in
            for item in typeCases where item.value != .null {
                let rows = try await session.query("SELECT v FROM range(5000) r(i) LEFT JOIN (SELECT \(item.sql) AS v) x ON i % 3 <> 0 ORDER BY i")
                #expect(rows.rows.count == 5000, "\(item.sql)")
                let isRight = rows.rows.enumerated().allSatisfy { $1 == [$0 % 3 == 0 ? .null : item.value] }
                #expect(isRight, "\(item.sql)")
            }
        }
    }

    @Test func enumerationsOfAllWidths() async throws {
        try await TestEngine.withSession { session async throws in
            for count in [255, 256, 65535, 65536] {
                try await session.execute("CREATE OR REPLACE TYPE e AS ENUM (SELECT 'v' || range FROM range(\(count)))")
                let rows = try await session.query("SELECT 'v0'::e, 'v\(count - 1)'::e")
                #expect(rows.rows == [[.text("v0"), .text("v\(count - 1)")]])
            }
        }
    }

    @Test func typesAsSQLMakeTheSameTypes() async throws {
        try await TestEngine.withSession { session async throws in
            for item in typeCases {
                if case .other = item.type { continue }
                if case .structure(let fields) = item.type, fields.contains(where: { $0.name.isEmpty }) { continue }
                let columns = try await session.describe("SELECT NULL::\(item.type.sql) AS v")
                #expect(columns.first?.type == item.type, "\(item.type.sql)")
            }
        }
    }

    @Test func unreadableTypesSaySo() async throws {
        try await TestEngine.withSession { session async throws in
            let error = await TestEngine.engineError { _ = try await session.query("SELECT 1::VARIANT AS anything") }
            #expect(error?.kind == .conversion)
            #expect(error?.message.contains("column anything has the type VARIANT") == true)
        }
    }

    @Test func parametersThatCannotBe() async throws {
        try await TestEngine.withSession { session async throws in
            for value: SQLValue in [
                .decimal("1234567890123456789012345678901234567890.5"), .decimal("1e5"), .decimal(""), .decimal("1.-5"),
                .list([.integer(1), .text("a")]),
            ] {
                let error = await TestEngine.engineError { _ = try await session.query("SELECT $1", [value]) }
                #expect(error?.kind == .binder, "\(value)")
            }
            #expect(await TestEngine.engineError { _ = try await session.query("SELECT $1, $2", [.null]) }?.kind == .binder)
        }
    }

    @Test(arguments: [
        (SQLValue.decimal("12.50"), JSONValue.double(12.5)), (.decimal("12.00"), 12), (.decimal("-0.1"), .double(-0.1)),
        (.decimal("12345678901234567.89"), "12345678901234567.89"), (.decimal("123456789012345678901"), "123456789012345678901"),
        (.double(.nan), "nan"), (.double(-.infinity), "-inf"), (.double(1), .double(1)), (.integer(-3), -3), (.null, nil),
        (.blob([]), ""), (.blob([1]), "AQ=="), (.blob([1, 2]), "AQI="), (.blob([1, 2, 255]), "AQL/"),
        (.date(0), "1970-01-01"), (.time(1), "00:00:00.000001"), (.timestamp(500_000), "1970-01-01T00:00:00.5"),
        (.timestampWithTimeZone(0), "1970-01-01T00:00:00Z"), (.timestamp(.max), "infinity"),
        (.interval(months: 1, days: 0, microseconds: 0), "1 month"), (.list([.boolean(true), .null]), [true, nil]),
        (.structure([.init(name: "a", value: .text("x"))]), ["a": "x"]),
        (.map([.init(key: .text("k"), value: .integer(1))]), ["k": 1]),
        (.map([.init(key: .integer(1), value: .null)]), [["key": 1, "value": nil]]),
    ] as [(SQLValue, JSONValue)])
    func valuesAsJSON(value: SQLValue, json: JSONValue) {
        #expect(value.json == json)
    }
}
