package import Assets
package import Connectors
package import Crypto
package import Diagnostics
internal import Expressions
package import Secrets
package import Support

/// An environment with every expression evaluated: what a run needs to know of the world.
package struct ResolvedEnvironment: Sendable {
    package let name: String
    /// Absolute path of the folder of lake, warehouse, state and logs.
    package let root: String
    package let projectRoot: String
    package let engine: Environment.EngineSettings
    package let connections: [String: ResolvedConnection]
    package let warehouse: ResolvedConnection?
    /// Schema of published tables; nil: that of their layer.
    package let warehouseSchema: String?
    /// `{ name, variables }`, as expressions see it.
    package let object: JSONObject
    /// What secret() and vaultSecret() mean here.
    package let secrets: SecretSource
    /// What its expressions see.
    let values: EvaluationValues

    package var lakeRoot: String { FileSystem.join(root, "lake") }
    package var statePath: String { FileSystem.join(root, "state.db") }
    package func lockPath(_ name: String) -> String { FileSystem.join(root, "locks/\(name).lock") }
    package var temporaryDirectory: String { FileSystem.join(root, "tmp") }

    /// The connection that publishing attaches, under a name that no connection of a project can have.
    package static let warehouseName = "_pipectl_warehouse"

    /// Every expression that fails is a diagnostic; nil then.
    /// - Parameter storeContent: of stores that are no files, by their path from the project's folder.
    package static func resolve(
        _ environment: Environment, projectRoot: String, processEnvironment: [String: String], opener: any StoreOpener, clock: WallClock,
        overrides: [String: SensitiveBytes] = [:], release: LiveRelease? = nil, storeContent: (String) -> [UInt8]? = { _ in nil }
    ) -> (environment: ResolvedEnvironment?, diagnostics: [Diagnostic]) {
        func file(_ path: Located<String>) -> SecretStoreFile {
            // Secrets are part of a release; data and the environment's folder lie where the project does.
            let full = FileSystem.absolute(path.value, relativeTo: release?.folder ?? projectRoot)
            return storeContent(FileSystem.normalise(path.value)).map { SecretStoreFile(path: full, name: path.value, content: $0) }
                ?? SecretStoreFile(path: full, name: path.value)
        }
        let secrets = SecretSource(
            environment: environment.name.value, main: environment.secretStore.map(file),
            vaults: Dictionary(environment.vaults.map { ($0.name, file($0.value)) }, uniquingKeysWith: { first, _ in first }), opener: opener,
            clock: clock, overrides: overrides)
        var resolver = Resolver(projectRoot: projectRoot, now: clock.now(), processEnvironment: processEnvironment, secrets: secrets)
        let resolved = resolver.resolve(environment)
        return (resolver.diagnostics.hasErrors ? nil : resolved, resolver.diagnostics)
    }
}

extension ResolvedEnvironment {
    /// Absolute path of an environment's folder, with nothing else of it evaluated.
    package static func root(
        of environment: Environment, projectRoot: String, processEnvironment: [String: String], opener: any StoreOpener, clock: WallClock
    ) -> (root: String?, diagnostics: [Diagnostic]) {
        let secrets = SecretSource(environment: environment.name.value, main: nil, vaults: [:], opener: opener, clock: clock, overrides: [:])
        var resolver = Resolver(projectRoot: projectRoot, now: clock.now(), processEnvironment: processEnvironment, secrets: secrets)
        let root = resolver.root(of: environment)
        return (resolver.diagnostics.hasErrors ? nil : root, resolver.diagnostics)
    }
}

private struct Resolver {
    let projectRoot: String
    let secrets: SecretSource
    var values: EvaluationValues
    var diagnostics: [Diagnostic] = []

    init(projectRoot: String, now: Instant, processEnvironment: [String: String], secrets: SecretSource) {
        self.projectRoot = projectRoot
        self.secrets = secrets
        values = EvaluationValues(now: now)
        values.environmentVariables = processEnvironment
        values.secretSource = { (reference) throws(SecretUnavailable) in try secrets.text(reference) }
    }

    mutating func root(of environment: Environment) -> String {
        values.environment = ["name": .string(environment.name.value)]
        var variables = JSONObject()
        for variable in environment.variables { variables[variable.name] = evaluate(variable.value) }
        values.environment["variables"] = .object(variables)
        return FileSystem.absolute(text(environment.root), relativeTo: projectRoot)
    }

    mutating func resolve(_ environment: Environment) -> ResolvedEnvironment {
        let root = root(of: environment)
        var connections: [String: ResolvedConnection] = [:]
        for entry in environment.connections {
            connections[entry.name] = connection(entry.value, named: entry.name, root: root)
        }
        return ResolvedEnvironment(
            name: environment.name.value, root: root, projectRoot: projectRoot, engine: environment.engine,
            connections: connections,
            warehouse: environment.warehouse.map {
                connection($0.connection, named: ResolvedEnvironment.warehouseName, root: root)
            },
            warehouseSchema: environment.warehouse?.schema, object: values.environment, secrets: secrets, values: values)
    }

    mutating func connection(_ connection: Connection, named name: String, root: String) -> ResolvedConnection {
        let kind: ResolvedConnection.Kind =
            switch connection.kind {
            case .files(let folder): .files(root: FileSystem.absolute(text(folder), relativeTo: projectRoot))
            case .sqlite(let path): .sqlite(path: FileSystem.absolute(text(path), relativeTo: root))
            case .duckdb(let path): .duckdb(path: FileSystem.absolute(text(path), relativeTo: root))
            case .postgres(let postgres):
                .postgres(
                    PostgresSettings(
                        host: text(postgres.host), port: integer(postgres.port), database: text(postgres.database),
                        user: text(postgres.user), password: postgres.password.map { credential($0) },
                        schema: postgres.schema.map { text($0) }, sslMode: postgres.sslMode))
            }
        return ResolvedConnection(name: name, kind: kind)
    }

    /// Read when the connection is opened: most commands open none, and need no identity then.
    private func credential(_ field: Dynamic<String>) -> Credential {
        let (values, secrets) = (values, secrets)
        if let reference = field.expression?.wholeExpression?.directSecret {
            return Credential { try secrets.value(reference.name, version: reference.version, vault: reference.vault) }
        }
        return Credential {
            let text = try field.literal ?? field.expression.map { String(try $0.evaluate(in: values).value) ?? "" } ?? ""
            let value = SensitiveBytes(text.utf8)
            value.withBytes { SecretScrubber.shared.register($0) }
            return value
        }
    }

    mutating func text(_ dynamic: Dynamic<String>) -> String { value(dynamic) ?? "" }

    /// Environment variables are text, so a number may come as text here.
    mutating func integer(_ dynamic: Dynamic<Int>) -> Int {
        if let literal = dynamic.literal { return literal }
        guard let json = evaluate(dynamic.expression) else { return 0 }
        if let number = Int(json) ?? json.asString.flatMap({ Int($0) }) { return number }
        diagnostics.append(Diagnostic(.expressionFailed, "expected a whole number, found \(json.text())", at: dynamic.range))
        return 0
    }

    mutating func value<Value>(_ dynamic: Dynamic<Value>) -> Value? {
        if let literal = dynamic.literal { return literal }
        guard let json = evaluate(dynamic.expression) else { return nil }
        if let value = Value(json) { return value }
        diagnostics.append(
            Diagnostic(.expressionFailed, "expected \(Value.typeDescription), found \(json.typeName)", at: dynamic.range))
        return nil
    }

    mutating func evaluate(_ text: DynamicText?) -> JSONValue? {
        guard let text else { return nil }
        do {
            return try text.evaluate(in: values).value
        } catch {
            diagnostics.append(error.diagnostic)
            return nil
        }
    }

    mutating func evaluate(_ value: DynamicValue) -> JSONValue {
        switch value {
        case .constant(let constant): return constant
        case .text(let text): return evaluate(text) ?? .null
        case .array(let items): return .array(items.map { evaluate($0) })
        case .object(let members): return .object(JSONObject(members.map { ($0.key, evaluate($0.value)) }))
        }
    }
}
