internal import Assets
internal import Diagnostics
internal import Engine
internal import Lake
internal import Support

/// Steps that write one table of the lake with columns that do not go together: what a run would refuse, tried upon
/// the columns alone.
struct WriterConflicts {
    private struct Writer {
        let index: Int
        let pipeline: Int
        let step: PipelineFacts.Step
        let columns: [SQLColumn]
        let shape: Shape

        var name: String { step.activity }
    }

    /// What decides about a conflict.
    private struct Shape: Hashable {
        let columns: ContentDigest
        let mode: Assets.WriteMode
        let change: SchemaChange
    }

    private struct Pair: Hashable {
        let first: Shape
        let second: Shape
        let isOrdered: Bool
    }

    /// How two writers fail.
    private enum Conflict: Hashable {
        /// The second one, when both run for the first time.
        case second(column: String?)
        /// One of them, whoever comes first; or in the next run.
        case either(column: String?)
    }

    private let table: LakeName
    private let writers: [Writer]
    /// Of two shapes; the answer is the same for all who have them.
    private var known: [Pair: Conflict?] = [:]

    static func findings(_ compilation: SQLCompilation) -> [Diagnostic] {
        var byTable: [TableAddress: [Int]] = [:]
        for (index, place) in compilation.places.enumerated() {
            if let target = place.step.target { byTable[target, default: []].append(index) }
        }
        var diagnostics: [Diagnostic] = []
        for (target, indices) in byTable.filter({ $0.value.count > 1 }).sorted(by: { $0.key < $1.key }) {
            guard case .lake(let table) = target else { continue }
            var conflicts = WriterConflicts(table, indices, compilation)
            diagnostics += conflicts.findings()
        }
        return diagnostics
    }

    private init(_ table: LakeName, _ indices: [Int], _ compilation: SQLCompilation) {
        self.table = table
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
        guard Set(writers.map(\.shape.columns)).count > 1, mayConflict else { return [] }
        // In the order of the files, and within a pipeline as they run.
        let inOrder = writers.sorted { ($0.pipeline, $0.step.write.order) < ($1.pipeline, $1.step.write.order) }
        var diagnostics: [Diagnostic] = []
        for (position, later) in inOrder.enumerated() {
            for earlier in inOrder[..<position] where earlier.shape.columns != later.shape.columns {
                guard let conflict = conflict(earlier, later) else { continue }
                diagnostics.append(finding(earlier, later, conflict))
                break
            }
        }
        return diagnostics
    }

    /// A quick look: some column has two types, or a step refuses every change.
    private var mayConflict: Bool {
        var types: [String: SQLType] = [:]
        for writer in writers {
            if writer.shape.change == .fail { return true }
            for column in writer.columns {
                if types.updateValue(column.type, forKey: column.name.lowercased()).map({ $0 != column.type }) ?? false { return true }
            }
        }
        return false
    }

    // MARK: Trying

    private func isOrdered(_ first: Writer, _ second: Writer) -> Bool {
        first.pipeline == second.pipeline && !first.step.write.isConditional && !second.step.write.isConditional
    }

    private mutating func conflict(_ first: Writer, _ second: Writer) -> Conflict? {
        let pair = Pair(first: first.shape, second: second.shape, isOrdered: isOrdered(first, second))
        if let known = known[pair] { return known }
        let found = tried(first, second, isOrdered: pair.isOrdered)
        known[pair] = .some(found)
        return found
    }

    /// Two runs, one after the other, upon a table that is not there yet.
    private func tried(_ first: Writer, _ second: Writer, isOrdered: Bool) -> Conflict? {
        guard let failure = Self.failure([first, second, first, second]) else { return nil }
        if isOrdered, failure.position == 1 { return isSettled(failure.column, first, second) ? .second(column: failure.column) : nil }
        if !isOrdered, Self.failure([second, first, second, first]) == nil { return nil }
        return isSettled(failure.column, first, second) ? .either(column: failure.column) : nil
    }

    /// No third step may take the column away between the two, or give it another type.
    private func isSettled(_ column: String?, _ first: Writer, _ second: Writer) -> Bool {
        guard let column else { return writers.count == 2 }
        return !writers.contains { other in
            guard other.index != first.index, other.index != second.index, other.shape.mode == .overwrite else { return false }
            return other.shape.change == .replace || !other.columns.contains { $0.name.lowercased() == column.lowercased() }
        }
    }

    /// - Returns: the first write that would fail, and the column that has another type; nil where it is about the columns as such.
    private static func failure(_ writes: [Writer]) -> (position: Int, column: String?)? {
        var table: DeltaSchema?
        for (position, writer) in writes.enumerated() {
            do {
                let after: DeltaSchema
                switch writer.shape.mode {
                case .append: after = try DeltaSchema.afterWriting(writer.columns, into: table, mode: .append)
                case .merge: after = try DeltaSchema.afterWriting(writer.columns, into: table, mode: .merge)
                case .overwrite:
                    after = try DeltaSchema.afterWriting(
                        writer.columns, into: table, mode: .overwrite(allowTypeChange: writer.shape.change == .replace))
                }
                if writer.shape.change == .fail, let table, after != table { return (position, nil) }
                table = after
            } catch {
                guard case .typeChange(let column, _, _) = error.kind else { return nil }
                return (position, column)
            }
        }
        return nil
    }

    // MARK: Telling

    private func finding(_ first: Writer, _ second: Writer, _ conflict: Conflict) -> Diagnostic {
        let column: String?
        let ending: String
        switch conflict {
        case .second(let name): (column, ending) = (name, "these rows do not fit the table that \"\(first.name)\" has written")
        case .either(let name): (column, ending) = (name, "the one that writes later fails")
        }
        let code: DiagnosticCode = isOrdered(first, second) ? .conflictingColumns : .conflictingWriters
        guard let column else {
            return second.step.site.finding(
                code, "\(table.text) has other columns here than where \"\(first.name)\" writes it, and onSchemaChange is fail: \(ending)",
                at: second.step.write.into, labels: [.init(first.step.write.into, "written here, too")],
                help: "give both the same columns, or set onSchemaChange: addColumns")
        }
        let here = second.columns.first { $0.name.lowercased() == column.lowercased() }?.type.sql ?? "different"
        let there = first.columns.first { $0.name.lowercased() == column.lowercased() }?.type.sql ?? "different"
        return second.step.site.finding(
            code, "column \"\(column)\" of \(table.text) is \(here) here and \(there) where \"\(first.name)\" writes it: \(ending)",
            at: second.step.write.into, labels: [.init(first.step.write.into, "\(there) is written here")],
            help: "cast it to one type in both")
    }
}

extension DiagnosticCode {
    static let conflictingColumns = DiagnosticCode(
        "conflicting-columns", summary: "Two steps of a pipeline write one table with columns that do not go together.",
        explanation: "A table of the lake keeps the types of its columns: rows may bring new columns, and values that fit as they are (an INTEGER into a BIGINT), but no other types. A step whose rows do not fit fails, each time that it runs. Only `onSchemaChange: replace` with mode overwrite changes a type.",
        example: "- { name: eu, type: transform, query: select 1 as id, into: silver.ids }\n- { name: us, type: transform, query: select 'a' as id, into: silver.ids, mode: append }",
        fix: "- { name: eu, type: transform, query: select '1' as id, into: silver.ids }\n- { name: us, type: transform, query: select 'a' as id, into: silver.ids, mode: append }")
    static let conflictingWriters = DiagnosticCode(
        "conflicting-writers", .warning, isAdvice: true,
        summary: "Steps of several pipelines, or of several branches, write one table with columns that do not go together.",
        explanation: "Whichever comes second finds a table with other types, and fails. Where they never write the same environment, waive it with that reason.",
        example: "- name: load\n  type: if\n  condition: ${{ pipeline().parameters.full }}\n  then: [{ name: all, type: transform, query: select 1 as id, into: silver.ids }]\n  else: [{ name: new, type: transform, query: select 'a' as id, into: silver.ids, mode: append }]",
        fix: "- name: load\n  type: if\n  condition: ${{ pipeline().parameters.full }}\n  then: [{ name: all, type: transform, query: select '1' as id, into: silver.ids }]\n  else: [{ name: new, type: transform, query: select 'a' as id, into: silver.ids, mode: append }]")
}
