package import Diagnostics
internal import Assets

extension ProjectValidation {
    /// The findings about what a change touches, and about what depends on it: pipelines that use a changed template or
    /// SQL file, read a table that a touched pipeline writes, or run a touched pipeline. A change of the project file or
    /// of an environment touches everything.
    ///
    /// - Parameter changed: paths of files that were changed, added or removed.
    package func findings(touchedBy changed: Set<String>) -> (diagnostics: [Diagnostic], waived: [(diagnostic: Diagnostic, reason: String)]) {
        guard let affected = affected(by: changed) else { return (report.diagnostics, report.waived) }
        func isAffected(_ finding: Diagnostic) -> Bool {
            guard let range = finding.range else { return true }
            return affected.contains(range.path) || finding.labels.contains { affected.contains($0.range.path) }
        }
        return (report.diagnostics.filter(isAffected), report.waived.filter { isAffected($0.diagnostic) })
    }

    /// Paths of the files that a change concerns; nil: all of them.
    private func affected(by changed: Set<String>) -> Set<String>? {
        if changed.contains(Project.fileName) || !changed.isDisjoint(with: environmentPaths) { return nil }
        let templates = Set(templatePaths.filter { changed.contains($0.value) }.keys)
        let schemas = Set(schemaPaths.filter { changed.contains($0.value) }.keys)
        var isTouched = entries.map { entry in
            changed.contains(entry.file.path) || entry.sqlFiles.contains { changed.contains($0.path) }
                || entry.templates.contains { templates.contains($0.path) } || entry.facts.steps.contains { $0.reads(from: schemas) }
                || (schemas.contains(SourceSchema.warehouse) && !entry.facts.publishes.isEmpty)
        }
        var readers: [TableAddress: [Int]] = [:]
        var callers: [String: [Int]] = [:]
        for (index, entry) in entries.enumerated() {
            for step in entry.facts.steps {
                for table in step.inputs { readers[table, default: []].append(index) }
                // Whether its rows fit, and what its checks find, hangs on who else writes the table.
                if let target = step.target { readers[target, default: []].append(index) }
            }
            for use in entry.facts.reads { readers[.lake(use.table), default: []].append(index) }
            for call in entry.facts.calls { callers[call.target, default: []].append(index) }
        }
        var open = entries.indices.filter { isTouched[$0] }
        while let next = open.popLast() {
            let facts = entries[next].facts
            var dependents = facts.name.flatMap { callers[$0.value] } ?? []
            for table in facts.steps.compactMap(\.target) + facts.writes.map({ .lake($0.table) }) { dependents += readers[table] ?? [] }
            for dependent in dependents where !isTouched[dependent] {
                isTouched[dependent] = true
                open.append(dependent)
            }
        }
        var paths = changed
        // A table that is no longer published is told there: nothing is left in the pipeline.
        if let lock = schemaPaths[SourceSchema.warehouse] { paths.insert(lock) }
        for (entry, touched) in zip(entries, isTouched) where touched {
            paths.insert(entry.file.path)
            paths.formUnion(entry.sqlFiles.map(\.path))
        }
        return paths
    }
}

extension PipelineFacts.Step {
    fileprivate func reads(from connections: Set<String>) -> Bool {
        !connections.isDisjoint(with: schemas)
            || inputs.contains { if case .database(let connection, _) = $0 { connections.contains(connection) } else { false } }
    }
}
