internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Lake
internal import Runtime
internal import Support

/// A table of the lake as it is named on the command line.
enum TableArgument {
    static let table = Argument<String>.positional("TABLE", help: "LAYER.NAME", completion: .dynamic(kind: "tables"))

    static func find(_ text: String, in lake: Lake) throws -> DeltaTable {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw CommandFailure("\"\(text)\" is no table of the lake", help: "write it as LAYER.NAME", .usage) }
        let table = lake.table(try LakeTableName(layer: parts[0], name: parts[1]))
        guard try table.latestVersion() != nil else {
            let near = Suggestion.nearest(to: text, in: try lake.tables().map(\.description))
            throw CommandFailure("there is no table \(text) in the lake", help: near.map { "did you mean \($0)?" } ?? "`pipectl lake ls` lists the tables", .failure)
        }
        return table
    }
}

/// `pipectl lake ls`
struct LakeListCommand: Command {
    static let specification = CommandSpecification(
        "ls", summary: "List the tables of an environment's lake",
        examples: [.init("pipectl lake ls --env dev", "Tables with version, rows and size")], arguments: [Options.environment])

    private let environment: String?

    init(arguments: ParsedArguments) throws(UsageError) { environment = arguments[Options.environment] }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.resolved(self.environment, in: context)
        let snapshots = try await workspace.withLake(of: environment) { lake in
            var snapshots: [Snapshot] = []
            for name in try lake.tables() {
                if let snapshot = try await lake.table(name).snapshot() { snapshots.append(snapshot) }
            }
            return snapshots
        }
        switch context.global.output {
        case .json:
            context.write(json: .array(snapshots.map { snapshot in
                [
                    "table": .string(snapshot.table.description), "version": .integer(Int64(snapshot.version)),
                    "rows": snapshot.rowCount.map { .integer(Int64($0)) } ?? .null, "bytes": .integer(Int64(snapshot.size)),
                    "files": .integer(Int64(snapshot.files.count)), "path": .string(snapshot.directory),
                    "committed": snapshot.timestamp.map { .string($0.description) } ?? .null,
                ]
            }))
        case .text:
            guard !snapshots.isEmpty else {
                context.output.write("no tables in \(VisibleText.escaped(environment.lakeRoot)) yet\n")
                return .success
            }
            var table = TextTable(["TABLE", "VERSION", "ROWS", "SIZE", "FILES", "COMMITTED (UTC)"])
            for snapshot in snapshots {
                table.append([
                    .text(VisibleText.escaped(snapshot.table.description)), .number(String(snapshot.version)),
                    snapshot.rowCount.map { .number(String($0)) } ?? .text("?"), .text(ByteCount.text(snapshot.size)),
                    .number(String(snapshot.files.count)), .text(snapshot.timestamp?.dateAndTime() ?? "?"),
                ])
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}

/// `pipectl lake history`
struct LakeHistoryCommand: Command {
    static let limit = Argument<Int>.option("limit", short: "n", value: "COUNT", default: 20, help: "How many commits, newest first")

    static let specification = CommandSpecification(
        "history", summary: "Show the commits of a table, newest first",
        examples: [.init("pipectl lake history gold.kpi_sales", "Who wrote it, when, in which run")],
        arguments: [TableArgument.table, Options.environment, limit])

    private let table: String
    private let environment: String?
    private let limit: Int

    init(arguments: ParsedArguments) throws(UsageError) {
        table = arguments[TableArgument.table]
        environment = arguments[Options.environment]
        limit = arguments[Self.limit]
        guard limit > 0 else { throw UsageError("--limit is at least 1") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.resolved(self.environment, in: context)
        let commits = try await workspace.withLake(of: environment) { try TableArgument.find(table, in: $0).history(limit: limit) }
        switch context.global.output {
        case .json:
            context.write(json: .array(commits.map { commit in
                [
                    "version": .integer(Int64(commit.version)), "committed": commit.timestamp.map { .string($0.description) } ?? .null,
                    "operation": commit.operation.map { .string($0) } ?? .null, "parameters": .object(commit.parameters),
                    "metrics": .object(commit.metrics), "engine": commit.engineInfo.map { .string($0) } ?? .null,
                    "provenance": .object(commit.provenance),
                ]
            }))
        case .text:
            var table = TextTable(["VERSION", "COMMITTED (UTC)", "OPERATION", "MODE", "ROWS WRITTEN", "RUN", "ACTIVITY", "ENGINE"])
            for commit in commits {
                func text(_ value: JSONValue?) -> TextTable.Cell { .text(value?.asString.map { VisibleText.escaped($0) } ?? "") }
                let rollback = commit.provenance["rollback"]?["to"]?.asInteger.map { JSONValue.string("rollback to release \($0)") }
                let rows = commit.metrics["numOutputRows"] ?? commit.provenance["rowsWritten"]
                table.append([
                    .number(String(commit.version)), .text(commit.timestamp?.dateAndTime() ?? ""), .text(commit.operation ?? ""),
                    text(commit.parameters["mode"] ?? commit.parameters["version"]?.asInteger.map { .string("to version \($0)") }), .number(rows?.asString ?? rows?.asInteger.map(String.init) ?? ""),
                    text(commit.provenance["run"]), text(commit.provenance["activity"] ?? rollback), .text(commit.engineInfo ?? ""),
                ])
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}

/// `pipectl lake schema`
struct LakeSchemaCommand: Command {
    static let version = Argument<Int?>.option("at", value: "VERSION", help: "The columns as of this version (default: the latest)")

    static let specification = CommandSpecification(
        "schema", summary: "Show the columns of a table",
        examples: [.init("pipectl lake schema gold.fact_sales", "Names and types")],
        arguments: [TableArgument.table, Options.environment, version])

    private let table: String
    private let environment: String?
    private let version: Int?

    init(arguments: ParsedArguments) throws(UsageError) {
        table = arguments[TableArgument.table]
        environment = arguments[Options.environment]
        version = arguments[Self.version]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.resolved(self.environment, in: context)
        let found = try await workspace.withLake(of: environment) { lake in
            try await TableArgument.find(table, in: lake).snapshot(at: version.map { .number($0) } ?? .latest)
        }
        guard let snapshot = found else {
            throw CommandFailure("there is no table \(table) in the lake", .failure)
        }
        switch context.global.output {
        case .json:
            context.write(json: [
                "table": .string(snapshot.table.description), "version": .integer(Int64(snapshot.version)),
                "columns": .array(snapshot.schema.fields.map { field in
                    ["name": .string(field.name), "type": .string(field.type.description), "sqlType": .string(field.type.sqlType.sql), "nullable": .bool(field.nullable)]
                }),
            ])
        case .text:
            var table = TextTable(["COLUMN", "TYPE", "SQL TYPE", "NULL"])
            for field in snapshot.schema.fields {
                table.append([
                    .text(VisibleText.escaped(field.name)), .text(field.type.description), .text(field.type.sqlType.sql), .text(field.nullable ? "yes" : "no"),
                ])
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}

enum ByteCount {
    /// `812 B`, `3.4 MB`; steps of 1000.
    static func text(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 999.5 || unit == "TB" {
                if unit == "B" { return "\(bytes) B" }
                let tenths = Int((value * 10).rounded())
                return value < 99.95 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
            }
            value /= 1000
        }
        return "\(bytes) B"
    }
}
