internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Lake
internal import Support

/// Compiles the SQL of a project without data: empty tables are made in the engine as their writers define them, and
/// each query is described upon these, writers before readers.
struct SQLCompilation {
    private let frame: FrameScope
    let engine: EngineSupply
    /// What compiling a step gave an earlier time, by `key(of:)`.
    let earlier: @Sendable (ContentDigest) -> StepOutcome?
    /// Reads the pipeline of a unit in full.
    private let load: @Sendable (Int) -> LoadedPipeline?
    private(set) var units: [ValidationUnit]
    private let steps: [Place]
    /// Of the steps, and after them of deletions of rows.
    var outcomes: [StepOutcome]
    var keys: [ContentDigest?]
    var columns: TableColumns
    /// Of each step: the tables it writes and reads, by their numbers in `columns`.
    private let numbers: [(target: Int?, inputs: [Int])]
    /// Where rows are kept that checks sort out of a table, by the tables' numbers.
    private let quarantines: [Int: Int]
    /// Writers of a table that have not been looked at, by the table's number.
    private var writersLeft: [Int] = []
    /// Tables that several steps write.
    let sharedTables: Set<TableAddress>
    private var made: Set<TableAddress> = []
    /// Known columns that no table of the engine can have.
    private var unmakeable: Set<TableAddress> = []
    private var madeSchemas: Set<[String]> = []
    private var catalogs: Set<String> = []

    /// Where a step is: its unit, and which of its steps.
    struct Place: Sendable {
        let unit: Int
        let step: PipelineFacts.Step
    }

    static func compile(
        _ units: [ValidationUnit], schemas: [SchemaFacts], _ frame: FrameScope, engine: EngineSupply,
        earlier: @escaping @Sendable (ContentDigest) -> StepOutcome?, load: @escaping @Sendable (Int) -> LoadedPipeline?
    ) async throws(EngineError) -> SQLCompilation {
        var compilation = SQLCompilation(units, schemas: schemas, frame, engine: engine, earlier: earlier, load: load)
        try await compilation.run()
        return compilation
    }

    private init(
        _ units: [ValidationUnit], schemas: [SchemaFacts], _ frame: FrameScope, engine: EngineSupply,
        earlier: @escaping @Sendable (ContentDigest) -> StepOutcome?, load: @escaping @Sendable (Int) -> LoadedPipeline?
    ) {
        self.units = units
        self.frame = frame
        self.engine = engine
        self.earlier = earlier
        self.load = load
        steps = units.enumerated().flatMap { index, unit in unit.facts.steps.map { Place(unit: index, step: $0) } }
        outcomes = Array(repeating: StepOutcome(), count: steps.count)
        keys = Array(repeating: nil, count: steps.count)
        var columns = TableColumns(
            schemas: Dictionary(
                schemas.compactMap { facts in facts.connection.map { ($0.value, facts) } }, uniquingKeysWith: { first, _ in first }),
            capacity: steps.count)
        for unit in units {
            for lost in unit.facts.lostTables {
                let number = columns.number(of: .lake(lost))
                columns.add(nil, to: number)
            }
        }
        var numbers: [(target: Int?, inputs: [Int])] = []
        numbers.reserveCapacity(steps.count)
        for place in steps {
            numbers.append((place.step.target.map { columns.number(of: $0) }, place.step.inputs.map { columns.number(of: $0) }))
        }
        var quarantines: [Int: Int] = [:]
        for index in steps.indices {
            if let kept = steps[index].step.quarantine, let target = numbers[index].target { quarantines[target] = columns.number(of: kept) }
        }
        self.quarantines = quarantines
        writersLeft = Array(repeating: 0, count: columns.count)
        for kept in quarantines.values { writersLeft[kept] = 1 }
        for index in numbers.indices { if let target = numbers[index].target { writersLeft[target] += 1 } }
        var shared: Set<TableAddress> = []
        for index in numbers.indices {
            if let target = numbers[index].target, writersLeft[target] > 1, let table = steps[index].step.target { shared.insert(table) }
        }
        self.columns = columns
        self.numbers = numbers
        sharedTables = shared
    }

    var places: [Place] { steps }

    /// Findings, each once: steps of one activity that write several tables have the same ones.
    var diagnostics: [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for (index, outcome) in outcomes.enumerated() where !outcome.diagnostics.isEmpty {
            let isAgain = index > 0 && index < steps.count && steps[index].unit == steps[index - 1].unit && steps[index].step.activity == steps[index - 1].step.activity
            diagnostics += isAgain ? outcome.diagnostics.filter { new in !outcomes[index - 1].diagnostics.contains { $0.range == new.range && $0.message == new.message } } : outcome.diagnostics
        }
        return diagnostics
    }

    // MARK: Order

    private mutating func run() async throws(EngineError) {
        // How many tables each step waits for, and who waits for a table.
        var missing = Array(repeating: 0, count: steps.count)
        var waiting: [[Int]] = Array(repeating: [], count: columns.count)
        for (index, (target, inputs)) in numbers.enumerated() {
            for table in inputs where table != target && writersLeft[table] > 0 && !columns.isLocked(table) {
                if let target, quarantines[target] == table { continue }
                missing[index] += 1
                waiting[table].append(index)
            }
        }
        var isDone = Array(repeating: false, count: steps.count)
        var ready = steps.indices.filter { missing[$0] == 0 }
        var firstLeft = 0
        var left = steps.count
        while left > 0 {
            if ready.isEmpty {
                // Steps that wait for each other: the circle is broken at the first of them.
                while isDone[firstLeft] { firstLeft += 1 }
                ready = [firstLeft]
            }
            for index in ready { isDone[index] = true }
            left -= ready.count
            try await compile(ready)
            var next: [Int] = []
            for index in ready {
                guard let target = numbers[index].target else { continue }
                columns.add(outcomes[index].columns, digest: outcomes[index].digest, to: target)
                // Who read it before all writers were known has made it with fewer columns.
                if !made.isEmpty, let table = steps[index].step.target { made.remove(table) }
                writersLeft[target] -= 1
                guard writersLeft[target] == 0 else { continue }
                var settled = [target]
                if let kept = quarantines[target] {
                    columns.add(QuarantineColumns.added(to: columns[target]), to: kept)
                    writersLeft[kept] = 0
                    settled.append(kept)
                }
                for waiter in settled.flatMap({ waiting[$0] }) where !isDone[waiter] {
                    missing[waiter] -= 1
                    if missing[waiter] == 0 { next.append(waiter) }
                }
            }
            ready = next.sorted()
        }
        try await compileDeletions()
        try await compileViews()
    }

    private mutating func key(of index: Int) -> ContentDigest? {
        let place = steps[index]
        guard let unit = units[place.unit].key else { return nil }
        var builder = ContentDigestBuilder()
        builder.add(unit)
        builder.add(place.step.activity)
        // Activities of one name may write different tables.
        if let target = numbers[index].target { columns.addName(of: target, to: &builder) } else { builder.add(0) }
        for table in numbers[index].inputs { columns.addState(of: table, to: &builder) }
        for name in place.step.schemas { builder.add(columns.schemaDigest(of: name)) }
        return builder.digest
    }

    // MARK: One wave

    /// Steps whose inputs are settled.
    private mutating func compile(_ wave: [Int]) async throws(EngineError) {
        var open: [Int] = []
        for index in wave {
            keys[index] = key(of: index)
            if let key = keys[index], let known = earlier(key) { outcomes[index] = known } else { open.append(index) }
        }
        try await loadUnits(Set(open.map { steps[$0].unit }).sorted())
        var compilers: [(index: Int, compiler: StepCompiler)] = []
        for index in open {
            guard let model = units[steps[index].unit].model, let compiler = StepCompiler(steps[index].step, of: model.file, model.queries) else {
                outcomes[index] = .unknown(.failed)
                continue
            }
            compilers.append((index, compiler))
        }
        var asked: [(position: Int, query: DescribedQuery)] = []
        for position in compilers.indices {
            if let query = compilers[position].compiler.begin(columns) { asked.append((position, query)) }
        }
        try await describe(asked, of: &compilers)
        try await check(&compilers)
        let (places, scope) = (self.steps, frame)
        let settled = compilers.map { ($0.index, $0.compiler) }.concurrentMap(chunk: 64) { index, compiler in
            var compiler = compiler
            compiler.reportUnstorableSource()
            return Self.settled(compiler.outcome, places[index].step.target, scope)
        }
        for ((index, _), outcome) in zip(compilers, settled) { outcomes[index] = outcome }
    }

    private static func settled(_ outcome: StepOutcome, _ target: TableAddress?, _ frame: FrameScope) -> StepOutcome {
        guard let target, let columns = outcome.columns else { return outcome }
        var outcome = outcome
        outcome.columns = columns.stored(in: target, frame)
        outcome.digest = TableColumns.digest(of: outcome.columns)
        return outcome
    }

    mutating func loadUnits(_ wanted: [Int]) async throws(EngineError) {
        let missing = wanted.filter { units[$0].model == nil }
        guard !missing.isEmpty else { return }
        let load = load
        let files = missing.concurrentMap(chunk: 1) { load($0) }
        let present = zip(missing, files).compactMap { index, file in file.map { (index, $0) } }
        let models = try await ValidationUnit.models(present.map(\.1), frame, engine: engine)
        for ((index, _), model) in zip(present, models) { units[index].model = model }
    }

    typealias Compilers = [(index: Int, compiler: StepCompiler)]

    private mutating func describe(_ asked: [(position: Int, query: DescribedQuery)], of compilers: inout Compilers) async throws(EngineError) {
        var open: [(position: Int, first: Result<[SQLColumn], EngineError>, count: Int)] = []
        var again: [(position: Int, query: DescribedQuery)] = []
        for ((position, query), answer) in zip(asked, try await answers(to: asked, compilers)) {
            guard let answer else {
                compilers[position].compiler.cannotRead()
                continue
            }
            let others = compilers[position].compiler.described(answer)
            guard !others.isEmpty else { continue }
            open.append((position, answer, others.count))
            again += others.map { (position, DescribedQuery($0.sql, after: query.definitions)) }
        }
        var left = try await answers(to: again, compilers)[...]
        for (position, first, count) in open {
            compilers[position].compiler.described(first, again: left.prefix(count).compactMap(\.self))
            left = left.dropFirst(count)
        }
    }

    /// First with the columns of the tables they read; where that gives no answer, upon tables that are there. nil: one of
    /// the tables cannot be.
    private mutating func answers(
        to asked: [(position: Int, query: DescribedQuery)], _ compilers: Compilers
    ) async throws(EngineError) -> [Result<[SQLColumn], EngineError>?] {
        var answers: [Result<[SQLColumn], EngineError>?] = Array(repeating: nil, count: asked.count)
        var left: [Int] = []
        var quick: [(index: Int, query: DescribedQuery)] = []
        for (index, (position, query)) in asked.enumerated() {
            if let given = given(compilers[position].compiler.tables) {
                quick.append((index, DescribedQuery(query.sql, after: query.definitions, given: given)))
            } else {
                left.append(index)
            }
        }
        for ((index, _), answer) in zip(quick, try await describe(quick.map(\.query))) {
            if case .success = answer { answers[index] = answer } else { left.append(index) }
        }
        try await make(Set(left.flatMap { compilers[asked[$0].position].compiler.tables }))
        left.removeAll { !unmakeable.isDisjoint(with: compilers[asked[$0].position].compiler.tables) }
        for (index, answer) in zip(left, try await describe(left.map { asked[$0].query })) { answers[index] = answer }
        return answers
    }

    /// Columns of tables by the last part of their names; nil where two share it, or one has columns that cannot be given.
    func given(_ tables: [TableAddress]) -> [String: [SQLColumn]]? {
        var given: [String: [SQLColumn]] = [:]
        var named: [String: TableAddress] = [:]
        for table in tables {
            guard let name = Self.parts(of: table).parts.last?.lowercased(), let columns = columns[table], DescribedQuery.canGive(columns)
            else { return nil }
            guard named.updateValue(table, forKey: name).map({ $0 == table }) ?? true else { return nil }
            given[name] = columns
        }
        return given
    }

    func describe(_ queries: [DescribedQuery]) async throws(EngineError) -> [Result<[SQLColumn], EngineError>] {
        let answers = try await engine.divide(queries) { session, queries in
            await session.describe(queries, after: [])
        }
        for case .failure(let error) in answers where !error.isAboutTheQuery { throw error }
        return answers
    }

    // MARK: Tables

    /// Makes empty tables, of those whose columns are known.
    mutating func make(_ tables: Set<TableAddress>) async throws(EngineError) {
        let missing = tables.filter { !made.contains($0) && columns[$0] != nil }.sorted()
        guard !missing.isEmpty else { return }
        var schemas: [String] = []
        var byCatalog: [String: [(table: TableAddress, sql: String)]] = [:]
        for table in missing {
            made.insert(table)
            let (catalog, parts) = Self.parts(of: table)
            if let catalog, catalogs.insert(catalog).inserted {
                try await engine.sessions(1)[0].execute("ATTACH ':memory:' AS \(try SQL.identifier(catalog))")
            }
            if parts.count > (catalog == nil ? 1 : 2), madeSchemas.insert(Array(parts.dropLast())).inserted {
                schemas.append("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified(Array(parts.dropLast())))")
            }
            guard let list = try? StepCompiler.list(columns[table] ?? []) else {
                unmakeable.insert(table)
                continue
            }
            byCatalog[catalog ?? "", default: []].append((table, "CREATE OR REPLACE TABLE \(try SQL.qualified(parts)) (\(list))"))
        }
        for schema in schemas { try await engine.sessions(1)[0].execute(schema) }
        // A transaction writes to one catalog only.
        for (_, definitions) in byCatalog.sorted(by: { $0.key < $1.key }) {
            do throws(EngineError) {
                try await define(definitions.map(\.sql))
            } catch {
                guard error.isAboutTheQuery else { throw error }
                // One that cannot be made must not take the others with it.
                for (table, sql) in definitions {
                    do throws(EngineError) {
                        try await define([sql])
                    } catch {
                        guard error.isAboutTheQuery else { throw error }
                        unmakeable.insert(table)
                    }
                }
            }
        }
    }

    private func define(_ tables: [String]) async throws(EngineError) {
        let answers = try await engine.divide(tables) { session, tables in
            await session.describe([], after: [tables.joined(separator: ";\n")])
        }
        precondition(answers.isEmpty, "nothing was to be described")
    }

    private static func parts(of table: TableAddress) -> (catalog: String?, parts: [String]) {
        switch table {
        case .lake(let name), .view(let name): return (nil, [name.layer, name.name])
        case .database(let connection, let name):
            return (connection, [connection] + name.split(separator: ".", maxSplits: 1).map(String.init))
        }
    }
}

extension EngineError {
    /// The query is wrong, not the engine.
    var isAboutTheQuery: Bool {
        switch kind {
        case .syntax, .catalog, .binder, .conversion, .constraint, .outOfMemory, .transaction, .other: true
        case .inputOutput, .unavailable: isAboutTheSource
        case .interrupted: false
        }
    }

    /// A value does not fit, and another of its type may.
    var isAboutAValue: Bool {
        switch kind {
        case .conversion, .constraint, .outOfMemory, .other: true
        case .syntax, .catalog, .binder, .transaction, .inputOutput, .unavailable, .interrupted: false
        }
    }

    /// The query reads something that only a run can reach: files, an extension's tables.
    var isAboutTheSource: Bool { sql != nil && (kind == .inputOutput || kind == .unavailable) }
}
