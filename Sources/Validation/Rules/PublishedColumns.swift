internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// What readers of the warehouse count upon, as it is locked, beside what pipelines publish now.
struct PublishedColumns {
    private let compilation: SQLCompilation
    private let lock: SchemaFacts
    private let pipelines: [PipelineFacts]

    static func findings(_ compilation: SQLCompilation, _ scope: ProjectScope) -> [Diagnostic] {
        guard let lock = scope.schemas.first(where: { !$0.published.isEmpty }) else { return [] }
        return PublishedColumns(compilation: compilation, lock: lock, pipelines: scope.pipelines).findings(isComplete: scope.knowsAllPublished)
    }

    private func findings(isComplete: Bool) -> [Diagnostic] {
        let locked = Dictionary(lock.published.map { ($0.table.value.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let uses = pipelines.flatMap(\.publishes)
        var diagnostics: [Diagnostic] = []
        for use in uses {
            guard let table = locked[use.table.text.lowercased()], let columns = compilation.columns[.lake(use.table)] else { continue }
            diagnostics += table.columns.compactMap { change(of: $0, in: use, columns) }
        }
        if isComplete {
            let published = Set(uses.map { $0.table.text.lowercased() })
            diagnostics += lock.published.filter { !published.contains($0.table.value.lowercased()) }.map { lost($0) }
        }
        return diagnostics
    }

    private func change(of column: SchemaFacts.Published.Column, in use: PipelineFacts.TableUse, _ columns: [SQLColumn]) -> Diagnostic? {
        let name = column.name.value
        let found = columns.first { $0.name.lowercased() == name.lowercased() }
        guard found?.type != column.type else { return nil }
        let writer = writer(of: use.table, giving: found?.name)
        guard let found else {
            return use.site.finding(
                .publishChangedColumns, "\(use.table.text) loses the column \"\(name)\", which readers of the warehouse may use",
                labels: [.init(column.name.range, "locked here")] + (writer.map { [.init($0, "the columns come from here")] } ?? []),
                help: "give the column again, or accept the change: \(Self.accept)")
        }
        return use.site.finding(
            .publishChangedColumns,
            "column \"\(found.name)\" of \(use.table.text) is \(found.type.sql) now; readers of the warehouse know it as \(column.type.sql)",
            labels: [.init(column.typeRange, "locked here")] + (writer.map { [.init($0, "\(found.type.sql) comes from here")] } ?? []),
            help: "cast it to \(column.type.sql), or accept the change: \(Self.accept)")
    }

    private static let accept = "`pipectl sources lock warehouse`"

    /// Where the first step that writes the table has what it writes: one that gives the column, where there is one.
    private func writer(of table: LakeName, giving column: String?) -> SourceRange? {
        compilation.places.indices.first { index in
            guard compilation.places[index].step.target == .lake(table) else { return false }
            guard let column else { return true }
            return compilation.outcomes[index].columns?.contains { $0.name.lowercased() == column.lowercased() } ?? false
        }.map { compilation.places[$0].step.site.range }
    }

    private func lost(_ table: SchemaFacts.Published) -> Diagnostic {
        Diagnostic(
            .publishChangedColumns, "no pipeline publishes \(table.table.value) any more: its readers would go on with the rows of the last run",
            at: table.table.range, help: "publish it again, or accept the change: \(Self.accept)", asset: "source schema \(SourceSchema.warehouse)")
    }
}

extension ProjectScope {
    /// Every table that some pipeline publishes has a name in a file.
    fileprivate var knowsAllPublished: Bool {
        unreadNames.isEmpty && !pipelines.contains { $0.publishesUnknownTables || $0.hasLostActivities }
    }
}

extension DiagnosticCode {
    static let publishChangedColumns = DiagnosticCode(
        "publish-changed-columns", summary: "A table of the warehouse is no longer as its readers know it.",
        explanation: "`schemas/warehouse.yml` holds the columns that reports and other readers of the warehouse count upon. A column that is gone or has another type would break them, and a table that is no longer published would grow old. New columns break nobody. Where the change is meant, `pipectl sources lock warehouse` writes the file anew, for review.",
        example: "# schemas/warehouse.yml\ntables: { gold.sales: { columns: { revenue: DOUBLE } } }\n# the query of gold.sales\nselect sum(amount)::varchar as revenue from silver.orders",
        fix: "select sum(amount)::double as revenue from silver.orders")
}
