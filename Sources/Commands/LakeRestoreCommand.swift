internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Lake
internal import Runtime
internal import Support

/// `pipectl lake restore`
struct LakeRestoreCommand: Command {
    static let to = Argument<Int?>.option("to", value: "VERSION", help: "The version to go back to")
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Show what would go back, and change nothing")

    static let specification = CommandSpecification(
        "restore", summary: "Take a table back to an earlier version",
        discussion: """
            The earlier version becomes a new one, with its columns and with how far its sources were read: nothing is taken out of the \
            history. `pipectl rollback --data` does so for all tables of an environment at once.
            """,
        examples: [
            .init("pipectl lake restore gold.kpi_sales --to 12 --dry-run", "Rows now, and rows then"),
            .init("pipectl lake restore gold.kpi_sales --to 12", "A new version that is as version 12 was"),
        ],
        arguments: [TableArgument.table, Options.environment, to, dryRun], exitCodes: [(.failure, "there is no such table")])

    private let table: String
    private let environment: String?
    private let version: Int
    private let isDry: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        table = arguments[TableArgument.table]
        environment = arguments[Options.environment]
        isDry = arguments[Self.dryRun]
        guard let version = arguments[Self.to] else { throw UsageError("--to is missing", help: "`pipectl lake history \(table)` lists the versions") }
        self.version = version
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.environment(self.environment)
        let lock = isDry ? nil : try DataLock.share(environment.root, environment.name)
        defer { lock?.release() }
        let (before, after, committed) = try await workspace.withLake(of: environment) { lake in
            let table = try TableArgument.find(table, in: lake)
            var pending = try await table.pendingRestore(to: .number(version))
            let counts = (version: pending.base?.version ?? 0, rows: pending.base?.rowCount)
            if isDry || pending.changesNothing { return (counts, pending.rowCount, Int?.none) }
            pending.provenance = ["environment": .string(environment.name), "restore": .integer(Int64(version))]
            return (counts, pending.rowCount, try await table.commit(pending).version)
        }
        switch context.global.output {
        case .json:
            func number(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
            context.write(json: [
                "table": .string(table), "now": ["version": number(before.version), "rows": number(before.rows)],
                "then": ["version": number(version), "rows": number(after)], "committed": number(committed), "dryRun": .bool(isDry),
            ])
        case .text:
            func rows(_ count: Int?) -> String { count.map { "\($0) row\($0 == 1 ? "" : "s")" } ?? "an unknown number of rows" }
            let name = VisibleText.escaped(table)
            if let committed {
                context.output.write("\(name): version \(committed) is as version \(version) was, \(rows(after)) in place of \(rows(before.rows))\n")
            } else if isDry {
                context.output.write("\(name): would be as version \(version) was, \(rows(after)) in place of \(rows(before.rows)) in version \(before.version)\n")
            } else {
                context.output.write("nothing to do: \(name) is as version \(version) was\n")
            }
        }
        return .success
    }
}
