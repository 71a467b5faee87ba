internal import Assets
internal import Engine
internal import Lineage
internal import Validation

/// What breaks.
extension ImpactSearch {
    /// Tables that nothing writes any more, where something still reads them.
    func abandoned(_ steps: [Step]) -> [Impact.Break] {
        // Only pipelines with changes can have left any.
        let changed = Set(changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }.map { $0.formerName ?? $0.name })
        let candidates = before.pipelines.filter { changed.contains($0.name?.value ?? $0.givenName) }.flatMap { facts in
            facts.steps.compactMap { step in step.target.flatMap { if case .lake = $0 { Dataset.table($0) } else { nil } } }
                + facts.publishes.map { .warehouse($0.table) } + facts.views.map { .warehouse($0.name) }
        }
        if candidates.isEmpty { return [] }
        let gone = Set(candidates).subtracting(steps.map(\.output))
        return gone.sorted().compactMap { table in
            if case .warehouse = table {
                // Of a table the rows stay, a view is dropped: who reads either is not known.
                return Impact.Break(table: table.text, column: nil, words: "no longer published", readers: [], published: nil)
            }
            let readers = after.pipelines.flatMap { facts in
                let pipeline = facts.name?.value ?? facts.givenName
                return facts.reads.filter { $0.table.text == table.text }.map { "\(pipeline)/\(Self.activity($0.site.asset))" }
            }
            let published = steps.contains { $0.output.text == "warehouse." + table.text } ? "warehouse." + table.text : nil
            if readers.isEmpty, published == nil { return nil }
            return Impact.Break(table: table.text, column: nil, words: "no longer written", readers: Set(readers).sorted(), published: published)
        }
    }

    func breaks(_ steps: [Step], _ engine: EngineSupply) async throws -> [Impact.Break] {
        let broken = tables.filter { $0.marks.contains(.breaking) }
        guard !broken.isEmpty else { return [] }
        let names = Set(broken.map(\.name))
        let changed = Set(changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }.flatMap { pipeline in
            pipeline.parts.filter { $0.kind == Meaning.Kind.activity.rawValue && $0.parts.contains { $0.marks.contains(.logic) } }
                .map { LineageStep.Name(pipeline: pipeline.name, activity: $0.name) }
        })
        let changedViews = Set(changes.flatMap(\.parts).flatMap(\.parts).filter { $0.name.hasPrefix(Meaning.viewPrefix) && $0.marks.contains(.logic) }
            .map { "warehouse." + $0.name.dropFirst(Meaning.viewPrefix.count) })
        let present = Set(steps.map { StepKey($0.name, $0.output) })
        let readers = Self.steps(before).filter { step in
            guard present.contains(StepKey(step.name, step.output)) else { return false }
            let isChanged = step.isView ? changedViews.contains(step.output.text) : changed.contains(step.name)
            return !isChanged && names.contains { name in step.inputs.contains { $0.isMade(of: name) } }
        }
        let known = try await lineage(of: readers.filter { if case .table = $0.output { true } else { $0.isView } }, earlier, before, engine)
        return broken.flatMap { table -> [Impact.Break] in
            let isPublished = steps.contains { $0.output.text == "warehouse." + table.name }
            return table.parts.filter { $0.marks.contains(.breaking) }.map { column in
                let hit = known.steps.filter { $0.type != "publish" && $0.reads(column.name, of: table.name) }.map { $0.type == "view" ? $0.output.text : $0.name.text }
                return Impact.Break(
                    table: table.name, column: column.name, words: Words.column(column), readers: Set(hit).sorted(),
                    published: isPublished ? "warehouse." + table.name : nil)
            }
        }
    }
}

extension Dataset {
    /// The table itself, or as it is published.
    fileprivate func isMade(of table: String) -> Bool {
        if case .warehouse(let name) = self, name.text == table { return true }
        return text == table
    }
}

extension LineageStep {
    /// Where its columns are not known, it may.
    fileprivate func reads(_ column: String, of table: String) -> Bool {
        guard inputs.contains(where: { $0.isMade(of: table) }) else { return false }
        guard let columns else { return true }
        return (columns.flatMap(\.inputs) + rows).contains { $0.column.dataset.isMade(of: table) && $0.column.name.lowercased() == column.lowercased() }
    }
}
