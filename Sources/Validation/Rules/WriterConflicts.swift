internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// Steps that write one table with columns that do not go together: what a run would refuse, tried upon the columns alone.
struct WriterConflicts {
    fileprivate struct Writer {
        let index: Int
        let pipeline: Int
        let step: PipelineFacts.Step
        let columns: [SQLColumn]
        let shape: Shape

        /// It runs in every run of its pipeline.
        var isCertain: Bool { !step.write.isConditional }

        func type(of column: String) -> SQLType? { columns.first { $0.name.lowercased() == column.lowercased() }?.type }

        /// Whether it may have made the table so that it refuses the rows of the other one.
        func explains(_ refusal: WrittenTable.Refusal, of other: Writer) -> Bool {
            switch refusal {
            case .type(let column): type(of: column).map { $0 != other.type(of: column) } ?? false
            case .missing(let column): type(of: column) == nil
            case .change: shape.columns != other.shape.columns
            }
        }
    }

    /// What decides about a conflict.
    fileprivate struct Shape: Hashable {
        let columns: ContentDigest
        let mode: Assets.WriteMode
        let change: SchemaChange
    }

    private struct Pair: Hashable {
        let first: Shape
        let second: Shape
    }

    /// A step whose rows a table refuses.
    private struct Conflict {
        enum Occasion {
            /// In the run that makes the table.
            case firstRun
            case nextRun
            /// When the other one was first.
            case anyOrder
        }
        let writer: Writer
        let other: Writer
        let refusal: WrittenTable.Refusal
        let occasion: Occasion
    }

    private let table: TableAddress
    private let empty: WrittenTable
    private let writers: [Writer]
    /// Some step replaces the table by columns that are not known.
    private let isReplacedUnknown: Bool
    /// Of two shapes; the answer is the same for all who have them.
    private var known: [Pair: WrittenTable.Refusal?] = [:]

    static func findings(_ compilation: SQLCompilation, _ frame: FrameScope) -> [Diagnostic] {
        guard !compilation.sharedTables.isEmpty else { return [] }
        var byTable: [TableAddress: [Int]] = [:]
        for (index, place) in compilation.places.enumerated() {
            if let target = place.step.target, compilation.sharedTables.contains(target) { byTable[target, default: []].append(index) }
        }
        var diagnostics: [Diagnostic] = []
        for (target, indices) in byTable.sorted(by: { $0.key < $1.key }) {
            var conflicts = WriterConflicts(target, indices, compilation, frame)
            diagnostics += conflicts.findings()
        }
        return diagnostics
    }

    private init(_ table: TableAddress, _ indices: [Int], _ compilation: SQLCompilation, _ frame: FrameScope) {
        self.table = table
        empty = WrittenTable(table, frame)
        isReplacedUnknown = indices.contains {
            compilation.outcomes[$0].columns == nil && compilation.places[$0].step.write.mode == .overwrite
        }
        writers = indices.compactMap { index in
            let (place, outcome) = (compilation.places[index], compilation.outcomes[index])
            guard let columns = outcome.columns else { return nil }
            let write = place.step.write
            return Writer(
                index: index, pipeline: place.unit, step: place.step, columns: columns,
                shape: Shape(columns: outcome.digest, mode: write.mode, change: write.schemaChange))
        }
    }

    private mutating func findings() -> [Diagnostic] {
        guard !isReplacedUnknown, Set(writers.map(\.shape.columns)).count > 1, mayConflict else { return [] }
        // In the order of the files, and within a pipeline as they run.
        let inOrder = writers.sorted { ($0.pipeline, $0.step.write.order) < ($1.pipeline, $1.step.write.order) }
        var conflicts = Dictionary(grouping: inOrder.filter(\.isCertain), by: \.pipeline).values.flatMap { inTurn($0) }
        for (position, later) in inOrder.enumerated() {
            for earlier in inOrder[..<position] where earlier.shape.columns != later.shape.columns && !(isInTurn(earlier, later)) {
                guard let refusal = eitherWay(earlier, later) else { continue }
                conflicts.append(Conflict(writer: later, other: earlier, refusal: refusal, occasion: .anyOrder))
                break
            }
        }
        return conflicts.map(finding)
    }

    /// A quick look: some column has two types, or a step refuses every change.
    private var mayConflict: Bool {
        var types: [String: SQLType] = [:]
        guard case .lake = empty else { return true }
        for writer in writers {
            if writer.shape.change == .fail { return true }
            for column in writer.columns {
                if types.updateValue(column.type, forKey: column.name.lowercased()).map({ $0 != column.type }) ?? false { return true }
            }
        }
        return false
    }

    // MARK: Trying

    /// Both run in every run of their pipeline.
    private func isInTurn(_ first: Writer, _ second: Writer) -> Bool {
        first.pipeline == second.pipeline && first.isCertain && second.isCertain
    }

    /// Two runs of the steps that one pipeline always runs, upon a table that is not there yet.
    private func inTurn(_ sequence: [Writer]) -> [Conflict] {
        var conflicts: [Conflict] = []
        var table = empty
        var written: [Writer] = []
        for occasion in [Conflict.Occasion.firstRun, .nextRun] where conflicts.isEmpty {
            for writer in sequence {
                guard let refusal = table.write(writer) else {
                    written.append(writer)
                    continue
                }
                guard isSettled(refusal, sequence), let other = written.last(where: { $0.explains(refusal, of: writer) }) else { continue }
                conflicts.append(Conflict(writer: writer, other: other, refusal: refusal, occasion: occasion))
            }
        }
        return conflicts
    }

    /// Two runs of both, whoever comes first; nil where some order goes well.
    private mutating func eitherWay(_ first: Writer, _ second: Writer) -> WrittenTable.Refusal? {
        let pair = Pair(first: first.shape, second: second.shape)
        let found: WrittenTable.Refusal?
        if let known = known[pair] {
            found = known
        } else {
            found = refusal([second, first, second, first]) == nil ? nil : refusal([first, second, first, second])
            known[pair] = .some(found)
        }
        return found.flatMap { isSettled($0, [first, second]) ? $0 : nil }
    }

    private func refusal(_ writes: [Writer]) -> WrittenTable.Refusal? {
        var table = empty
        for writer in writes { if let refusal = table.write(writer) { return refusal } }
        return nil
    }

    /// No other step may make the table anew in between, so that the rows fit.
    private func isSettled(_ refusal: WrittenTable.Refusal, _ known: [Writer]) -> Bool {
        guard known.count < writers.count else { return true }
        let own = Set(known.map(\.index))
        return !writers.contains { other in
            guard !own.contains(other.index), other.shape.mode == .overwrite else { return false }
            guard case .lake = empty, let column = refusal.column else { return true }
            return other.shape.change == .replace || other.type(of: column) == nil
        }
    }

    // MARK: Telling

    private func finding(_ conflict: Conflict) -> Diagnostic {
        let (writer, other) = (conflict.writer, conflict.other)
        let ending =
            switch conflict.occasion {
            case .firstRun: "first: these rows do not fit"
            case .nextRun: other.step.write.order < writer.step.write.order ? "first: the next run fails" : "later: the next run fails here"
            case .anyOrder: "too: whichever comes second fails"
            }
        let code: DiagnosticCode = conflict.occasion == .anyOrder ? .conflictingWriters : .conflictingColumns
        let name = table.text
        let place = writer.pipeline == other.pipeline ? "\"\(other.step.activity)\"" : other.step.site.asset
        let message: String
        let help: String
        var label = "written here, too"
        switch conflict.refusal {
        case .type(let column):
            let (here, there) = (writer.type(of: column)?.sql ?? "missing", other.type(of: column)?.sql ?? "missing")
            message = "column \"\(column)\" of \(name) is \(here) here, and \(there) where \(place) writes it \(ending)"
            label = "\(there) is written here"
            help = "cast it to one type in both"
        case .missing(let column):
            message = "\(name) has a column \"\(column)\" here, and none where \(place) writes it \(ending)"
            label = "made here without \"\(column)\""
            help = "give both the same columns: tables of databases take no new ones"
        case .change:
            message = "\(name) has other columns here, and \(place) writes it \(ending) (onSchemaChange: fail)"
            help = "give both the same columns, or set onSchemaChange: addColumns"
        }
        return writer.step.site.finding(
            code, message, at: writer.step.write.into, labels: [.init(other.step.write.into, label)], help: help)
    }
}

extension WrittenTable {
    fileprivate mutating func write(_ writer: WriterConflicts.Writer) -> Refusal? {
        write(writer.columns, writer.shape.mode, writer.shape.change)
    }
}

extension DiagnosticCode {
    static let conflictingColumns = DiagnosticCode(
        "conflicting-columns", summary: "Two steps of a pipeline write one table with columns that do not go together.",
        explanation: "A table of the lake keeps the types of its columns: rows may bring new columns, and values that fit as they are (an INTEGER into a BIGINT), but no other types. A step whose rows do not fit fails, each time that it runs. Only `onSchemaChange: replace` with mode overwrite changes a type. A table of a database that a step has made anew takes no new columns, either.",
        example: "- { name: eu, type: transform, query: select 1 as id, into: silver.ids }\n- { name: us, type: transform, query: select 'a' as id, into: silver.ids, mode: append }",
        fix: "- { name: eu, type: transform, query: select '1' as id, into: silver.ids }\n- { name: us, type: transform, query: select 'a' as id, into: silver.ids, mode: append }")
    static let conflictingWriters = DiagnosticCode(
        "conflicting-writers", .warning, isAdvice: true,
        summary: "Steps of several pipelines, or of several branches, write one table with columns that do not go together.",
        explanation: "Whichever comes second finds a table with other types, and fails. Where they never write the same environment, waive it with that reason.",
        example: "- name: load\n  type: if\n  condition: ${{ pipeline().parameters.full }}\n  then: [{ name: all, type: transform, query: select 1 as id, into: silver.ids }]\n  else: [{ name: new, type: transform, query: select 'a' as id, into: silver.ids, mode: append }]",
        fix: "- name: load\n  type: if\n  condition: ${{ pipeline().parameters.full }}\n  then: [{ name: all, type: transform, query: select '1' as id, into: silver.ids }]\n  else: [{ name: new, type: transform, query: select 'a' as id, into: silver.ids, mode: append }]")
}
