internal import Assets
internal import Diagnostics

/// Tables that nobody can write first, because all that write them read them.
enum FirstRunRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        // A table may come from an activity that is not known.
        guard scope.writtenTables != nil else { return [] }
        let steps = scope.pipelines.lazy.flatMap(\.steps)
        let own = Set(steps.flatMap(\.ownInputs))
        guard !own.isEmpty else { return [] }
        var started = Set(scope.pipelines.flatMap(\.lostTables).flatMap { [$0, $0.quarantine].compactMap { $0 } })
        for step in steps { for table in step.outputs where !step.inputs.contains(.lake(table)) { started.insert(table) } }
        return scope.pipelines.flatMap { facts in
            facts.steps.flatMap { step in
                step.ownInputs.filter { own.contains($0) && !started.contains($0) }.map { finding(step, $0, facts) }
            }
        }
    }

    private static func finding(_ step: PipelineFacts.Step, _ table: LakeName, _ facts: PipelineFacts) -> Diagnostic {
        let use = facts.reads.first { $0.table == table && $0.site.asset == step.site.asset }
        return step.site.finding(
            .tableNeedsItself, "\(table.text) is written only by what reads it: the activity cannot run before the table is there",
            at: step.write.into, labels: use.map { [.init($0.site.range, "read here")] } ?? [],
            help: "let another activity write the table first, or do not read it here")
    }
}

extension PipelineFacts.Step {
    /// Tables of the lake that it writes, where rows are kept that its checks sort out among them.
    fileprivate var outputs: [LakeName] {
        [target, quarantine].compactMap { if case .lake(let table)? = $0 { table } else { nil } }
    }

    /// Those of them that it reads.
    fileprivate var ownInputs: [LakeName] {
        guard let target, inputs.contains(target) || (quarantine.map { inputs.contains($0) } ?? false) else { return [] }
        return outputs.filter { inputs.contains(.lake($0)) }
    }
}

extension DiagnosticCode {
    static let tableNeedsItself = DiagnosticCode(
        "table-needs-itself", isAdvice: true, summary: "A table is read by all that write it, so nobody can write it first.",
        explanation: "A query, a source or a check of the activity reads the table that the activity writes, and no other activity of the project writes it. In an environment where the table is not there yet, such as a new one, the activity fails: \"run the pipeline that writes it first\". Write the table first with an activity that does not read it. Where the table comes from elsewhere, allow the finding with a comment that says so.",
        example: "- name: history\n  type: transform\n  query: select id from bronze.orders where id not in (select id from silver.history)\n  into: silver.history\n  mode: append",
        fix: "- name: history\n  type: transform\n  query: select id from bronze.orders\n  into: silver.history\n  mode: merge\n  key: [id]")
}
