internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Lake
internal import Support

/// One activity that writes a table, on its way through the engine.
struct StepCompiler: Sendable {
    let pipeline: Pipeline
    let activity: Activity
    let write: TableWrite
    let query: PipelineQueries.Query?
    let step: PipelineFacts.Step
    var outcome = StepOutcome()
    /// Titles of checks that were told to be wrong.
    private var brokenChecks: Set<String> = []

    init?(_ step: PipelineFacts.Step, of file: LoadedPipeline, _ queries: PipelineQueries) {
        guard let pipeline = file.pipeline, let activity = pipeline.activity(named: step.activity), let write = activity.kind.write else { return nil }
        self.pipeline = pipeline
        self.activity = activity
        self.write = write
        self.step = step
        query = queries.byActivity[step.activity]
    }

    func finding(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, help: String? = nil
    ) -> Diagnostic {
        Diagnostic(
            code, message, at: range, labels: activity.call.map { [.init($0, "in this use of the template")] } ?? [], help: help,
            asset: step.site.asset)
    }

    // MARK: Its own columns

    /// What the engine has to describe; nil where there is nothing, and the outcome is settled.
    mutating func begin(_ tables: TableColumns) -> DescribedQuery? {
        switch activity.kind {
        case .copy(let copy):
            settle(copy, tables)
            return nil
        case .transform(let transform):
            guard let query, query.isResolved else {
                outcome = .unknown(query?.unknownNames.isEmpty ?? false ? .value : .failed)
                return nil
            }
            var definitions: [String] = []
            for reference in query.references {
                switch reference.target {
                case .table(let table):
                    guard tables[table] != nil else {
                        outcome = .unknown(.input)
                        return nil
                    }
                case .source(let name):
                    guard let source = transform.sources.value(named: name), let found = Self.columns(of: source, tables) else {
                        outcome = .unknown(transform.sources.value(named: name).map(Self.cause) ?? .source)
                        return nil
                    }
                    guard let table = try? "CREATE OR REPLACE TEMPORARY TABLE \(SQL.identifier(name)) (\(Self.list(found)))" else {
                        outcome = .unknown(.failed)
                        return nil
                    }
                    definitions.append(table)
                }
            }
            return DescribedQuery(query.rendered.sql, after: definitions.joined(separator: ";\n"))
        default:
            preconditionFailure("only copies and transforms write tables")
        }
    }

    /// Tables that have to be there for its query.
    var tables: [TableAddress] {
        (query?.references ?? []).compactMap { if case .table(let table) = $0.target { table } else { nil } }
    }

    private mutating func settle(_ copy: ActivityKind.Copy, _ tables: TableColumns) {
        let table = loopTable(copy)
        guard var found = Self.columns(of: copy.source, tables) ?? table.flatMap({ tables[$0] }) else {
            outcome = .unknown(table == nil ? Self.cause(copy.source) : .input)
            return
        }
        if let incremental = copy.source.incremental { require([incremental.column] + incremental.key, in: found, "the source") }
        if copy.audit { found += AuditColumns.all }
        outcome.columns = found
    }

    /// The table that a copy reads for one item of a loop.
    private func loopTable(_ copy: ActivityKind.Copy) -> TableAddress? {
        guard case .table(let table) = copy.source.selection, table.literal == nil, copy.source.format?.columns.isEmpty ?? true else { return nil }
        let checked = write.checks.compactMap { if case .relationship(_, let to) = $0.kind { TableAddress.lake(to.value.table) } else { nil } }
        let read = step.inputs.filter { !checked.contains($0) }
        return read.count == 1 ? read[0] : nil
    }

    /// Why the columns of a source are not known.
    private static func cause(_ source: DataSource) -> StepOutcome.Cause {
        // They are declared, and wrong.
        if let format = source.format, !format.columns.isEmpty { return .failed }
        guard case .table(let name) = source.selection, name.literal != nil else { return .source }
        return .input
    }

    private static func columns(of source: DataSource, _ tables: TableColumns) -> [SQLColumn]? {
        if let format = source.format, !format.columns.isEmpty {
            // What is no type must not reach the engine: it would be run as SQL.
            let columns = format.columns.compactMap { column in
                (try? SQLType(parsing: column.value)).map { SQLColumn(name: column.name, type: $0) }
            }
            return columns.count == format.columns.count ? columns : nil
        }
        let connection = source.connection?.literal
        switch source.selection {
        case .table(let table):
            guard let name = table.literal else { return nil }
            guard source.connection != nil else { return LakeName(name).flatMap { tables[.lake($0)] } }
            return connection.flatMap { tables[.database(connection: $0, table: name)] }
        case .query(let text):
            return connection.flatMap { connection in text.literal.flatMap { tables.schema(of: connection)?.queries[$0] } }
        case .path(let path):
            return connection.flatMap { connection in path.literal.flatMap { tables.schema(of: connection)?.files[$0] } }
        }
    }

    /// A table it reads has columns that no table of the engine can have; that was told where it is written.
    mutating func cannotRead() { outcome = .unknown(.input) }

    /// Takes what describing the query gave. Where that hangs on the samples that stand for values: the same query with
    /// other samples, for `described(_:again:)`; the outcome is open until then.
    mutating func described(_ answer: Result<[SQLColumn], EngineError>) -> [RenderedSQL] {
        guard let query else { preconditionFailure("only a query is described") }
        let samples = query.samples
        switch answer {
        case .success where samples.isForced: outcome = .unknown(.value)
        case .success(let columns):
            guard !samples.isUntyped else { return Array(samples.others.prefix(1)) }
            settle(columns, query)
        case .failure(let error) where error.isAboutTheSource: outcome = .unknown(.source)
        case .failure(let error) where samples.guessesInQuotes && error.isAboutAValue: outcome = .unknown(.value)
        case .failure(let error):
            if !samples.others.isEmpty, samples.isUntyped || error.isAboutAValue { return samples.others }
            report(error, query)
        }
        return []
    }

    /// - Parameter answers: with the other samples.
    mutating func described(_ first: Result<[SQLColumn], EngineError>, again answers: [Result<[SQLColumn], EngineError>]) {
        guard let query else { preconditionFailure("only a query is described") }
        let others = answers.compactMap { try? $0.get() }
        switch first {
        // Text is what every value can be.
        case .success(let columns): if others.first == columns { settle(columns, query) } else { outcome = .unknown(.value) }
        case .failure(let error): if others.isEmpty { report(error, query) } else { outcome = .unknown(.value) }
        }
    }

    private mutating func settle(_ columns: [SQLColumn], _ query: PipelineQueries.Query) {
        outcome.columns = columns
        reportUnstorable(columns, at: query.text.firstWord(in: query.rendered))
    }

    private mutating func report(_ error: EngineError, _ query: PipelineQueries.Query) {
        outcome = .unknown(.failed)
        let token = error.offset.map { SQLToken(at: $0, in: query.rendered.sql) }
        let range = error.offset.map { query.text.range(at: $0, length: token?.length ?? 1, in: query.rendered) } ?? query.text.range
        outcome.diagnostics.append(
            finding(
                error.isUnknownColumn ? .unknownColumn : .sqlInvalid, SQLMessage.firstLine(error.message), at: range,
                help: error.suggestion(for: token)))
    }

    // MARK: Keys and checks

    private mutating func require(_ names: [Located<String>], in columns: [SQLColumn], _ what: String) {
        for name in names where !columns.contains(where: { $0.name.lowercased() == name.value.lowercased() }) {
            let near = Suggestion.nearest(to: name.value, in: columns.map(\.name))
            outcome.diagnostics.append(
                finding(
                    .unknownColumn, "\(what) has no column \"\(name.value)\"", at: name.range,
                    help: near.map { "did you mean \"\($0)\"?" } ?? "its columns: " + columns.map(\.name).joined(separator: ", ")))
        }
    }

    /// Keys and the columns that checks name; returns the conditions of checks for the engine to look at.
    mutating func conditions(_ tables: TableColumns) -> [CheckConditions] {
        guard let found = outcome.columns else { return [] }
        require(write.key, in: found, "the query")
        var held: [Check] = []
        for check in write.checks {
            let before = outcome.diagnostics.count
            switch check.kind {
            case .notNull(let columns), .unique(let columns): require(columns, in: found, "the query")
            case .accepted(let column, _), .range(let column, _, _), .freshness(let column, _): require([column], in: found, "the query")
            case .relationship(let column, let to):
                require([column], in: found, "the query")
                let target = tables[.lake(to.value.table)]
                if let target { require([Located(to.value.column, at: to.range)], in: target, to.value.table.text) }
                if target == nil { continue }
            case .expression(let sql, _):
                // That was told.
                if SQL.unopenedBracket(in: sql.value) != nil { continue }
            case .rowCount, .schema: break
            }
            if outcome.diagnostics.count == before { held.append(check) }
        }
        return held.isEmpty ? [] : CheckConditions.of(held, rows: found, stored: stored(found))
    }

    /// The rows as checks find them: in the files that are written.
    private func stored(_ found: [SQLColumn]) -> [SQLColumn] {
        if case .lake = write.into { found.storedInLake } else { found }
    }

    /// - Parameter concernsManyRows: it holds an aggregate or a window, and is otherwise right.
    mutating func report(_ condition: CheckCondition, _ error: EngineError, concernsManyRows: Bool) {
        guard brokenChecks.insert(condition.check.title).inserted else { return }
        guard case .expression(let written, _) = condition.check.kind else {
            outcome.diagnostics.append(
                finding(
                    .checkType, "the check \(condition.check.title) does not fit the column's type: " + SQLMessage.firstLine(error.message),
                    at: condition.check.range))
            return
        }
        let problem = ConditionProblem(error, of: written, at: condition.offset, in: condition.query(upon: ""))
        outcome.diagnostics.append(
            concernsManyRows
                ? finding(
                    .sqlInvalid, "this condition looks at several rows, and is asked of each row alone", at: problem.range,
                    help: "compute the value as a column of the query, or use a check of the whole table, such as rowCount")
                : finding(problem.code, problem.message, at: problem.range, help: problem.help))
    }

    static func list(_ columns: [SQLColumn]) throws(EngineError) -> String {
        var parts: [String] = []
        for column in columns { parts.append("\(try SQL.identifier(column.name)) \(column.type.sql)") }
        return parts.joined(separator: ", ")
    }
}

extension Pipeline {
    func activity(named name: String) -> Activity? {
        var found: Activity?
        forEachActivity { if found == nil, $0.name.value == name { found = $0 } }
        return found
    }
}
