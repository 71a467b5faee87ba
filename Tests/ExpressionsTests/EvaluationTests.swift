import Diagnostics
import Expressions
import Support
import Testing

@Suite struct EvaluationTests {
    @Test(arguments: [
        ("pipeline().parameters.since", "2024-01-01"), ("PIPELINE().Parameters['SINCE']", "2024-01-01"), ("params.Count", 3), ("params[concat('co', 'unt')]", 3),
        ("pipeline().globalParameters.region", "eu"), ("pipeline().runid", "r1"), ("variables('Seen')[1]", "b"), ("activity('lookup').output.firstRow.ID", 7),
        ("activity('Lookup').output.value[1].id", 2), ("activity('broken').error.message", "no route"), ("activity('broken').error.errorCode", "2200"), ("activity('broken').status", "Failed"),
        ("activity('broken')?.output", nil), ("activity('broken')?.output?.firstRow?.id", nil), ("activity('Lookup').output.none?.x", nil), ("activity('Lookup').output?['none']", nil),
        ("activity('Lookup').output.value?[9]", nil), ("params?.missing", nil), ("trigger().startTime", "2018-04-15T00:00:00Z"), ("env('HOME')", "/home/me"), ("env('NOPE', 'x')", "x"), ("env('HOME', div(1, 0))", "/home/me"),
        ("environment().name", "dev"), ("environment().variables.Region", "north"), ("environment()['variables']['region']", "north"), ("run().id", "r1"), ("run().startedAt", "2018-04-15T13:00:00.0000000Z"),
        ("secret('password', 'v1')", "old"), ("json('{\"my key\":{\"a-b\":1}}')['my key'].a-b", 1), ("if(equals(pipeline().TriggerType, 'Manual'), 1, 2)", 1),
        (" add ( 1 ,\n 2 ) ", 3),
    ] as [(String, JSONValue)])
    func access(_ expression: String, _ wanted: JSONValue) throws {
        #expect(try value(expression) == wanted)
    }

    @Test(arguments: [
        ("params.missing", "there is no parameter 'missing'"), ("pipeline().globalParameters.x", "there is no global parameter 'x'"), ("variables('x')", "there is no variable 'x'"),
        ("activity('x').output", "nothing is known of the activity 'x'"), ("activity('broken').output", "there is no property 'output'; there are: status, error"),
        ("activity('Lookup').output.none.x", "the value is null and has no 'x'; write ?. or ?[ where it may be"), ("variables('seen')[2]", "the index 2 is outside the array of 2"),
        ("variables('seen')[-1]", "the index -1 is outside the array of 2"), ("variables('seen').x", "an array has no element 'x'"), ("params.since[0]", "a string has no element 0"),
        ("item().x", "there is no item here"), ("env('NOPE')", "there is no environment variable 'NOPE'"), ("secret('nope')", "secret: there is no secret 'nope'"),
        ("environment().variables.x", "there is no variable of the environment 'x'"), ("pipeline().Nope", "there is no property 'Nope'; there are: Pipeline, RunId, TriggerType"),
        ("string(pipeline())", "pipeline() is followed by a property, as in pipeline().RunId"), ("string(params)", "params is followed by the name of a parameter: params.x"), ("params[1]", "a name is text"),
    ])
    func failures(_ expression: String, _ message: String) throws {
        #expect(try failure(expression) == message)
    }

    @Test func errorsPointAtThePart() throws {
        let (text, _) = parse("x ${{ concat('a', div(1, 0)) }}")
        let error = #expect(throws: ExpressionError.self) { try text.evaluate(in: values()) }
        #expect(error?.range.start.column == 19 && error?.range.end.column == 28)
        #expect(error?.diagnostic.code == .expressionFailed)
    }

    @Test(arguments: [
        "secret('password')", "concat('x', secret('password'))", "length(secret('password'))", "if(equals(secret('password'), 'x'), 'yes', 'no')", "and(equals(secret('password'), 'a'), true)",
        "or(equals(secret('password'), 'a'), true)", "coalesce(null, secret('password'))", "createArray(secret('password'), 1)[1]", "first(split(secret('password'), '-'))", "createArray('a')?[length(secret('password'))]",
        "env('HOME', secret('password'))", "env(secret('password'), 'x')", "params?[secret('password')]", "variables('token')", "item().key", "utcNow(if(empty(secret('password')), 'd', 'D'))",
    ])
    func taint(_ expression: String) throws {
        var context = values()
        context.variables["token"] = EvaluatedValue("t", isSensitive: true)
        context.item = EvaluatedValue(["key": 1], isSensitive: true)
        let isSensitive = try evaluate(expression, context).isSensitive
        // A variable that is not used for the result, because the first value is there, taints nothing.
        #expect(isSensitive == !expression.hasPrefix("env('HOME'"))
        #expect(try parse("a ${{ \(expression) }}").0.evaluate(in: context).isSensitive == isSensitive)
    }

    @Test(arguments: ["concat('a', 'b')", "if(true, 'a', secret('password'))", "coalesce('a', secret('password'))", "params.since", "or(true, equals(secret('password'), ''))"])
    func noTaint(_ expression: String) throws {
        #expect(try !evaluate(expression).isSensitive)
    }

    @Test(arguments: [
        "int(secret('password'))", "json(secret('password'))", "formatDateTime(secret('password'))", "convertFromUtc('2024-01-01', secret('password'))", "activity(secret('password'))", "variables(secret('password'))",
        "secret(secret('password'))", "secret('x', secret('password'))", "env(secret('password'))", "params[secret('password')]", "pipeline()[secret('password')]", "base64ToString(secret('password'))",
        "bool(concat('', secret('password')))", "json(concat('{\"', secret('password'), '\":1}')).x", "guid(secret('password'))", "addToTime('2024-01-01', 1, secret('password'))", "xml(concat('<', secret('password')))",
        "xpath('<a/>', concat('nope-', secret('password'), '()'))", "add(secret('password'), 1)", "createArray(1)[length(secret('password'))]", "json(concat('[\"', secret('password'), '\"]')).x",
        "xml(concat('<', secret('password'), '></b>'))", "xml(concat('<a ', secret('password'), '=\"\" ', secret('password'), '=\"\"/>'))", "max(createArray(secret('password')))", "json(concat('{\"', secret('password'), '\":1,\"', secret('password'), '\":2}'))", "environment().variables[secret('password')]",
    ])
    func errorsHideSecrets(_ expression: String) throws {
        let message = try failure(expression)
        #expect(!message.isEmpty && !message.contains("hunter2") && !message.contains("very-secret"), "\(message)")
    }
}
