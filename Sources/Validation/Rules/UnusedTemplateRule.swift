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
        return frame.templates.flatMap { file -> [Diagnostic] in
            let asset = "template " + file.asset.name.value
            var diagnostics: [Diagnostic] = []
            let isUsed = used.contains(file.asset.name.value)
            if !isUsed {
                let context = DecodingContext(asset: asset, templates: templates)
                context.unreadTemplates = frame.gaps.unreadTemplates
                context.check(unused: file.asset)
                diagnostics = context.diagnostics
                // Of two with one name it cannot be told which is meant.
                if isComplete, names.count(where: { $0 == file.asset.name.value.lowercased() }) == 1 {
                    diagnostics.append(
                        Diagnostic(
                            .unusedTemplate, "nothing uses template \"\(file.asset.name.value)\"", at: file.asset.name.range,
                            help: "remove the file, or use it: template: \(file.asset.name.value)", asset: asset))
                }
            }
            guard isComplete, let bytes = sources[file.path] else { return diagnostics }
            for parameter in file.asset.parameters
            where !NameUse.parameter(parameter.name, isReadIn: bytes) && !inSQL.contains(parameter.name.lowercased()) && isUsed {
                diagnostics.append(
                    Diagnostic(
                        .unusedParameter, "the template does not use its parameter \"\(parameter.name)\"", at: parameter.key.range,
                        help: "remove it, or use it: params.\(parameter.name)", asset: asset))
            }
            return diagnostics
        }
    }
}

extension DiagnosticCode {
    static let unusedTemplate = DiagnosticCode(
        "unused-template", .warning, isAdvice: true, summary: "A template is used by no pipeline.",
        explanation: "It is still looked at, with sample arguments, but nobody would miss it. Use it, or remove its file.",
        example: "# templates/ingest.yml, and no pipeline with `template: ingest`",
        fix: "- { name: orders, template: ingest, parameters: { table: orders } }")
}
