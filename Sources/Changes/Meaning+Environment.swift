internal import Assets
internal import Expressions
internal import Support

extension Meaning {
    static func environment(_ environment: Environment) -> Meaning {
        var fields = JSONObject()
        fields.set("description", environment.description)
        fields.set("branch", environment.branch)
        fields.set("remote", environment.remote)
        fields["root"] = environment.root.meaning
        fields["protected"] = .bool(environment.isProtected)
        fields.set("promotion.from", environment.promotion?.from.value)
        fields.set(names: environment.promotion?.require.map(\.rawValue) ?? [], "promotion.require")
        if let promotion = environment.promotion, promotion.require.contains(.approved) {
            fields.set("promotion.approvals.count", promotion.approvals.count)
            fields.set("promotion.approvals.as", promotion.approvals.form.rawValue)
            fields.set(names: promotion.approvals.by, "promotion.approvals.by")
        }
        fields.set("engine.type", environment.engine.type)
        fields.set("engine.memory", environment.engine.memory)
        // 0: as many as the machine has cores, as if it were left out.
        fields.set("engine.threads", environment.engine.threads == 0 ? nil : environment.engine.threads)
        fields.set("engine.parallelActivities", environment.engine.parallelActivities)
        fields.set("secrets.store", environment.secretStore.map { FileSystem.normalise($0.value) })
        if let warehouse = environment.warehouse {
            for member in connection(warehouse.connection).members where member.key != "schema" { fields["warehouse.\(member.key)"] = member.value }
            fields.set("warehouse.schema", warehouse.schema)
        }
        let parts =
            environment.connections.map { Meaning(.connection, $0.name, fields: connection($0.value), place: $0.key.range) }
            + environment.vaults.map {
                Meaning(.vault, $0.name, fields: ["store": .string(FileSystem.normalise($0.value.value))], place: $0.key.range)
            }
            + environment.variables.map { Meaning(.variable, $0.name, fields: ["value": $0.value.meaning], place: $0.key.range) }
            + (environment.secrets?.rotation ?? []).map { Meaning(.rotation, $0.name, fields: rotation($0.value), place: $0.key.range) }
        return Meaning(.environment, environment.name.value, fields: fields, parts: parts, place: environment.range)
    }

    private static func connection(_ connection: Connection) -> JSONObject {
        var fields: JSONObject = ["type": .string(connection.typeName)]
        switch connection.kind {
        case .files(let root): fields["root"] = root.meaning
        case .sqlite(let path), .duckdb(let path): fields["path"] = path.meaning
        case .postgres(let postgres):
            fields["host"] = postgres.host.meaning
            fields["port"] = postgres.port.meaning
            fields["database"] = postgres.database.meaning
            fields["user"] = postgres.user.meaning
            // What stands there in clear is compared, and not shown.
            fields.set("password", postgres.password?.meaning)
            fields.set("schema", postgres.schema?.meaning)
            fields.set("sslMode", postgres.sslMode)
        }
        return fields
    }

    private static func rotation(_ rotation: SecretRotation) -> JSONObject {
        var fields = JSONObject()
        fields.set("policy.length", rotation.policy.length)
        fields.set("policy.characters", rotation.policy.characters.rawValue)
        fields.set("overlap", rotation.overlap.map { .duration($0.value) })
        fields.set("validFor", rotation.validFor.map { .duration($0.value) })
        switch rotation.onRotate {
        case .sql(let connection, let text)?:
            fields.set("onRotate.connection", connection.value)
            fields.set("onRotate.sql", SQLTokens(text.description).folded)
        case .program(let words)?: fields["onRotate.command"] = .texts(words.map(\.value))
        case nil: break
        }
        fields.set(names: rotation.test?.map(\.value) ?? [], "test")
        return fields
    }
}
