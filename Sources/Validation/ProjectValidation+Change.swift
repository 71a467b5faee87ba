package import Diagnostics
internal import Assets

extension ProjectValidation {
    /// The findings about what a change touches, and about what depends on it: pipelines that use a changed template or
    /// SQL file, read a table that a touched pipeline writes, or run a touched pipeline. A change of the project file,
    /// of an environment or of its secrets touches everything.
    ///
    /// What a name led to before the change is not known: where one leads nowhere, the change may have done that.
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
        let known = Set(schemaPaths.values).union(entries.map(\.file.path)).union(templatePaths.values)
        let assets = changed.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
        // An environment or a locked schema that is gone, or cannot be read.
        if assets.contains(where: { path in !known.contains(path) && frameFolders.contains { path.hasPrefix($0 + "/") } }) { return nil }
        let templates = Set(templatePaths.filter { changed.contains($0.value) }.keys)
        let schemas = Set(schemaPaths.filter { changed.contains($0.value) }.keys)
        let dependents = Dependents(entries)
        var isTouched = entries.map { entry in
            changed.contains(entry.file.path) || entry.sqlFiles.contains { changed.contains($0.path) }
                || entry.templates.contains { templates.contains($0.path) } || entry.facts.steps.contains { $0.reads(from: schemas) }
                || (schemas.contains(SourceSchema.warehouse) && !entry.facts.publishes.isEmpty)
        }
        var paths = changed
        if !assets.isEmpty {
            for (index, entry) in entries.enumerated() where dependents.leadsNowhere(entry.facts) || entry.templates.contains(where: { templatePaths[$0.path] == nil }) {
                isTouched[index] = true
            }
            let used = Set(entries.flatMap(\.facts.usedTemplates))
            for (name, path) in templatePaths where !used.contains(name) { paths.insert(path) }
        }
        var open = entries.indices.filter { isTouched[$0] }
        while let next = open.popLast() {
            for dependent in dependents.of(entries[next].facts) where !isTouched[dependent] {
                isTouched[dependent] = true
                open.append(dependent)
            }
        }
        // A table that is no longer published is told there: nothing is left in the pipeline.
        if let lock = schemaPaths[SourceSchema.warehouse] { paths.insert(lock) }
        for (entry, touched) in zip(entries, isTouched) where touched {
            paths.insert(entry.file.path)
            paths.formUnion(entry.sqlFiles.map(\.path))
        }
        return paths
    }
}

/// Which pipelines depend on others.
private struct Dependents {
    private var readers: [TableAddress: [Int]] = [:]
    private var callers: [String: [Int]] = [:]
    private var names: Set<String> = []
    /// Pipelines with views, by the names in lower case of what those read; and all such names that something has.
    private var viewers: [String: [Int]] = [:]
    private var published: Set<String> = []
    private var written: Set<TableAddress> = []
    /// By the table's name in lower case: tables that differ only by case are told of at one of them.
    private var writers: [String: [Int]] = [:]

    init(_ entries: [ValidationCache.Pipeline]) {
        for (index, entry) in entries.enumerated() {
            for step in entry.facts.steps { for table in step.inputs { readers[table, default: []].append(index) } }
            for use in entry.facts.reads { readers[.lake(use.table), default: []].append(index) }
            for view in entry.facts.views {
                published.insert(view.name.text.lowercased())
                for name in [view.name] + (view.reads ?? []).compactMap(\.name) { viewers[name.text.lowercased(), default: []].append(index) }
            }
            published.formUnion(entry.facts.publishes.map { $0.table.text.lowercased() })
            for call in entry.facts.calls { callers[call.target, default: []].append(index) }
            if let name = entry.facts.name { names.insert(name.value) }
            written.formUnion(entry.facts.writtenTables + entry.facts.lostTables.map { .lake($0) })
            for table in entry.facts.writtenTables { writers[table.text.lowercased(), default: []].append(index) }
        }
    }

    func of(_ facts: PipelineFacts) -> [Int] {
        (facts.name.flatMap { callers[$0.value] } ?? [])
            + (facts.publishes.map(\.table) + facts.views.map(\.name)).flatMap { viewers[$0.text.lowercased()] ?? [] }
            + facts.writtenTables.flatMap { (viewers[$0.text.lowercased()] ?? []) + (readers[$0] ?? []) + (writers[$0.text.lowercased()] ?? []) }
    }

    /// It reads a table that nothing writes, or runs a pipeline that does not exist.
    func leadsNowhere(_ facts: PipelineFacts) -> Bool {
        facts.calls.contains { !names.contains($0.target) } || facts.reads.contains { !written.contains(.lake($0.table)) }
            || facts.views.contains { view in (view.reads ?? []).contains { $0.name.map { !published.contains($0.text.lowercased()) } ?? false } }
            || facts.steps.contains { step in step.inputs.contains { if case .lake = $0 { !written.contains($0) } else { false } } }
    }
}

extension PipelineFacts {
    fileprivate var writtenTables: [TableAddress] { steps.compactMap(\.target) + steps.compactMap(\.quarantine) + writes.map { .lake($0.table) } }
}

extension PipelineFacts.Step {
    fileprivate func reads(from connections: Set<String>) -> Bool {
        !connections.isDisjoint(with: schemas)
            || inputs.contains { if case .database(let connection, _) = $0 { connections.contains(connection) } else { false } }
    }
}
