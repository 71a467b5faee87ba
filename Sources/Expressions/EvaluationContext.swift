package import Support

/// What an expression can see while a pipeline runs. Names are to be looked up without regard to case, except those of
/// secrets and of the process's environment variables.
package protocol EvaluationContext {
    func parameter(_ name: String) -> EvaluatedValue?
    func globalParameter(_ name: String) -> EvaluatedValue?
    func variable(_ name: String) -> EvaluatedValue?
    /// `{ output, status, error: { message, errorCode } }` of an activity that has ended.
    func activity(_ name: String) -> EvaluatedValue?
    /// The element a `forEach` or `filter` is at.
    var item: EvaluatedValue? { get }
    func secret(_ reference: SecretReference) throws(SecretUnavailable) -> String
    func environmentVariable(_ name: String) -> String?
    /// Members as `RootObject.pipeline` lists them; likewise the three below.
    var pipeline: JSONObject { get }
    var trigger: JSONObject { get }
    var environment: JSONObject { get }
    var run: JSONObject { get }
    var now: Instant { get }
    /// A number from the range, for `rand`.
    func randomInteger(in range: Range<Int64>) -> Int64
    /// Sixteen bytes of a new identifier, for `guid`.
    func uuid() -> [UInt8]
    var timeZones: TimeZones { get }
}

/// Which secret an expression asks for.
package struct SecretReference: Sendable, Hashable {
    /// Name of a vault that the environment maps to a store; nil: the environment's own store.
    package let vault: String?
    package let name: String
    /// nil: the current one.
    package let version: String?

    package init(vault: String? = nil, name: String, version: String? = nil) {
        self.vault = vault
        self.name = name
        self.version = version
    }
}

/// Why a secret could not be had; the reason holds no secret.
package struct SecretUnavailable: Error, Sendable, Equatable {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}

extension JSONObject {
    /// The member of that name, else the one whose name differs only in case.
    package func member(named name: String) -> JSONValue? {
        if let value = self[name] { return value }
        let wanted = name.lowercased()
        return keys.first { $0.lowercased() == wanted }.flatMap { self[$0] }
    }
}

/// An evaluation context of given values, for what is known beforehand: environment files, tests.
package struct EvaluationValues: EvaluationContext, Sendable {
    package var parameters: [String: EvaluatedValue] = [:]
    package var globalParameters: [String: EvaluatedValue] = [:]
    package var variables: [String: EvaluatedValue] = [:]
    package var activities: [String: EvaluatedValue] = [:]
    package var item: EvaluatedValue?
    package var secrets: [String: String] = [:]
    /// Asked instead of `secrets`, where it is given.
    package var secretSource: (@Sendable (SecretReference) throws(SecretUnavailable) -> String)?
    package var environmentVariables: [String: String] = [:]
    package var pipeline: JSONObject = [:]
    package var trigger: JSONObject = [:]
    package var environment: JSONObject = [:]
    package var run: JSONObject = [:]
    package var now: Instant
    package var randomSource: @Sendable (Range<Int64>) -> Int64 = { Int64.random(in: $0) }
    package var uuidSource: @Sendable () -> [UInt8] = {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0 ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }
    package var timeZones: TimeZones

    package init(now: Instant, timeZones: TimeZones = .system) {
        self.now = now
        self.timeZones = timeZones
    }

    package func parameter(_ name: String) -> EvaluatedValue? { Self.find(name, in: parameters) }
    package func globalParameter(_ name: String) -> EvaluatedValue? { Self.find(name, in: globalParameters) }
    package func variable(_ name: String) -> EvaluatedValue? { Self.find(name, in: variables) }
    package func activity(_ name: String) -> EvaluatedValue? { Self.find(name, in: activities) }
    package func environmentVariable(_ name: String) -> String? { environmentVariables[name] }
    package func randomInteger(in range: Range<Int64>) -> Int64 { randomSource(range) }
    package func uuid() -> [UInt8] { uuidSource() }

    /// Under the name `name/version` where a version is asked for, `vault:name` where a vault is.
    package func secret(_ reference: SecretReference) throws(SecretUnavailable) -> String {
        if let secretSource { return try secretSource(reference) }
        let name = (reference.vault.map { $0 + ":" } ?? "") + reference.name + (reference.version.map { "/" + $0 } ?? "")
        guard let value = secrets[name] else {
            throw SecretUnavailable("there is no secret '\(reference.name)'")
        }
        return value
    }

    private static func find(_ name: String, in values: [String: EvaluatedValue]) -> EvaluatedValue? {
        if let value = values[name] { return value }
        let wanted = name.lowercased()
        return values.keys.sorted().first { $0.lowercased() == wanted }.flatMap { values[$0] }
    }
}
