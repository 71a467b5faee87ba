import Diagnostics
import Expressions
import Support
import Testing

@Suite struct CheckTests {
    static var scope: ExpressionScope {
        var scope = ExpressionScope()
        scope.parameters = ["since": .string, "count": .integer, "any": .any]
        scope.globalParameters = ["region": .string]
        scope.variables = ["seen": .array, "flag": .boolean]
        scope.activities = ["Lookup", "Copy", "Later"]
        scope.upstream = ["Lookup"]
        scope.environmentValues = ["region"]
        scope.secrets = ["erp-password"]
        scope.timeZones = .system
        return scope
    }

    static func check(_ expression: String, _ scope: ExpressionScope = scope) -> (type: ExpressionType, diagnostics: [Diagnostic]) {
        let (text, diagnostics) = parse("${{ \(expression) }}")
        let result = text.check(in: scope)
        return (result.type, diagnostics + result.diagnostics)
    }

    @Test(arguments: [
        ("params.since", .string), ("pipeline().parameters.COUNT", .integer), ("pipeline().globalParameters.region", .string), ("variables('seen')", .array), ("activity('lookup').output.firstRow.id", .any), ("activity('Lookup').status", .string),
        ("add(1, 2)", .integer), ("add(params.count, 2)", .integer), ("add(params.count, 2.5)", .float), ("add(params.any, 2)", .any), ("concat('a', params.count)", .string), ("if(variables('flag'), 1, 2.5)", .float),
        ("if(true, 'a', 1)", .any), ("coalesce(null, params.since)", .string), ("first('abc')", .string), ("take(variables('seen'), 1)", .array), ("createArray(1)", .array), ("json('{}')", .object), ("utcNow()", .string), ("secret('erp-password')", .string),
        ("env('X')", .string), ("environment().variables.region", .any), ("environment().name", .string), ("trigger().scheduledTime", .string), ("run().id", .string), ("pipeline().RunId", .string), ("max(1, params.count)", .integer), ("string(1)", .string), ("params.any.x[0]", .any),
        ("convertFromUtc(utcNow(), 'W. Europe Standard Time')", .string), ("null", .null),
    ] as [(String, ExpressionType)])
    func types(_ expression: String, _ type: ExpressionType) {
        let result = Self.check(expression)
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect(result.type == type)
    }

    @Test(arguments: [
        ("toUppr('a')", .expressionUnknownFunction, "there is no function 'toUppr'", "did you mean \"toUpper\"?"), ("substring('abc')", .expressionArgumentCount, "substring takes 2 to 3 arguments, not 1", "write substring(text, startIndex, length?)"),
        ("utcNow('a', 'b')", .expressionArgumentCount, "utcNow takes 0 to 1 arguments, not 2", "write utcNow(format?)"), ("and(true)", .expressionArgumentCount, "and takes at least 2 arguments, not 1", "write and(expression, expression...)"),
        ("add('1', 2)", .expressionArgumentType, "add takes an integer or a float as summand1, not a string", nil), ("length(params.count)", .expressionArgumentType, "length takes a string or an array as collection, not an integer", nil),
        ("not(params.since)", .expressionArgumentType, "not takes a boolean as expression, not a string", nil), ("addDays(params.since, 1.5)", .expressionArgumentType, "addDays takes an integer as days, not a float", nil), ("params.since.x", .expressionArgumentType, "a string has no properties", nil),
        ("params.sinse", .expressionUnknownParameter, "there is no parameter 'sinse'", "did you mean \"since\"?"), ("pipeline().globalParameters.regio", .expressionUnknownParameter, "there is no global parameter 'regio'", "did you mean \"region\"?"),
        ("variables('sen')", .expressionUnknownVariable, "there is no variable 'sen'", "did you mean \"seen\"?"), ("environment().variables.regoin", .expressionUnknownVariable, "there is no variable of the environment 'regoin'", "did you mean \"region\"?"),
        ("activity('Lokup').output", .expressionUnknownActivity, "there is no activity 'Lokup'", "did you mean \"Lookup\"?"), ("activity('copy').output", .expressionActivityNotUpstream, "the activity 'copy' may not have ended here", "add it to dependsOn"),
        ("secret('erp-pasword')", .expressionUnknownSecret, "there is no secret 'erp-pasword'", "did you mean \"erp-password\"?"), ("pipeline().RunID2", .expressionUnknownProperty, "pipeline() has no property 'RunID2'", "did you mean \"RunId\"?"),
        ("activity('Lookup').outptu", .expressionUnknownProperty, "activity() has no property 'outptu'", "did you mean \"output\"?"), ("item().x", .expressionNoItem, "there is no item here", nil),
        ("div(1, 0)", .expressionAlwaysFails, "div fails: the divisor is 0", nil), ("addToTime(params.since, 1, concat('Da', 'ys'))", nil, "", nil), ("int('x')", .expressionAlwaysFails, "int fails: 'x' is no whole number of 64 bits", nil),
        ("convertFromUtc(utcNow(), 'Europe/Berln')", .expressionUnknownTimeZone, "there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?", nil), ("secret(params.since)", .expressionDynamicName, "this name is computed and cannot be checked", nil),
    ] as [(String, DiagnosticCode?, String, String?)])
    func findings(_ expression: String, _ code: DiagnosticCode?, _ message: String, _ help: String?) {
        let found = Self.check(expression).diagnostics
        #expect(found.count == (code == nil ? 0 : 1))
        #expect(found.first?.code == code && found.first?.help == help)
        #expect(found.first?.message ?? "" == message)
    }

    @Test func whatIsUnknownIsNotChecked() {
        for expression in ["params.x", "variables('x')", "activity('x').output", "secret('x')", "environment().variables.x", "convertFromUtc(utcNow(), 'Mars')", "pipeline().globalParameters.x"] {
            #expect(Self.check(expression, ExpressionScope()).diagnostics.isEmpty, "\(expression)")
        }
        #expect(Self.check("item()", ExpressionScope(isItemAvailable: true)).diagnostics.isEmpty)
    }

    @Test(arguments: [
        ("if(equals(1, 1), 'a', div(1, 0))", .string), ("if(false, add('a', 1), 2)", .integer), ("and(false, div(1, 0))", .boolean), ("or(equals(1, 1), not('a'))", .boolean), ("coalesce('a', int('x'))", .string),
        ("if(variables('flag'), 1, 'a')", .any), ("coalesce(params.any, 'a')", .any),
    ] as [(String, ExpressionType)])
    func whatIsNeverEvaluatedMayFail(_ expression: String, _ type: ExpressionType) {
        let result = Self.check(expression)
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect(result.type == type)
        #expect(Self.check("concat(params.nope, \(expression))").diagnostics.map(\.code) == [.expressionUnknownParameter])
    }

    @Test func whatIsEvaluatedMayNotFail() {
        for expression in ["if(variables('flag'), 'a', div(1, 0))", "if(true, div(1, 0), 'a')", "and(variables('flag'), equals(div(1, 0), 1))", "coalesce(null, div(1, 0))"] {
            #expect(Self.check(expression).diagnostics.map(\.code) == [.expressionAlwaysFails], "\(expression)")
        }
    }

    @Test func positionsAreThoseOfTheName() {
        let found = Self.check("concat(params.sinse, nope())").diagnostics
        #expect(found.map(\.range?.start.column) == [19, 26])
        #expect(found.map(\.range?.end.column) == [24, 30])
    }

    @Test func references() {
        let (text, _) = parse("""
            ${{ concat(params.a, pipeline().parameters['b'], pipeline().globalParameters.g, variables('v'), activity('x').output.y) }}
            ${{ secret('s', 'v1') }} ${{ env('E', 'd') }} ${{ environment().variables.r }} ${{ item().z }} ${{ utcNow() }} ${{ activity(item().n).status }}
            """)
        let found = text.references
        #expect(found.parameters.map(\.name) == ["a", "b"] && found.globalParameters.map(\.name) == ["g"])
        #expect(found.variables.map(\.name) == ["v"] && found.activities.map(\.name) == ["x"] && found.secrets.map(\.name) == ["s"])
        #expect(found.environmentVariables.map(\.name) == ["E"] && found.environmentValues.map(\.name) == ["r"])
        #expect(found.usesItem && found.isVolatile && found.computedNames.count == 1)
    }

    @Test func codesAreComplete() {
        let codes = DiagnosticCode.allExpressions
        #expect(Set(codes.map(\.name)).count == codes.count)
        for code in codes {
            #expect(code.name.hasPrefix("expression-") && !code.summary.isEmpty && !code.explanation.isEmpty)
            #expect(!code.example.isEmpty && !code.fix.isEmpty, "\(code.name)")
        }
    }
}
