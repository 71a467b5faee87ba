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
        session.parameters.member(named: name).map {
            EvaluatedValue($0, isSensitive: session.sensitiveParameters.contains(name.lowercased()))
        }
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

    /// What a field holds. A value made from a secret is refused: what fields say ends as names, messages and outputs in the
    /// lake, the journal or the log. The exceptions ask with `permittingSecrets`.
    func value<Value>(_ dynamic: Dynamic<Value>, permittingSecrets: Bool = false) throws -> Value {
        let (value, isSensitive) = try marked(dynamic)
        guard permittingSecrets || !isSensitive else {
            throw ActivityFailure.secretMisplaced(at: dynamic.expression?.expressions.first?.range)
        }
        return value
    }

    /// The value, and whether it was made from a secret.
    func marked<Value>(_ dynamic: Dynamic<Value>) throws -> (value: Value, isSensitive: Bool) {
        if let literal = dynamic.literal { return (literal, false) }
        guard let text = dynamic.expression else { preconditionFailure("a field is a literal or an expression") }
        let found = try evaluate(text)
        guard let value = Value(found.value) else {
            let shown = found.isSensitive ? "" : " " + found.value.text()
            throw ActivityFailure(
                "expected \(Value.typeDescription), and the expression yields \(found.value.isNull ? "nothing" : found.value.typeName + shown)",
                errorCode: "ExpressionFailed", at: text.expressions.first?.range)
        }
        return (value, found.isSensitive)
    }

    func value(_ dynamic: DynamicValue) throws -> JSONValue {
        let found = try markedValue(dynamic)
        guard !found.isSensitive else { throw ActivityFailure.secretMisplaced(at: dynamic.firstExpression?.range) }
        return found.value
    }

    /// The value with its mark, for where a secret may go on.
    func markedValue(_ dynamic: DynamicValue) throws -> EvaluatedValue {
        switch dynamic {
        case .constant(let constant): return EvaluatedValue(constant)
        case .text(let text): return try evaluate(text)
        case .array(let items):
            let values = try items.map { try markedValue($0) }
            return EvaluatedValue(.array(values.map(\.value)), isSensitive: values.contains(where: \.isSensitive))
        case .object(let members):
            let values = try members.map { ($0.key, try markedValue($0.value)) }
            return EvaluatedValue(.object(JSONObject(values.map { ($0, $1.value) })), isSensitive: values.contains(where: \.1.isSensitive))
        }
    }

    func evaluate(_ text: DynamicText) throws -> EvaluatedValue { Self.known(try text.evaluate(in: self)) }

    /// What an expression made of a secret, in capitals say, must not be shown either.
    private static func known(_ value: EvaluatedValue) -> EvaluatedValue {
        if value.isSensitive { register(value.value) }
        return value
    }

    /// Shorter texts may be anybody's, such as the answer of an `if`.
    private static let shortestDerived = 8

    private static func register(_ value: JSONValue) {
        switch value {
        case .null, .bool, .integer, .double: return
        case .array(let items): for item in items { register(item) }
        case .object(let members): for member in members.members { register(member.value) }
        case .string(let text):
            // Where the secret itself stands in it, the rest is no secret.
            if text.utf8.count >= shortestDerived, !SecretScrubber.shared.finds(in: text) { SecretScrubber.shared.register(text) }
        }
    }

    /// SQL with the values of its expressions in place, as literals; those made from secrets as variables of the session that
    /// runs it (`SecretVariables`).
    func render(_ sql: SQLText) throws -> RenderedSQL {
        let types = SQLValueTypes(session.pipeline, of: session.plan.project.project)
        let rendered = try sql.render { slot in
            let found = Self.known(try slot.expression.evaluate(in: self))
            if let declared = slot.declared, declared.problem(with: found.value) != nil {
                throw ActivityFailure(
                    "the value is not of type \(declared.rawValue), as its parameter is declared", errorCode: "ExpressionFailed",
                    at: slot.expression.range)
            }
            return TypedValue(found.value, types.type(of: slot), isSensitive: found.isSensitive || slot.namesSecret)
        }
        if let misplaced = rendered.misplaced.first {
            throw ActivityFailure(misplaced.message, help: misplaced.help, errorCode: "SQLInvalid", at: misplaced.range)
        }
        return rendered
    }
}

extension DynamicValue {
    var firstExpression: Expression? {
        switch self {
        case .constant: nil
        case .text(let text): text.expressions.first
        case .array(let items): items.lazy.compactMap(\.firstExpression).first
        case .object(let members): members.lazy.compactMap(\.value.firstExpression).first
        }
    }
}
