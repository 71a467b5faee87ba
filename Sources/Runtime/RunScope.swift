internal import AssetLoading
internal import Assets
internal import Expressions
internal import State
internal import Support
internal import Synchronization

/// Outputs of activities that have ended, seen by those beside and inside.
final class ActivityOutputs: Sendable {
    private let parent: ActivityOutputs?
    private let outputs = Mutex<[String: EvaluatedValue]>([:])

    init(parent: ActivityOutputs? = nil) { self.parent = parent }

    subscript(name: String) -> EvaluatedValue? {
        outputs.withLock { $0[name.lowercased()] } ?? parent?[name]
    }

    func set(_ name: String, status: ActivityStatus, output: JSONValue, failure: ActivityFailure?) {
        var object: JSONObject = ["output": output, "status": .string(status.rawValue.capitalizedFirst)]
        if let failure {
            object["error"] = ["message": .string(failure.message), "errorCode": .string(failure.errorCode)]
        }
        outputs.withLock { $0[name.lowercased()] = EvaluatedValue(.object(object)) }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// What expressions see at one place of a run.
struct RunScope: EvaluationContext, Sendable {
    let session: RunSession
    /// Path of the activity that holds this list, with a `/` at its end; empty at the top.
    let prefix: String
    let outputs: ActivityOutputs
    let item: EvaluatedValue?

    func inside(_ path: String, item: EvaluatedValue? = nil) -> RunScope {
        RunScope(
            session: session, prefix: path + "/", outputs: ActivityOutputs(parent: outputs), item: item ?? self.item)
    }

    func parameter(_ name: String) -> EvaluatedValue? {
        session.parameters.member(named: name).map { EvaluatedValue($0) }
    }
    func globalParameter(_ name: String) -> EvaluatedValue? {
        let entries = session.plan.project.project?.globalParameters ?? []
        return entries.first { $0.name.lowercased() == name.lowercased() }.map { EvaluatedValue($0.value) }
    }
    func variable(_ name: String) -> EvaluatedValue? { session.variable(name).map { EvaluatedValue($0) } }
    func activity(_ name: String) -> EvaluatedValue? { outputs[name] }
    func secret(_ reference: SecretReference) throws(SecretUnavailable) -> String {
        try session.plan.environment.secrets.text(reference)
    }
    func environmentVariable(_ name: String) -> String? { session.plan.processEnvironment[name] }
    var pipeline: JSONObject {
        [
            "Pipeline": .string(session.record.pipeline), "RunId": .string(session.record.id),
            "TriggerTime": .string(startedAt), "TriggerType": .string(session.record.trigger),
            "GroupId": .string(session.record.parent ?? session.record.id),
        ]
    }
    var trigger: JSONObject { ["startTime": .string(startedAt), "scheduledTime": .string(startedAt)] }
    var environment: JSONObject { session.plan.environment.object }
    var run: JSONObject { ["id": .string(session.record.id), "startedAt": .string(startedAt)] }
    var now: Instant { session.plan.clock.now() }
    func randomInteger(in range: Range<Int64>) -> Int64 { .random(in: range) }
    func uuid() -> [UInt8] { EvaluationValues(now: now).uuid() }
    var timeZones: TimeZones { .system }

    private var startedAt: String { session.record.started.description }

    // MARK: Fields

    func value<Value>(_ dynamic: Dynamic<Value>) throws -> Value {
        if let literal = dynamic.literal { return literal }
        guard let text = dynamic.expression else { preconditionFailure("a field is a literal or an expression") }
        let json = try text.evaluate(in: self).value
        guard let value = Value(json) else {
            throw ActivityFailure(
                "expected \(Value.typeDescription), and the expression yields \(json.typeName == "null" ? "nothing" : "\(json.typeName) \(json.text())")",
                errorCode: "ExpressionFailed", at: text.expressions.first?.range)
        }
        return value
    }

    func value(_ dynamic: DynamicValue) throws -> JSONValue {
        switch dynamic {
        case .constant(let constant): return constant
        case .text(let text): return try text.evaluate(in: self).value
        case .array(let items): return .array(try items.map { try value($0) })
        case .object(let members): return .object(JSONObject(try members.map { ($0.key, try value($0.value)) }))
        }
    }

    /// SQL with the values of its expressions in place, as literals.
    func render(_ sql: SQLText) throws -> RenderedSQL {
        let types = SQLValueTypes(session.pipeline, of: session.plan.project.project)
        let rendered = try sql.render { slot in
            let value = try slot.expression.evaluate(in: self).value
            if let declared = slot.declared, declared.problem(with: value) != nil {
                throw ActivityFailure(
                    "the value is not of type \(declared.rawValue), as its parameter is declared", errorCode: "ExpressionFailed",
                    at: slot.expression.range)
            }
            return TypedValue(value, types.type(of: slot))
        }
        if let misplaced = rendered.misplaced.first {
            throw ActivityFailure(misplaced.message, help: MisplacedValue.help, errorCode: "SQLInvalid", at: misplaced.range)
        }
        return rendered
    }
}
