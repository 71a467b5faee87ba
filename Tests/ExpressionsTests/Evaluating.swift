import Diagnostics
import Expressions
import Support
import Testing

/// Places in a one-line file named `test.yml`, the text beginning at its first column.
func place(_ offset: Int) -> SourcePosition { SourcePosition(line: 1, column: offset + 1, offset: offset) }

func parse(_ text: String) -> (DynamicText, [Diagnostic]) { DynamicText.parse(text, path: "test.yml", position: place) }

/// 2018-04-15T13:00:00Z, the current time of the documentation's examples.
let now = Instant(microseconds: 1_523_797_200_000_000)

func values() -> EvaluationValues {
    var values = EvaluationValues(now: now)
    values.parameters = ["since": EvaluatedValue("2024-01-01"), "count": EvaluatedValue(3)]
    values.globalParameters = ["Region": EvaluatedValue("eu")]
    values.variables = ["seen": EvaluatedValue(["a", "b"])]
    values.activities = [
        "Lookup": EvaluatedValue([
            "output": ["firstRow": ["id": 7, "name": "x"], "value": [["id": 1], ["id": 2]], "none": nil], "status": "Succeeded",
        ]),
        "broken": EvaluatedValue(["status": "Failed", "error": ["message": "no route", "errorCode": "2200"]]),
    ]
    values.secrets = ["password": "hunter2-very-secret", "password/v1": "old"]
    values.environmentVariables = ["HOME": "/home/me"]
    values.pipeline = ["Pipeline": "sales", "RunId": "r1", "TriggerType": "Manual"]
    values.environment = ["name": "dev", "variables": ["region": "north"]]
    values.run = ["id": "r1", "startedAt": "2018-04-15T13:00:00.0000000Z"]
    values.trigger = ["startTime": "2018-04-15T00:00:00Z"]
    values.randomSource = { $0.upperBound - 1 }
    values.uuidSource = { [0xC2, 0xEC, 0xC8, 0x8D, 0x88, 0xC8, 0x40, 0x96, 0x91, 0x2C, 0xD6, 0xF2, 0xE2, 0xB1, 0x38, 0xCE] }
    return values
}

/// Value of the expression, which must parse.
func evaluate(_ expression: String, _ context: EvaluationValues = values()) throws -> EvaluatedValue {
    let (text, diagnostics) = parse("${{ \(expression) }}")
    try #require(diagnostics.isEmpty, "\(diagnostics)")
    return try text.evaluate(in: context)
}

func value(_ expression: String) throws -> JSONValue { try evaluate(expression).value }

/// Message of the error that evaluation ends in.
func failure(_ expression: String, _ context: EvaluationValues = values()) throws -> String {
    let (text, diagnostics) = parse("${{ \(expression) }}")
    try #require(diagnostics.isEmpty, "\(diagnostics)")
    do {
        let value = try text.evaluate(in: context)
        Issue.record("\(expression) yields \(value.value.text()), though it should fail")
        return ""
    } catch {
        return error.message
    }
}
