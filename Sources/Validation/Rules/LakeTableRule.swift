internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// Tables that are read are written by some pipeline, and names in SQL mean something.
enum LakeTableRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        reads(scope) + names(scope) + cases(scope)
    }

    private static func reads(_ scope: ProjectScope) -> [Diagnostic] {
        guard let written = scope.writtenTables else { return [] }
        var diagnostics: [Diagnostic] = []
        for use in scope.pipelines.lazy.flatMap(\.reads) where !written.contains(use.table) {
            if use.table.layer == LakeName.quarantineLayer {
                diagnostics.append(unfilled(use, written))
                continue
            }
            let near = Suggestion.nearest(to: use.table.text, in: written.map(\.text).sorted())
            diagnostics.append(
                use.site.finding(
                    .unknownTable, "no activity of this project writes \(use.table.text)", help: near.map { "did you mean \($0)?" }))
        }
        return diagnostics
    }

    private static func unfilled(_ use: PipelineFacts.TableUse, _ written: Set<LakeName>) -> Diagnostic {
        let near = Suggestion.nearest(to: use.table.text, in: written.filter { $0.layer == LakeName.quarantineLayer }.map(\.text).sorted())
        let source = written.first { $0.quarantine == use.table }
        return use.site.finding(
            .unknownTable, "no check of this project puts rows into \(use.table.text)",
            help: source.map { "give a check of the activity that writes \($0.text) `onViolation: quarantine`" } ?? near.map { "did you mean \($0)?" })
    }

    private static func names(_ scope: ProjectScope) -> [Diagnostic] {
        scope.pipelines.flatMap(\.unknownNames).map { name in
            let text = name.parts.joined(separator: ".")
            if name.parts.count == 1 {
                let near = Suggestion.nearest(to: text, in: name.sources) ?? tables(called: text, scope)
                return name.site.finding(
                    .unknownTable, "\"\(text)\" is no table and no named source of this transform",
                    help: near.map { "did you mean \"\($0)\"?" }
                        ?? "name tables of the lake LAYER.NAME (layers: \(scope.frame.layers.dropLast().joined(separator: ", ")))")
            }
            let near = Suggestion.nearest(to: name.parts[0], in: scope.frame.layers + scope.frame.connectionNames.sorted())
            return name.site.finding(
                .unknownTable, "\"\(name.parts[0])\" in \"\(text)\" is neither a layer of the lake nor a connection",
                help: near.map { "did you mean \"\($0)\"?" })
        }
    }

    /// A table of that name in some layer, as `layer.name`.
    private static func tables(called name: String, _ scope: ProjectScope) -> String? {
        scope.pipelines.lazy.flatMap(\.writes).first { $0.table.name.lowercased() == name.lowercased() }?.table.text
    }

    /// The lake's folders know case, names in SQL do not: such tables would be taken for one another.
    private static func cases(_ scope: ProjectScope) -> [Diagnostic] {
        // Where all are in lower case, none differs by case.
        guard scope.pipelines.contains(where: { $0.writes.contains { !$0.table.isLowercase } }) else { return [] }
        let names = Set(scope.pipelines.lazy.flatMap(\.writes).map(\.table))
        guard Set(names.lazy.map { $0.text.lowercased() }).count < names.count else { return [] }
        var spellings: [String: String] = [:]
        for use in scope.pipelines.lazy.flatMap(\.writes) {
            let text = use.table.text
            let known = spellings[text.lowercased()]
            if known.map({ text.utf8.lexicographicallyPrecedes($0.utf8) }) ?? true { spellings[text.lowercased()] = text }
        }
        return scope.pipelines.lazy.flatMap(\.writes).compactMap { use in
            guard let other = spellings[use.table.text.lowercased()], other != use.table.text else { return nil }
            return use.site.finding(
                .duplicateName, "\(use.table.text) differs from the table \(other) only by case",
                help: "SQL does not tell them apart: name one of them otherwise")
        }
    }
}

extension LakeName {
    fileprivate var isLowercase: Bool {
        func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) } }
        return isPlain(layer) && isPlain(name)
    }
}
