internal import AssetLoading
internal import Assets
internal import Diagnostics

/// Templates that nothing uses, which are looked at with sample arguments, and parameters of templates that have no effect.
enum UnusedTemplateRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        let used = Set(scope.pipelines.flatMap(\.usedTemplates))
        let frame = scope.frame.frame
        let templates = frame.templatesByName
        let sources = Dictionary(frame.sources.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        // What could not be read may be what uses them.
        let isComplete = scope.unreadNames.isEmpty && !scope.pipelines.contains(where: \.hasLostActivities) && frame.gaps.unreadTemplates.isEmpty
        let names = frame.templates.map { $0.asset.name.value.lowercased() }
        let inSQL = Set(scope.pipelines.flatMap(\.sqlParameters))
        // What an unused template uses is looked at with the arguments that it gets there.
        let unused = frame.templates.filter { !used.contains($0.asset.name.value) }.map { file in
            let context = DecodingContext(asset: "template " + file.asset.name.value, templates: templates)
            context.unreadTemplates = frame.gaps.unreadTemplates
            context.check(unused: file.asset)
            return (file: file, diagnostics: context.diagnostics, uses: context.usedTemplates.subtracting(used))
        }
        var diagnostics: [Diagnostic] = []
        for (file, found, uses) in unused {
            let name = file.asset.name
            // Those of a circle use each other, and are told for that.
            guard !unused.contains(where: { $0.file.path != file.path && $0.uses.contains(name.value) && !uses.contains($0.file.asset.name.value) })
            else { continue }
            diagnostics += found
            // Of two with one name it cannot be told which is meant.
            guard isComplete, names.count(where: { $0 == name.value.lowercased() }) == 1 else { continue }
            diagnostics.append(
                Diagnostic(
                    .unusedTemplate, "no pipeline uses template \"\(name.value)\"", at: name.range,
                    notes: uses.isEmpty ? [] : ["nor what only it uses: \(uses.sorted().joined(separator: ", "))"],
                    help: "remove the file, or use it: template: \(name.value)", asset: "template " + name.value))
        }
        guard isComplete else { return diagnostics }
        for file in frame.templates where used.contains(file.asset.name.value) {
            guard let bytes = sources[file.path] else { continue }
            for parameter in file.asset.parameters
            where !NameUse.parameter(parameter.name, isReadIn: bytes) && !inSQL.contains(parameter.name.lowercased()) {
                diagnostics.append(
                    Diagnostic(
                        .unusedParameter, "the template does not use its parameter \"\(parameter.name)\"", at: parameter.key.range,
                        help: "remove it, or use it: params.\(parameter.name)", asset: "template " + file.asset.name.value))
            }
        }
        return diagnostics
    }
}

extension DiagnosticCode {
    static let unusedTemplate = DiagnosticCode(
        "unused-template", .warning, isAdvice: true, summary: "A template is used by no pipeline.",
        explanation: "It is still looked at, with sample arguments, but nobody would miss it. Use it, or remove its file. Templates that only an unused one uses are named with it.",
        example: "# templates/ingest.yml, and no pipeline with `template: ingest`",
        fix: "- { name: orders, template: ingest, parameters: { table: orders } }")
}
