import Diagnostics
import Expressions
import Support
import Testing

@Suite struct SubstitutionTests {
    /// A text of the file that calls the template, in line 9.
    static func argument(_ text: String) -> DynamicText {
        DynamicText.parse(text, path: "call.yml") { SourcePosition(line: 9, column: 20 + $0, offset: 500 + $0) }.0
    }

    static let callRange = SourceRange(path: "call.yml", start: .init(line: 9, column: 20, offset: 500), end: .init(line: 9, column: 30, offset: 510))

    func expand(_ template: String, _ arguments: [String: Substitution]) -> DynamicText {
        parse(template).0.substituting(parameters: arguments)
    }

    @Test func constantsKeepTheirType() throws {
        let expanded = expand("${{ params.N }}", ["n": Substitution(constant: 5, at: Self.callRange)])
        #expect(expanded.constant == 5 && expanded.wholeExpression?.expandedFrom == Self.callRange)
        #expect(expanded.range.path == "test.yml")
        #expect(try expanded.evaluate(in: values()).value == 5)
    }

    @Test func constantsBecomePartOfText() {
        let expanded = expand("bronze.${{ params.table }}_${{ pipeline().parameters['n'] }}", ["table": Substitution(Self.argument("orders")), "n": Substitution(constant: 1)])
        #expect(expanded.literalText == "bronze.orders_1")
        #expect(expand("${{ add(params.n, 1) }}", ["n": Substitution(constant: 1)]).description == "${{ add(1, 1) }}")
    }

    @Test func expressionsTakeThePlace() throws {
        let expanded = expand("${{ toUpper(params.t) }}-${{ params.rest }}", ["t": Substitution(Self.argument("x/${{ item() }}"))])
        var context = values()
        context.item = EvaluatedValue("y")
        context.parameters["rest"] = EvaluatedValue("z")
        #expect(try expanded.evaluate(in: context).value == "X/Y-z")
        #expect(expanded.references.usesItem && expanded.references.parameters.map(\.name) == ["rest"])
        let whole = expand("${{ params.t }}", ["t": Substitution(Self.argument("${{ params.count }}"))])
        #expect(try whole.evaluate(in: context).value == 3)
    }

    @Test func diagnosticsNameBothPlaces() throws {
        let wrongType = expand("${{ add(params.n, 1) }}", ["n": Substitution(constant: "a", at: Self.callRange)])
        let first = try #require(wrongType.check(in: ExpressionScope()).diagnostics.first)
        #expect(first.range?.path == "test.yml" && first.range?.start.column == 9)
        #expect(first.labels == [.init(Self.callRange, "the value comes from here")])

        var scope = ExpressionScope()
        scope.parameters = ["since": .string]
        let unknown = expand("${{ concat(params.t) }}", ["t": Substitution(Self.argument("${{ params.sinse }}"))])
        let second = try #require(unknown.check(in: scope).diagnostics.first)
        #expect(second.code == .expressionUnknownParameter && second.range?.path == "call.yml" && second.range?.start.line == 9)
        #expect(second.labels.map(\.range.path) == ["test.yml"] && second.labels.first?.range.start.column == 12)
    }

    @Test func evaluationErrorsNameTheArgument() {
        let expanded = expand("${{ add(params.n, 1) }}", ["n": Substitution(constant: "a", at: Self.callRange)])
        let error = #expect(throws: ExpressionError.self) { try expanded.evaluate(in: values()) }
        #expect(error?.range.path == "test.yml" && error?.expandedFrom == Self.callRange)
    }

    @Test func templatesInTemplates() throws {
        // The inner template's text, then the outer one's arguments, whichever is expanded first.
        let inner = expand("${{ concat(params.a, 'b') }}", ["a": Substitution(Self.argument("${{ params.outer }}"))])
        let both = inner.substituting(parameters: ["outer": Substitution(constant: "o")])
        #expect(try both.evaluate(in: values()).value == "ob")
    }

    @Test func growthIsBounded() throws {
        var text = Self.argument("${{ item() }}")
        for _ in 0..<60 { text = expand("${{ concat(params.x, params.x) }}", ["x": Substitution(text)]) }
        #expect(text.check(in: ExpressionScope()).diagnostics.map(\.code) == [.expressionTooLarge])
        #expect(throws: ExpressionError.self) { try text.evaluate(in: values()) }
        #expect(text.references.usesItem == false)
    }
}
