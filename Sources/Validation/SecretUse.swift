package import Assets
package import Diagnostics
package import Support

/// A place of the project that asks for a secret.
package struct SecretUse: Sendable, Hashable {
    /// Who asks.
    package enum User: Sendable, Hashable {
        case connection(String, environment: String)
        case warehouse(environment: String)
        /// The entry under `rotation`, or the SQL that tells a system of the new value.
        case rotation(of: String, environment: String)
        /// A field of the environment in which a secret does not belong: `root`, `variable region`.
        case setting(String, environment: String)
        case activity(String, pipeline: String)

        package var text: String {
            switch self {
            case .connection(let name, let environment): "connection \(name) of environment \(environment)"
            case .warehouse(let environment): "warehouse of environment \(environment)"
            case .rotation(let name, let environment): "rotation of \(name) in environment \(environment)"
            case .setting(let name, let environment): "\(name) of environment \(environment)"
            case .activity(let name, let pipeline): "pipeline \(pipeline), activity \(name)"
            }
        }
    }

    /// nil where it is computed when the project runs.
    package let name: String?
    /// Of a secret that another vault than the environment's store holds.
    package let vault: String?
    /// nil: the current one.
    package let version: String?
    package let user: User
    /// Those whose store may be asked: of a field of an environment that one, otherwise all in which the pipeline can run. Sorted.
    package let environments: [String]
    package let range: SourceRange
    /// The use of the template that the place belongs to.
    package let call: SourceRange?

    /// Where the secret is to be found in this environment; nil where that says nothing of it.
    package func store(in environment: Environment) -> Located<String>? {
        guard let vault else { return environment.secretStore }
        return environment.store(ofVault: vault)
    }

    /// Whether the secret asks for itself only: that it is rotated makes nobody need it.
    package var isOwnRotation: Bool {
        if case .rotation(of: name, _) = user { vault == nil } else { false }
    }

    package var json: JSONValue {
        func place(_ range: SourceRange) -> JSONValue {
            ["path": .string(range.path), "line": .integer(Int64(range.start.line)), "column": .integer(Int64(range.start.column))]
        }
        return [
            "secret": name.map { .string($0) } ?? .null, "vault": vault.map { .string($0) } ?? .null, "version": version.map { .string($0) } ?? .null,
            "user": .string(user.text), "environments": .array(environments.map { .string($0) }), "place": place(range),
            "template": call.map { place($0) } ?? .null,
        ]
    }
}
