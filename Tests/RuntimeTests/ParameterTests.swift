import Assets
import Support
import Testing

import Runtime

struct ParameterTests {
    private static let declarations = """
        parameters:
          day: { type: date }
          count: { type: int, default: 3 }
        activities: [ { name: rest, type: wait, seconds: 0 } ]

        """

    private func parameters(_ given: JSONObject) throws -> JSONObject {
        try PipelineRun.parameters(of: TestProject.pipeline(Self.declarations).1, given: given)
    }

    @Test func `defaults stand in for what is not given`() throws {
        #expect(try parameters(["day": "2026-01-31"]) == ["day": "2026-01-31", "count": 3])
        #expect(try parameters(["day": "2026-01-31", "count": 4]) == ["day": "2026-01-31", "count": 4])
    }

    @Test func `names are compared without case`() throws {
        #expect(try parameters(["DAY": "2026-01-31", "Count": 4]) == ["day": "2026-01-31", "count": 4])
    }

    @Test(arguments: [
        ([:], "has no default", "--param day=VALUE"), (["day": "soon"], "\"day\"", nil),
        (["day": "2026-02-30"], "\"day\"", nil), (["day": "2026-01-31", "count": "many"], "\"count\"", nil),
        (["day": "2026-01-31", "DAY": "2026-02-01"], "\"DAY\" is given twice", "without case"),
        (["dya": "2026-01-31"], "no parameter \"dya\"", "did you mean \"day\"?"),
    ] as [(JSONObject, String, String?)])
    func `what does not fit is told by name`(_ given: JSONObject, _ message: String, _ help: String?) throws {
        let error = #expect(throws: RunError.self) { try parameters(given) }
        let found = try #require(error)
        #expect(found.kind == .invalidRequest)
        #expect(found.message.contains(message))
        if let help { #expect(found.help?.contains(help) == true) }
    }
}
