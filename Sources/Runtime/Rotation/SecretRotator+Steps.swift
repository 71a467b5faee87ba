package import Assets
internal import Connectors
internal import Crypto
internal import Engine
package import Expressions
internal import Secrets
internal import Support

extension SecretRotator {
    // MARK: Telling the system

    /// Runs the environment's step with a value as the new one.
    func run(_ step: SecretRotation.Step, name: String, version: String, old: SensitiveBytes, new: SensitiveBytes, _ lock: DirectoryLock) async throws {
        switch step {
        case .sql(let connection, let text):
            do {
                try await execute(text, on: connection.value, name: name, connecting: old, new: new)
            } catch let error as ConnectorError where error.message.contains("authentication failed") {
                // The connection may open with the secret itself, and the system may have the other value already.
                try await execute(text, on: connection.value, name: name, connecting: new, new: new)
            }
            tell("\(connection.value): \(Self.shown(text))")
        case .program(let command):
            try await RotationProgram(command: command.map(\.value), folder: projectRoot, variables: processEnvironment, lock: lock, tell: tell)
                .run(name: name, environment: environment.name.value, version: version, old: old, new: new)
            tell("\(command.map(\.value).joined(separator: " ")): done")
        }
    }

    private func execute(_ text: DynamicText, on name: String, name secret: String, connecting: SensitiveBytes, new: SensitiveBytes) async throws {
        let statement = try statement(text, secret: secret, new: new, on: name)
        try await withConnection(name, [secret: connecting], access: .write) { connection, session in
            switch connection.kind {
            case .postgres:
                // Bound: the text is in no statement of the engine, which may show or keep those.
                do throws(EngineError) {
                    _ = try await session.query("CALL postgres_execute(\(try SQL.literal(connection.name)), $1)", [.text(statement)])
                } catch {
                    // The engine quotes the statement before it tells what the server says.
                    guard let start = error.message.range(ofLast: "ERROR: ") else { throw error }
                    throw ActivityFailure(error.message[start.upperBound...].drop { $0 == " " }.description, errorCode: "SQLInvalid", at: text.range)
                }
            default:
                try await session.execute("USE \(try SQL.identifier(connection.name))")
                try await session.execute(statement)
            }
        }
    }

    /// The statement with values as literals: what changes a password takes no bound values (PostgreSQL, utility commands).
    private func statement(_ text: DynamicText, secret: String, new: SensitiveBytes, on connection: String) throws -> String {
        let resolved = try resolved([secret: new])
        let values = resolved.values
        if let misplaced = text.misplacedInStatement.first {
            throw ActivityFailure(misplaced.reason, help: "leave out the quotes: the value becomes a literal", errorCode: "SQLInvalid", at: misplaced.range)
        }
        var sql = ""
        for segment in text.segments {
            switch segment {
            case .literal(let literal): sql += literal
            case .expression(let expression):
                let value = try expression.evaluate(in: values).value
                let words = String(value) ?? value.text()
                // What is made of the value must not be seen either.
                SecretScrubber.shared.register(words)
                sql += " " + Self.literal(words)
            }
        }
        return sql
    }

    /// As all settings of a PostgreSQL server read it, and SQLite and DuckDB too where there is no backslash.
    private static func literal(_ text: String) -> String {
        var quoted = ""
        var hasBackslash = false
        for character in text.unicodeScalars {
            if character == "'" { quoted += "''"; continue }
            if character == "\\" { hasBackslash = true; quoted += "\\\\"; continue }
            quoted.unicodeScalars.append(character)
        }
        return hasBackslash ? "E'\(quoted)'" : "'\(quoted)'"
    }

    /// The step without values.
    package static func shown(_ text: DynamicText) -> String {
        text.segments.map { if case .literal(let literal) = $0 { literal } else { "***" } }.joined()
    }

    // MARK: Trying the value

    /// Names of the connections that must open with a new value.
    package func testedConnections(_ name: String, _ rotation: SecretRotation?) -> [String] {
        if let named = rotation?.test { return named.map(\.value) }
        var users = environment.connections.filter { $0.value.isDatabase && uses(name, $0.value) }.map(\.name)
        if let warehouse = environment.warehouse, uses(name, warehouse.connection) { users.append(ResolvedEnvironment.warehouseName) }
        return users
    }

    private func uses(_ name: String, _ connection: Connection) -> Bool {
        connection.dynamicTexts.compactMap(\.expression).flatMap(\.references.secrets).contains { reference in
            guard reference.name == name else { return false }
            guard let vault = reference.vault else { return true }
            return environment.store(ofVault: vault).map { FileSystem.normalise($0.value) } == environment.secretStore.map { FileSystem.normalise($0.value) }
        }
    }

    /// Opens the connections that use the secret with this value, and asks each something.
    func test(_ name: String, _ value: SensitiveBytes, _ rotation: SecretRotation?) async throws -> [String] {
        var tested: [String] = []
        for connection in testedConnections(name, rotation) {
            try await withConnection(connection, [name: value], access: .read) { connection, session in
                let sql = switch connection.kind {
                case .postgres: "SELECT * FROM postgres_query(\(try SQL.literal(connection.name)), 'SELECT 1 AS one')"
                default: "SELECT 1"
                }
                _ = try await session.query(sql, [])
            }
            let shown = connection == ResolvedEnvironment.warehouseName ? "the warehouse" : connection
            tell("\(shown) opens with it")
            tested.append(shown)
        }
        return tested
    }

    private func resolved(_ overrides: [String: SensitiveBytes]) throws -> ResolvedEnvironment {
        let (resolved, diagnostics) = ResolvedEnvironment.resolve(
            environment, projectRoot: projectRoot, processEnvironment: processEnvironment, opener: opener, clock: clock, overrides: overrides)
        guard let resolved else { throw SecretsError(.invalid, "the environment's file cannot be used", diagnostics: diagnostics) }
        return resolved
    }

    private func withConnection(
        _ name: String, _ overrides: [String: SensitiveBytes], access: Attachment.Access,
        _ body: (ResolvedConnection, any EngineSession) async throws -> Void
    ) async throws {
        let resolved = try resolved(overrides)
        guard let connection = name == ResolvedEnvironment.warehouseName ? resolved.warehouse : resolved.connections[name] else {
            throw ActivityFailure("environment \"\(environment.name.value)\" has no connection \"\(name)\"")
        }
        let engine = try await makeEngine(resolved)
        do {
            try await engine.withSession { session in
                try await Attachment.attach(connection, access: access, engine: engine, session: session)
                try await body(connection, session)
            }
            await engine.close()
        } catch {
            await engine.close()
            throw error
        }
    }
}

extension String {
    fileprivate func range(ofLast text: String) -> Range<String.Index>? {
        var found: Range<String.Index>?
        var rest = self[...]
        while let next = rest.firstRange(of: text) {
            found = next
            rest = rest[next.upperBound...]
        }
        return found
    }
}
