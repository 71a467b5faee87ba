internal import AssetLoading
internal import Assets
internal import Diagnostics

/// What keeps queries from being compiled, each cause told once.
enum UnknownColumns {
    private enum Root: Hashable {
        /// Its columns are nowhere locked.
        case connection(String)
        /// A table that the locked schema of its connection does not have.
        case unlocked(connection: String, table: String)
        /// A step whose source tells its columns only when it is read.
        case source(step: Int)
        /// A step whose columns hang on a value that is known only when it runs.
        case value(step: Int)
        /// Nothing writes it under a name that is known.
        case table(TableAddress)

        var order: (Int, String, String) {
            switch self {
            case .connection(let name): (0, name, "")
            case .unlocked(let connection, let table): (1, connection, table)
            case .source(let step), .value(let step): (2 + step, "", "")
            case .table(let table): (.max, table.text, "")
            }
        }
    }

    /// - Parameter isOpen: some activity writes a table that is known only when it runs.
    static func notes(_ compilation: SQLCompilation, _ frame: FrameScope, isOpen: Bool) -> [Diagnostic] {
        let blocked = compilation.places.indices.filter { compilation.places[$0].step.isTransform && isBlocked(compilation.outcomes[$0]) }
        guard !blocked.isEmpty else { return [] }
        var search = RootSearch(compilation, isOpen: isOpen)
        var causes: [Root: [Int]] = [:]
        for index in blocked { for root in search.roots(ofStep: index) { causes[root, default: []].append(index) } }
        return causes.sorted { $0.key.order < $1.key.order }.map { root, steps in note(root, steps, compilation, frame) }
    }

    private static func isBlocked(_ outcome: StepOutcome) -> Bool {
        switch outcome.cause {
        case .input, .source, .value: true
        case .failed, nil: false
        }
    }

    private static func note(_ root: Root, _ steps: [Int], _ compilation: SQLCompilation, _ frame: FrameScope) -> Diagnostic {
        let first = compilation.places[steps.min() ?? 0].step
        // A query in a loop is one query, whatever the tables it writes.
        let queries = Set(steps.map { compilation.places[$0].step.site.asset }).count
        let count = "\(queries) quer\(queries == 1 ? "y is" : "ies are") not compiled"
        let lock = "write them down with `pipectl sources lock`"
        switch root {
        case .connection(let name):
            let declared = frame.environments.lazy.compactMap { file in
                file.asset.connections.first { $0.name == name }.map { (range: $0.key.range, asset: "environment \(file.asset.name.value)") }
            }.first
            return Diagnostic(
                .unknownSchema, "the columns of \"\(name)\" are known only when it is read: \(count)",
                at: declared?.range ?? first.site.range, help: lock, asset: declared?.asset ?? first.site.asset)
        case .unlocked(let connection, let table):
            let site = compilation.places.first { $0.step.inputs.contains(.database(connection: connection, table: table)) }?.step.site ?? first.site
            return site.finding(
                .unknownSchema, "the locked schema of \"\(connection)\" has no table \"\(table)\": \(count)", help: lock)
        case .source(let step):
            return compilation.places[step].step.site.finding(
                .unknownSchema, "the columns of this source are known only when it is read: \(count)",
                help: "declare `columns` under `format`, or " + lock)
        case .value(let step):
            let readers = steps.filter { $0 != step }.count
            let effect = readers == 0 ? "" : ": \(readers) quer\(readers == 1 ? "y that reads them is" : "ies that read them are") not compiled"
            return compilation.places[step].step.site.finding(
                .unknownSchema, "these columns hang on a value that is known only when it runs" + effect,
                help: "a value has a type within `string(...)`, `int(...)` or `float(...)`, and a parameter a sample in its `default`")
        case .table(let table):
            return first.site.finding(
                .unknownSchema, "the columns of \(table.text) are known only when it runs: \(count)",
                notes: ["no activity writes it under a name that stands in a file"])
        }
    }

    /// The way from a step that is not compiled back to what is not known.
    private struct RootSearch {
        let compilation: SQLCompilation
        let isOpen: Bool
        private var writers: [TableAddress: [Int]] = [:]
        private var found: [TableAddress: Set<Root>] = [:]

        init(_ compilation: SQLCompilation, isOpen: Bool) {
            self.compilation = compilation
            self.isOpen = isOpen
            for (index, place) in compilation.places.enumerated() {
                if let target = place.step.target { writers[target, default: []].append(index) }
                if let kept = place.step.quarantine { writers[kept, default: []].append(index) }
            }
        }

        mutating func roots(ofStep index: Int) -> Set<Root> {
            switch compilation.outcomes[index].cause {
            case nil, .failed: return []
            case .source:
                let schemas = compilation.places[index].step.schemas
                if let unlocked = schemas.first(where: { compilation.columns.schema(of: $0) == nil }) { return [.connection(unlocked)] }
                return [.source(step: index)]
            case .value: return [.value(step: index)]
            case .input:
                var roots: Set<Root> = []
                for table in compilation.places[index].step.inputs where compilation.columns[table] == nil { roots.formUnion(self.roots(of: table)) }
                return roots
            }
        }

        private mutating func roots(of table: TableAddress) -> Set<Root> {
            if let known = found[table] { return known }
            // In a circle a table has no cause beside those of the others.
            found[table] = []
            var roots: Set<Root> = []
            if let writers = writers[table] {
                for writer in writers { roots.formUnion(self.roots(ofStep: writer)) }
            } else if case .database(let connection, let name) = table {
                roots = [compilation.columns.schema(of: connection) == nil ? .connection(connection) : .unlocked(connection: connection, table: name)]
            } else if isOpen {
                roots = [.table(table)]
            }
            found[table] = roots
            return roots
        }
    }
}
