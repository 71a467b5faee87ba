internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Where an environment keeps and finds its data, as far as its file tells: variables of the process count as not set.
struct EnvironmentPlaces: Sendable {
    struct Place: Sendable {
        /// Normalised; relative to the project, or absolute.
        let path: String
        let range: SourceRange

        func lies(in folder: Place) -> Bool {
            path == folder.path || folder.path == "." && !path.hasPrefix("/") && !path.hasPrefix("..") || path.hasPrefix(folder.path + "/")
        }
    }

    let environment: Environment
    /// nil: only known where it runs.
    let root: Place?
    /// Databases and folders of connections, by name.
    let connections: [(name: String, place: Place)]
    let warehouseFile: Place?
    /// Server, database and schema.
    let warehouseServer: Located<String>?

    init(_ environment: Environment) {
        self.environment = environment
        let values = Self.values(of: environment)
        let root = Self.text(environment.root, values).map { Place(path: FileSystem.normalise($0), range: environment.root.range) }
        self.root = root
        func place(_ connection: Connection) -> Place? {
            let (text, base): (Dynamic<String>, String?)
            switch connection.kind {
            case .files(let folder): (text, base) = (folder, ".")
            case .sqlite(let path), .duckdb(let path): (text, base) = (path, root?.path)
            case .postgres: return nil
            }
            guard let path = Self.text(text, values) else { return nil }
            if path.hasPrefix("/") { return Place(path: FileSystem.normalise(path), range: text.range) }
            return base.map { Place(path: FileSystem.normalise(FileSystem.join($0, path)), range: text.range) }
        }
        connections = environment.connections.compactMap { entry in place(entry.value).map { (entry.name, $0) } }
        warehouseFile = environment.warehouse.flatMap { place($0.connection) }
        warehouseServer = environment.warehouse.flatMap { warehouse in
            guard case .postgres(let postgres) = warehouse.connection.kind, let host = Self.text(postgres.host, values),
                let database = Self.text(postgres.database, values), let port = postgres.port.literal
            else { return nil }
            return Located("\(host.lowercased()):\(port)/\(database)/\(warehouse.schema ?? "")", at: postgres.database.range)
        }
    }

    private static func values(of environment: Environment) -> EvaluationValues {
        var values = EvaluationValues(now: Instant(microseconds: 0))
        values.environment = ["name": .string(environment.name.value)]
        var variables = JSONObject()
        for variable in environment.variables {
            if let constant = variable.value.constant {
                variables[variable.name] = constant
            } else if case .text(let text) = variable.value, let value = try? text.evaluate(in: values) {
                variables[variable.name] = value.value
            }
        }
        values.environment["variables"] = .object(variables)
        return values
    }

    private static func text(_ field: Dynamic<String>, _ values: EvaluationValues) -> String? {
        if let literal = field.literal { return literal }
        // What depends on a clock, chance or secrets is no place that could be compared.
        guard let text = field.expression, !text.references.isVolatile, text.references.secrets.isEmpty,
            let value = try? text.evaluate(in: values)
        else { return nil }
        return String(value.value)
    }
}
