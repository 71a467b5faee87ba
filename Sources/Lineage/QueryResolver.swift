internal import Assets
internal import Engine
internal import Validation

/// Finds the inputs of each column of a transform by the engine's plan for its query, upon empty tables.
struct QueryResolver {
    private let columns: [TableAddress: [SQLColumn]]
    private let session: any EngineSession
    /// What the engine's tables stand for, by their names in lower case.
    private var datasets: [EngineTable: Dataset] = [:]
    private var catalogs: Set<String> = []

    init(columns: [TableAddress: [SQLColumn]], session: any EngineSession) {
        self.columns = columns
        self.session = session
    }

    mutating func complete(_ draft: StepDraft) async throws(EngineError) -> LineageStep {
        if let view = draft.view { return try await complete(draft.step, view.query, view.reads) }
        var step = draft.step
        guard let query = draft.query else { return step }
        guard query.isResolved else {
            step.unknown = "the query names a table that is not known"
            return step
        }
        for reference in query.references {
            switch reference.target {
            case .table(let address):
                guard try await make(address, as: .table(address)) else {
                    step.unknown = "the columns of \(address.text) are not known"
                    return step
                }
            case .source(let name):
                guard let source = draft.sources[name], let found = source.columns, let dataset = source.datasets.first else {
                    step.unknown = draft.sources[name]?.unknown ?? "the source \"\(name)\" is known only when it runs"
                    return step
                }
                try await session.execute("CREATE OR REPLACE TEMPORARY TABLE \(try SQL.identifier(name)) (\(try Self.list(found)))")
                datasets[EngineTable(catalog: "temp", schema: "main", name: name.lowercased())] = dataset
            }
        }
        try await resolve(&step, query.rendered.sql)
        return step
    }

    /// A view of the warehouse reads what is published under the names in it.
    private mutating func complete(_ step: LineageStep, _ view: PipelineQueries.View, _ reads: [TableAddress]) async throws(EngineError) -> LineageStep {
        var step = step
        for address in reads {
            guard try await make(address, as: .published(address)) else {
                step.unknown = "the columns of \(address.text) are not known"
                return step
            }
        }
        try await resolve(&step, view.rendered.sql)
        return step
    }

    private func resolve(_ step: inout LineageStep, _ sql: String) async throws(EngineError) {
        do throws(EngineError) {
            let result = try await session.describe(sql)
            let plan = try await session.boundPlan(of: sql)
            do {
                fill(&step, result, try QueryLineage(plan: plan))
            } catch {
                step.unknown = "the engine's plan of the query: \(error)"
            }
        } catch {
            guard [.catalog, .binder, .conversion, .syntax, .other].contains(error.kind) else { throw error }
            step.unknown = "the query is not valid: " + (error.message.split(separator: "\n").first.map(String.init) ?? error.message)
        }
    }

    private func fill(_ step: inout LineageStep, _ result: [SQLColumn], _ lineage: QueryLineage) {
        guard lineage.columns.count == result.count else {
            step.unknown = "the engine's plan has \(lineage.columns.count) columns, its result \(result.count)"
            return
        }
        step.columns = zip(result, lineage.columns).map { LineageStep.Column(column: $0, inputs: inputs($1)) }
        step.rows = inputs(lineage.rows)
        if !lineage.foreignFunctions.isEmpty {
            step.unknown = "what comes from " + lineage.foreignFunctions.sorted().joined(separator: ", ") + " is not followed"
        }
    }

    private func inputs(_ flow: Flow) -> [LineageStep.Input] {
        flow.sources.compactMap { column, influence in
            dataset(column.table).map { .init(column: DatasetColumn($0, column.name), influence: influence) }
        }.sorted { $0.column < $1.column }
    }

    private func dataset(_ table: EngineTable) -> Dataset? {
        datasets[EngineTable(catalog: table.catalog.lowercased(), schema: table.schema.lowercased(), name: table.name.lowercased())]
    }

    // MARK: Empty tables

    /// False where the columns are not known.
    private mutating func make(_ address: TableAddress, as dataset: Dataset) async throws(EngineError) -> Bool {
        guard let known = columns[address] else { return false }
        let (table, parts) = Self.names(of: address)
        // To the engine names that differ in case are one: the table is made anew where it stood for another.
        if datasets[table] == dataset { return true }
        if case .database(let connection, _) = address, catalogs.insert(connection).inserted {
            try await session.execute("ATTACH IF NOT EXISTS ':memory:' AS \(try SQL.identifier(connection))")
        }
        // A table of a connection may be named without a schema.
        let isPlain = if case .database = address { parts.count == 2 } else { false }
        if !isPlain { try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified(Array(parts.dropLast())))") }
        try await session.execute("CREATE OR REPLACE TABLE \(try SQL.qualified(parts)) (\(try Self.list(known)))")
        datasets[table] = dataset
        return true
    }

    /// Its name in lower case as the engine's plans have it, and as it is written in SQL.
    private static func names(of address: TableAddress) -> (table: EngineTable, parts: [String]) {
        func table(_ catalog: String, _ schema: String, _ name: String) -> EngineTable {
            EngineTable(catalog: catalog.lowercased(), schema: schema.lowercased(), name: name.lowercased())
        }
        switch address {
        case .lake(let name), .view(let name): return (table("memory", name.layer, name.name), [name.layer, name.name])
        case .database(let connection, let name):
            let names = name.split(separator: ".", maxSplits: 1).map(String.init)
            let schema = names.count == 2 ? names[0] : "main"
            return (table(connection, schema, names[names.count - 1]), [connection] + names)
        }
    }

    private static func list(_ columns: [SQLColumn]) throws(EngineError) -> String {
        var parts: [String] = []
        for column in columns { parts.append("\(try SQL.identifier(column.name)) \(column.type.sql)") }
        return parts.joined(separator: ", ")
    }
}
