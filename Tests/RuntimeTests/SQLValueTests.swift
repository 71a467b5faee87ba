import Assets
import Engine
import Expressions
import Support
import Testing

/// What the engine makes of values that were put into SQL.
@Suite struct SQLValueTests {
    /// A place, and what stands around the value in the result.
    struct Place: Sendable, CustomTestStringConvertible {
        let sql: String
        var before = ""
        var after = ""
        var testDescription: String { sql.debugDescription }
    }

    private static let places: [Place] = [
        Place(sql: "select ${{ params.x }} as a"),
        Place(sql: "select [${{ params.x }}, 'b'][1] as a"),
        Place(sql: "select '${{ params.x }}' as a"),
        Place(sql: "select 'it''s ${{ params.x }}\\' as a", before: "it's ", after: "\\"),
        Place(sql: "select n'${{ params.x }}' as a"),
        Place(sql: "select 'a'\n${{ params.x }} as a", before: "a"),
        Place(sql: "select E'${{ params.x }}' as a"),
        Place(sql: "select e'it\\'s ${{ params.x }}\\\\' as a", before: "it's ", after: "\\"),
        Place(sql: "select E'it''s ${{ params.x }}' as a", before: "it's "),
        Place(sql: "select E'a'\n'${{ params.x }}' as a", before: "a"),
        Place(sql: "select E'a' -- it's\n  '\\'${{ params.x }}' as a", before: "a'"),
        Place(sql: "select E'a'\n${{ params.x }} as a", before: "a"),
        Place(sql: "select E'a' || '\\' || '${{ params.x }}' as a", before: "a\\"),
        Place(sql: "select 1e3::integer || e'\\'${{ params.x }}' as a", before: "1000'"),
        Place(sql: "select $$ ' $$ || '${{ params.x }}' as a", before: " ' "),
        Place(sql: "select $t$ $$ $T$ $t$ || ${{ params.x }} as a", before: " $$ $T$ "),
        Place(sql: "select b$$ || '${{ params.x }}' as a from (select 'b' as b$$)", before: "b"),
        Place(sql: "select /* ' /* ' */ ' */ '${{ params.x }}' as a"),
        Place(sql: "select /* ${{ params.x }} */ ${{ params.x }} as a"),
        Place(sql: "select /* * ${{ params.x }}/ ' */ '${{ params.x }}' as a"),
        Place(sql: "select /* x */* from (select ${{ params.x }} as a)"),
        Place(sql: "-- ${{ params.x }}\nselect '${{ params.x }}' as a -- ${{ params.x }}"),
        Place(sql: "-- it's\rselect '${{ params.x }}' as a"),
        Place(sql: "select \"it's\" || '${{ params.x }}' as a from (select 'b' as \"it's\")", before: "b"),
        Place(sql: "select t.${{ params.x }} as a from (select 'b${{ params.x }}' as \"${{ params.x }}\") as t", before: "b"),
    ]

    private static let parts = [
        "'", "''", "\"", "\\", "\\\\", "$", "$$", "$t$", "--", "/*", "*/", "*", "/", "\n", "\r", "\t", ";", "(", ")", "||", ", 2 as b", " as b",
        "E'", "x", "1", " ", "é", "select", "${{ }}", "%", "\u{1}",
    ]

    private func value(_ random: inout Xorshift) -> String {
        var text = ""
        for _ in 0...Int.random(in: 0..<8, using: &random) { text += Self.parts.randomElement(using: &random)! }
        return text
    }

    /// It comes back as it was, and the query is what it was.
    @Test(arguments: places) func valuesStayValues(place: Place) async throws {
        let text = SQLText.parse(file: place.sql, path: "a.sql").text
        try await TestEngine.withSession { session in
            var random = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
            for _ in 0..<120 {
                let value = value(&random)
                let rendered = text.render { _ in TypedValue(.string(value), .string) }
                try #require(rendered.misplaced.isEmpty)
                let found = try await session.query(rendered.sql, [])
                #expect(found.columns.map(\.name) == ["a"], "\(rendered.sql)")
                #expect(found.rows == [[.text(place.before + value + place.after)]], "\(rendered.sql)")
            }
        }
    }

    private static let rounds = 10_000
    private static let pieces = [
        "'", "'", "e'", " E'", "$$", "$t$", "x'", "\\", "/*", "*/", "--", "\n", "\r", "\"", "||", "||", "''", " ", "a", "1", "é", "\u{A0}", "-", "*", "/",
        "$", ",", "'b'", "${{ params.x }}", "${{ params.x }}", "'${{ params.x }}'",
    ]

    /// SQL of pieces that the lexer takes together: where it is a query with a harmless value, it is the same query with any.
    @Test func queriesStayQueries() async throws {
        var random = Xorshift(state: 88_172_645_463_325_252)
        var compared = 0
        try await TestEngine.withSession { session in
            for _ in 0..<Self.rounds {
                var sql = "select 'c' || "
                for _ in 0...Int.random(in: 2..<14, using: &random) { sql += Self.pieces.randomElement(using: &random)! }
                let text = SQLText.parse(file: sql + "\n", path: "a.sql").text
                func rendered(_ value: String) -> RenderedSQL { text.render { _ in TypedValue(.string(value), .string) } }
                let harmless = rendered("qqq")
                guard !text.dynamic.isLiteral, harmless.misplaced.isEmpty, let known = try? await session.query(harmless.sql, []) else { continue }
                compared += 1
                for _ in 0..<8 {
                    let value = value(&random)
                    let query = rendered(value).sql
                    guard let found = try? await session.query(query, []) else {
                        Issue.record("\(harmless.sql) is a query, and this is none: \(query)")
                        continue
                    }
                    let expected = known.rows.map { row in
                        row.map { if case .text(let text) = $0 { SQLValue.text(text.replacing("qqq", with: value)) } else { $0 } }
                    }
                    #expect(found.rows == expected, "\(query)")
                }
            }
        }
        #expect(compared > Self.rounds / 200)
    }

    @Test(arguments: [0, 0.1, 1.5, -1.5, 5, 1e22, 1e-7, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1 + 0.2] as [Double])
    func numbersKeepTypeAndValue(number: Double) async throws {
        let text = SQLText.parse(file: "select ${{ params.x }} as a, 1 -${{ params.x }} as b", path: "a.sql").text
        let rendered = text.render { _ in TypedValue(.double(number), .float) }
        let found = try await TestEngine.withSession { try await $0.query(rendered.sql, []) }
        #expect(found.columns.map(\.type) == [.double, .double])
        #expect(found.rows == [[.double(number), .double(1 - number)]])
    }
}

/// The same numbers every time.
private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
