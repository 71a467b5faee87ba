internal import AssetLoading
internal import Assets
internal import Support

/// What a template's change does is told at its uses.
enum TemplateEffects {
    static func told(_ changes: [Change], _ base: ProjectSide, _ head: ProjectSide) -> [Change] {
        let names = Dictionary(
            (base.frame.templates + head.frame.templates).map { (ExactText($0.path), $0.asset.name.value) }, uniquingKeysWith: { _, last in last })
        let changed = Set(changes.filter { $0.kind == Meaning.Kind.template.rawValue }.flatMap { [$0.name] + ($0.formerName.map { [$0] } ?? []) })
        var effective: Set<String> = []
        var result = changes.map { marked($0, names, changed, &effective) }
        let used = Set((base.pipelines + head.pipelines).flatMap(\.usedTemplates))
        // Activities that are written otherwise and give the same everywhere: a default that is spelled out, say.
        result = result.compactMap { change in
            guard change.kind == Meaning.Kind.template.rawValue, change.action == .changed, used.contains(change.name), !effective.contains(change.name)
            else { return change }
            var change = change
            change.parts.removeAll { $0.kind == Meaning.Kind.activity.rawValue }
            return change.parts.isEmpty ? nil : change
        }
        return result
    }

    private static func marked(
        _ change: Change, _ names: [ExactText: String], _ changed: Set<String>, _ effective: inout Set<String>
    ) -> Change {
        var change = change
        guard change.kind == Meaning.Kind.pipeline.rawValue else { return change }
        for index in change.parts.indices {
            let part = change.parts[index]
            guard part.kind == Meaning.Kind.activity.rawValue, let path = part.path, let template = names[ExactText(path)] else { continue }
            effective.insert(template)
            guard changed.contains(template) else { continue }
            change.parts[index].marks.insert(.template)
            change.parts[index].words = [part.words, "by template \(template)"].compactMap(\.self).joined(separator: ", ")
        }
        return change
    }
}
