internal import Assets
internal import Lineage
internal import Support
internal import Validation

/// Where it begins.
extension ImpactSearch {
    /// What is changed itself, and what only is another source than before.
    func seeds(_ steps: [Step]) -> (seeds: [Dataset: Extent], sources: Set<Dataset>) {
        var seeds: [Dataset: Extent] = [:]
        var sources: Set<Dataset> = []
        func add(_ dataset: Dataset, _ extent: Extent) {
            if seeds[dataset]?.add(extent) == nil { seeds[dataset] = extent }
        }
        let writers = Dictionary(grouping: steps, by: \.name)
        for change in changes {
            switch Meaning.Kind(rawValue: change.kind) {
            case .pipeline?:
                for part in change.parts where part.kind == Meaning.Kind.activity.rawValue {
                    for step in writers[.init(pipeline: change.name, activity: part.name)] ?? [] {
                        if let extent = extent(of: part, upon: step) { add(step.output, step.extent(extent)) }
                    }
                }
                for activity in reordered(pipeline: change) { for step in writers[activity] ?? [] { add(step.output, .all) } }
                // Any of its activities may use what runs are given.
                let settings = [Meaning.Kind.parameter, .variable].map(\.rawValue)
                if change.parts.contains(where: { settings.contains($0.kind) && $0.action != .added }) {
                    for step in steps where step.name.pipeline == change.name { add(step.output, .all) }
                }
            case .sourceSchema?:
                for table in change.parts where table.kind == Meaning.Kind.table.rawValue {
                    let columns = Set(table.parts.filter { $0.kind == Meaning.Kind.column.rawValue }.map { $0.name.lowercased() })
                    let source = Dataset.table(.database(connection: change.name, table: table.name))
                    sources.insert(source)
                    add(source, columns.isEmpty ? .all : .columns(columns))
                }
            case .environment?:
                for part in change.parts where part.kind == Meaning.Kind.connection.rawValue && part.action != .added {
                    for step in steps {
                        for case .table(.database(let connection, let table)) in step.inputs where connection == part.name {
                            let source = Dataset.table(.database(connection: connection, table: table))
                            sources.insert(source)
                            add(source, .all)
                        }
                    }
                }
            default: break
            }
        }
        for dataset in controlled(steps) { add(dataset, .all) }
        for table in tables {
            guard let step = steps.first(where: { $0.output.text == table.name }) else { continue }
            let columns = Set(table.parts.map { $0.name.lowercased() })
            if !columns.isEmpty { add(step.output, .columns(columns)) }
        }
        return (seeds, sources)
    }

    /// Of what an activity writes; nil: its rows are as before.
    private func extent(of change: Change, upon step: Step) -> Extent? {
        if change.action == .added || change.action == .removed { return .all }
        return Self.extent(of: change.parts, upon: step)
    }

    /// Of parts of an activity that changed.
    static func extent(of parts: [Change]) -> Extent? { extent(of: parts, upon: nil) }

    private static func extent(of parts: [Change], upon step: Step?) -> Extent? {
        var extent: Extent?
        func add(_ more: Extent) {
            if extent?.add(more) == nil { extent = more }
        }
        for part in parts {
            // A view hangs on its own query alone, and nothing beside it on that.
            let view = part.name.hasPrefix(Meaning.viewPrefix) ? part.name.dropFirst(Meaning.viewPrefix.count) : nil
            if let step, view != nil || step.isView, step.output.text != "warehouse." + (view ?? "") { continue }
            if part.kind == Meaning.Kind.check.rawValue {
                if sortsOut(part) { add(.all) }
            } else if part.name == "query" || view != nil, part.marks.contains(.logic) {
                add(part.columns.map { .columns($0) } ?? .all)
            } else if !isHarmless(part.name) || part.name == "dependsOn" && waitsOtherwise(part) {
                add(.all)
            }
        }
        return extent
    }

    /// Fields that decide when and how often something runs, not what comes of it.
    static func isHarmless(_ field: String) -> Bool {
        ["description", "timeout", "dependsOn", "batchCount"].contains(field) || field.hasPrefix("retry.")
    }

    /// After failures, or whatever became of another: then it runs at other times than before.
    private static func waitsOtherwise(_ change: Change) -> Bool {
        func conditional(_ value: JSONValue?) -> Set<String> { Set((value?.asArray ?? []).compactMap(\.asString).filter { $0.hasSuffix(")") }) }
        return conditional(change.old) != conditional(change.new)
    }

    /// Activities of which the one that ran first runs after the other now. Where one only waits or no longer waits, it reads something else.
    private func reordered(pipeline change: Change) -> [LineageStep.Name] {
        OrderComparison.turned(change.parts).map { .init(pipeline: change.name, activity: $0) }
    }

    /// Rows that violate it are left out, now or before.
    private static func sortsOut(_ check: Change) -> Bool {
        let words = [check.words] + check.parts.flatMap { [$0.old?.asString, $0.new?.asString] }
        return words.contains { $0 == "drop" || $0 == "quarantine" }
    }

    /// Settings that any pipeline may use.
    var sharedSettings: [String] {
        let kinds = [Meaning.Kind.globalParameter, .variable].map(\.rawValue)
        return changes.filter { $0.kind == Meaning.Kind.project.rawValue || $0.kind == Meaning.Kind.environment.rawValue }.flatMap { asset in
            asset.parts.filter { kinds.contains($0.kind) }.map { "any pipeline may read \(Words.kind($0.kind)) \($0.name) of \(asset.name)" }
        }
    }
}
