import Diagnostics
import Expressions
import Support
import Testing

@Suite struct DynamicTextTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("costs $5 {x}", "costs $5 {x}"), ("a $${{ b }} c", "a ${{ b }} c"), ("$${{", "${{"), ("$$${{ x", "$${{ x"),
    ])
    func literals(_ text: String, _ wanted: String) {
        let (parsed, diagnostics) = parse(text)
        #expect(diagnostics.isEmpty && parsed.isLiteral && parsed.wholeExpression == nil)
        #expect(parsed.literalText == wanted)
        #expect(parsed.constant == .string(wanted))
    }

    @Test(arguments: [
        ("${{ params.count }}", 3), ("\n  ${{params.count}} \t", 3), ("n=${{ params.count }}", "n=3"), ("${{ params.count }}${{ params.count }}", "33"),
        ("${{ variables('seen') }}", ["a", "b"]), ("seen: ${{ variables('seen') }}", "seen: [\"a\",\"b\"]"), ("${{ true }}/${{ null }}/${{ 1.5 }}", "True//1.5"),
        ("${{ '}}' }}", "}}"), ("it's ${{ 'a''b' }}'s", "it's a'b's"), ("$${{ x }}: ${{ 1 }}", "${{ x }}: 1"), ("bronze.${{ item().name }}", "bronze.orders"),
    ] as [(String, JSONValue)])
    func values(_ text: String, _ wanted: JSONValue) throws {
        let (parsed, diagnostics) = parse(text)
        #expect(diagnostics.isEmpty && !parsed.isLiteral)
        var context = ExpressionsTests.values()
        context.item = EvaluatedValue(["name": "orders"])
        #expect(try parsed.evaluate(in: context).value == wanted)
    }

    @Test(arguments: [
        ("${{ }}", "there is no expression between ${{ and }}", 4, 5), ("a ${{ params.x", "this expression is not closed", 3, 6),
        ("${{ concat('a) }}", "this text is not closed", 12, 16), ("${{ concat('a' }}", "this bracket is not closed", 11, 12), ("${{ concat('a', }}", "the expression ends too early", 17, 17),
        ("${{ concat('a' 'b') }}", "expected ',' or ')', found \"b\"", 16, 19), ("${{ params.a b }}", "expected the end of the expression, found 'b'", 14, 15),
        ("${{ params. }}", "expected the name of a property after '.'", 13, 13), ("${{ params.a['b' }}", "this bracket is not closed", 13, 14),
        ("${{ 1 + 2 }}", "there is no operator '+'", 7, 8), ("${{ a == b }}", "there is no operator '=='", 7, 9), ("${{ 'a' == 'b' }}", "there is no operator '=='", 9, 11),
        ("${{ \"a\" }}", "text is not written in double quotes", 5, 6), ("${{ utcNow }}", "'utcNow' is a function", 5, 11), ("${{ foo }}", "unknown name 'foo'", 5, 8),
        ("${{ @pipeline() }}", "no '@' stands inside ${{ }}", 5, 6), ("${{ 12abc }}", "a number ends in letters", 5, 10), ("${{ 99999999999999999999 }}", "the number is outside the range of 64 bits", 5, 25),
        ("${{ (1) }}", "expected a value or a function, found '('", 5, 6), ("${{ 1e999 }}", "this is no number", 5, 10),
    ])
    func syntaxErrors(_ text: String, _ message: String, _ start: Int, _ end: Int) throws {
        let (parsed, diagnostics) = parse(text)
        let diagnostic = try #require(diagnostics.first)
        #expect(diagnostics.count == 1 && diagnostic.code == .expressionSyntax)
        #expect(diagnostic.message == message)
        #expect(diagnostic.range?.start.column == start && diagnostic.range?.end.column == end, "\(String(describing: diagnostic.range))")
        #expect(parsed.expressions.contains { !$0.isValid })
        #expect(throws: ExpressionError.self) { try parsed.evaluate(in: ExpressionsTests.values()) }
    }

    @Test func severalExpressionsAreAllReported() {
        let (_, diagnostics) = parse("${{ 1 + 2 }} and ${{ concat( }} and ${{ 'fine' }}")
        #expect(diagnostics.map(\.range?.start.column) == [7, 30])
    }

    @Test func rangesOfNodesFollowTheFile() throws {
        // A text that begins in column 11 of line 3, and goes on in column 5 of line 4 after its byte 8.
        let (parsed, _) = DynamicText.parse("${{ add(\n  nope(1), 2) }}", path: "p.yml") { offset in
            offset <= 8
                ? SourcePosition(line: 3, column: 11 + offset, offset: 100 + offset)
                : SourcePosition(line: 4, column: 5 + offset - 9, offset: 104 + offset)
        }
        let diagnostic = try #require(parsed.check(in: ExpressionScope()).diagnostics.first)
        #expect(diagnostic.range?.path == "p.yml")
        #expect(diagnostic.range?.start == SourcePosition(line: 4, column: 7, offset: 115))
        #expect(diagnostic.range?.end.column == 11)
    }

    @Test func normalSpelling() {
        let (parsed, _) = parse("a$${{${{  TOUPPER( Pipeline().Parameters.x ,'it''s',-1.5 )?[0]  }}")
        #expect(parsed.description == "a$${{${{ toUpper(params.x, 'it''s', -1.5)?[0] }}")
        let (again, _) = parse(parsed.description)
        #expect(again.description == parsed.description)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["(", "not(", "params[", "createArray(1,", "-", "'a", "a.", "${{"])
    func hostileText(_ piece: String) {
        let (parsed, diagnostics) = parse("${{ " + String(repeating: piece, count: 100_000) + " }}")
        #expect(!diagnostics.isEmpty)
        _ = parsed.check(in: ExpressionScope())
    }

    @Test(.timeLimit(.minutes(1))) func hostileChainsAndLists() {
        #expect(parse("${{ params" + String(repeating: ".a", count: 100_000) + " }}").1.first?.message == "the expression is nested deeper than 128 levels")
        #expect(parse("${{ concat(" + String(repeating: "1,", count: 100_000) + "1) }}").1.first?.message == "the expression has more than 10000 parts")
        let long = String(repeating: "x", count: 5_000_000)
        #expect(parse("${{ '\(long)' }}").0.constant == .string(long))
    }

    @Test func resultsAreLimited() throws {
        var context = ExpressionsTests.values()
        context.parameters = ["long": EvaluatedValue(.string(String(repeating: "a", count: 1 << 20)))]
        #expect(try failure("replace(params.long, 'a', params.long)", context) == "replace: the result is longer than 64 MB")
        let concat = "concat(\(Array(repeating: "params.long", count: 70).joined(separator: ",")))"
        #expect(try failure(concat, context) == "concat: the result is longer than 64 MB")
        #expect(throws: ExpressionError.self) {
            try parse(String(repeating: "${{ params.long }}-", count: 70)).0.evaluate(in: context)
        }
    }
}
