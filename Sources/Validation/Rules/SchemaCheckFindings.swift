internal import Assets
internal import Diagnostics
internal import Engine
internal import Lake
internal import Support

/// Checks `schema` that cannot hold: the columns that a step writes are known, and they are others.
struct SchemaCheckFindings {
    private let step: PipelineFacts.Step
    private let columns: [SQLColumn]
    /// Columns that other steps give the table; nil where they are not known.
    private let others: [SQLColumn]?
    /// Names of types are compared: SQLite stores others than the rows have.
    private let knowsTypes: Bool

    /// - Parameter isOpen: some activity writes a table that is known only when it runs.
    static func findings(_ compilation: SQLCompilation, _ frame: FrameScope, isOpen: Bool) -> [Diagnostic] {
        let checked = compilation.places.indices.filter { !compilation.places[$0].step.write.schemaChecks.isEmpty }
        guard !checked.isEmpty else { return [] }
        let writers = Dictionary(grouping: compilation.places.indices) { compilation.places[$0].step.target }
        return checked.flatMap { index -> [Diagnostic] in
            let step = compilation.places[index].step
            guard let target = step.target, let columns = compilation.outcomes[index].columns else { return [] }
            var others: [SQLColumn]? = []
            if case .lake = target {
                for other in writers[target] ?? [] where other != index { others = others.flatMap { known in compilation.outcomes[other].columns.map { known + $0 } } }
                if isOpen { others = nil }
            }
            let findings = SchemaCheckFindings(
                step: step, columns: columns, others: others, knowsTypes: knowsTypes(target, frame))
            return step.write.schemaChecks.flatMap { findings.check($0) }
        }
    }

    private static func knowsTypes(_ target: TableAddress, _ frame: FrameScope) -> Bool {
        guard case .database(let connection, _) = target else { return true }
        return !frame.isSQLite(connection)
    }

    private func check(_ check: PipelineFacts.SchemaCheck) -> [Diagnostic] {
        // A name that is there twice was told.
        var listed: Set<String> = []
        let expected = check.columns.filter { listed.insert($0.name.value.lowercased()).inserted }
        var diagnostics = expected.compactMap { wanted in problem(wanted).map { finding($0.message, at: $0.range, check, help: $0.help) } }
        let surplus = columns.filter { !listed.contains($0.name.lowercased()) }.map { "\"\($0.name)\"" }
        if !surplus.isEmpty {
            let what = surplus.count == 1 ? "column \(surplus[0])" : "columns \(surplus.joined(separator: ", "))"
            diagnostics.append(
                finding("the check does not list \(what) of \(source)", at: check.range, check, help: "a check `schema` lists every column"))
        }
        return diagnostics
    }

    private var source: String { step.isTransform ? "the query" : "the source" }

    private func problem(_ wanted: PipelineFacts.SchemaCheck.Column) -> (message: String, range: SourceRange, help: String?)? {
        let name = wanted.name.value
        guard let found = columns.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            guard !othersMayGive(name) else { return nil }
            let near = Suggestion.nearest(to: name, in: columns.map(\.name))
            return (
                "the check expects a column \"\(name)\", and \(source) has none", wanted.name.range,
                near.map { "did you mean \"\($0)\"?" } ?? "its columns: " + columns.map(\.name).joined(separator: ", "))
        }
        // As a table spells a column, so it stays.
        if found.name != name {
            guard !othersMayGive(name) else { return nil }
            return ("the check expects a column \"\(name)\", and \(source) spells it \"\(found.name)\"", wanted.name.range, nil)
        }
        // What is no type was told.
        guard knowsTypes, found.type != .null, let type = try? SQLType(parsing: wanted.type.value), type != found.type,
            !mayBecome(type, found)
        else { return nil }
        return ("the check expects \"\(name)\" to be \(type.sql), and it is \(found.type.sql)", wanted.type.range, nil)
    }

    /// Rows leave a column in the table that others gave it, unless they replace them all.
    private func othersMayGive(_ name: String) -> Bool {
        guard let others else { return step.write.mode != .overwrite }
        return step.write.mode != .overwrite && others.contains { $0.name.lowercased() == name.lowercased() }
    }

    /// Where another step has made the column so that the values fit, it keeps that type.
    private func mayBecome(_ type: SQLType, _ column: SQLColumn) -> Bool {
        guard case .lake? = step.target, step.write.schemaChange != .replace else { return false }
        if let others, !others.contains(where: { $0.name.lowercased() == column.name.lowercased() && $0.type == type }) { return false }
        guard let table = try? DeltaSchema(storing: [SQLColumn(name: column.name, type: type)]), table.columns.first?.type == type else { return false }
        return (try? DeltaSchema.afterWriting([column], into: table, mode: .append)) != nil
    }

    private func finding(_ message: String, at range: SourceRange, _ check: PipelineFacts.SchemaCheck, help: String?) -> Diagnostic {
        var finding = step.site.finding(.schemaCheckFails, message, at: range, help: help)
        if check.isWarning { finding.severity = .warning }
        return finding
    }
}

extension DiagnosticCode {
    static let schemaCheckFails = DiagnosticCode(
        "schema-check-fails", summary: "A check `schema` cannot hold.",
        explanation: "The check lists the columns of the table, all of them, with the types under which the lake stores them. What the step writes is known from its query, and differs: the step would fail whenever it runs. A check with `onViolation: warn` would warn each time, and is a warning here.",
        example: "query: select order_id, amount from bronze.orders\nchecks: [{ schema: { columns: { order_id: BIGINT } } }]",
        fix: "query: select order_id, amount from bronze.orders\nchecks: [{ schema: { columns: { order_id: BIGINT, amount: DOUBLE } } }]")
}
