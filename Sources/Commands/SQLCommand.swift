internal import AssetLoading
internal import CommandLineKit
internal import Connectors
internal import Diagnostics
internal import Engine
internal import Lake
internal import Runtime
internal import Support
internal import Validation

/// `pipectl sql`
struct SQLCommand: Command {
    static let query = Argument<String>.positional("QUERY", help: "One query, or - to read it from standard input")
    static let limit = Argument<Int?>.option("limit", short: "n", value: "ROWS", help: "At most so many rows, 0 for all (default: 1000 as text, all as JSON)")

    static let specification = CommandSpecification(
        "sql", summary: "Query the lake and the connections of an environment together",
        discussion: """
            Tables of the lake are named LAYER.NAME, live tables CONNECTION.TABLE or CONNECTION.SCHEMA.TABLE. The query is run by \
            the embedded engine and changes nothing in the lake; connections are opened for reading.
            """,
        examples: [
            .init("pipectl sql \"select category, sum(revenue) from gold.kpi_sales group by 1\"", "A table of the lake"),
            .init("pipectl sql --env prod \"select count(*) from erp.customers\"", "A live table"),
        ],
        arguments: [query, Options.environment, limit, SecretsOptions.identity], exitCodes: [(.failure, "the query is not valid")])

    private let query: String
    private let environment: String?
    private let identity: String?
    private let givenLimit: Int?

    init(arguments: ParsedArguments) throws(UsageError) {
        query = arguments[Self.query]
        environment = arguments[Options.environment]
        identity = arguments[SecretsOptions.identity]
        givenLimit = arguments[Self.limit]
        guard givenLimit ?? 0 >= 0 else { throw UsageError("--limit is 0 or more") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let environment = try workspace.resolved(self.environment, in: context)
        let text = query == "-" ? try StandardInput.text() : query
        return try await workspace.withEngine(for: environment) { engine in
          try await Interruption.cancelling {
            try await engine.withSession { session in
                try await open(text, workspace, environment, engine, session)
                do throws(EngineError) {
                    try await show(text, session, in: context)
                } catch {
                    guard [.syntax, .catalog, .binder, .conversion, .constraint].contains(error.kind) else { throw error }
                    // The engine repeats its candidates below its message.
                    let message = error.message.split(whereSeparator: \.isNewline).first.map(String.init) ?? error.message
                    throw CommandFailure(
                        message, help: error.candidates.isEmpty ? nil : "the nearest names are \(error.candidates.prefix(3).joined(separator: ", "))", .failure)
                }
            }
            return .success
          }
        }
    }

    /// Makes the tables visible that the query names.
    private func open(
        _ text: String, _ workspace: Workspace, _ environment: ResolvedEnvironment, _ engine: DuckDBEngine, _ session: any EngineSession
    ) async throws {
        let references: [TableReference]
        do {
            references = try await session.tableReferences(in: text)
        } catch {
            throw CommandFailure(error.message, .failure)
        }
        let lake = Lake(root: environment.lakeRoot, engineInfo: "pipectl/\(Application.version)") { session }
        let layers = workspace.project.frame.layers
        var seen: Set<[String]> = []
        for reference in references where reference.name.count > 1 && seen.insert(reference.name).inserted {
            if reference.name.count == 2, layers.contains(reference.name[0]) {
                let table = try TableArgument.find(reference.name.joined(separator: "."), in: lake)
                guard let snapshot = try await table.snapshot() else { continue }
                try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.identifier(reference.name[0]))")
                try await session.execute("CREATE OR REPLACE VIEW \(try SQL.qualified(reference.name)) AS \(try snapshot.scanSQL())")
            } else if let connection = environment.connections[reference.name[0]], connection.isDatabase, seen.insert([connection.name]).inserted {
                try await Attachment.attach(connection, access: .read, engine: engine, session: session)
            }
        }
    }

    private func show(_ text: String, _ session: any EngineSession, in context: CommandContext) async throws(EngineError) {
        let limit = givenLimit ?? (context.global.output == .text ? 1000 : 0)
        // One more than is shown, to know that there are more.
        let bounded = limit == 0 ? text : "SELECT * FROM (\(SQL.withoutTerminator(text))\n) LIMIT \(limit + 1)"
        let result = try await session.query(bounded)
        let rows = limit == 0 ? result.rows[...] : result.rows.prefix(limit)
        switch context.global.output {
        case .json:
            context.write(json: .array(rows.map { row in .object(JSONObject(zip(result.columns, row).map { ($0.name, $1.json) })) }))
        case .text:
            var table = TextTable(result.columns.map { TextTable.Column(VisibleText.escaped($0.name)) })
            for row in rows { table.append(zip(result.columns, row).map { Self.cell($1) }) }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
            if rows.count < result.rows.count {
                context.output.write("… more rows; --limit 0 shows all\n")
            } else if !context.global.isQuiet {
                context.output.write(context.style.dim("\(rows.count) row\(rows.count == 1 ? "" : "s")") + "\n")
            }
        }
    }

    private static func cell(_ value: SQLValue) -> TextTable.Cell {
        switch value {
        case .null: .null
        case .integer, .decimal, .double: .number(value.displayText)
        default: .text(VisibleText.escaped(value.displayText))
        }
    }
}

enum StandardInput {
    static func text() throws -> String {
        var bytes: [UInt8] = []
        while let line = readLine(strippingNewline: false) {
            bytes += line.utf8
            guard bytes.count <= 16 << 20 else { throw CommandFailure("standard input is longer than 16 MB", .usage) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
