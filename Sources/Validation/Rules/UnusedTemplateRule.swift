internal import AssetLoading
internal import Assets
internal import Diagnostics

/// A template that nothing uses is looked at with sample arguments.
enum UnusedTemplateRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        let used = Set(scope.pipelines.flatMap(\.usedTemplates))
        let templates = scope.frame.frame.templatesByName
        return scope.frame.frame.templates.filter { !used.contains($0.asset.name.value) }.flatMap { file in
            let context = DecodingContext(asset: "template " + file.asset.name.value, templates: templates)
            context.unreadTemplates = scope.frame.frame.gaps.unreadTemplates
            context.check(unused: file.asset)
            return context.diagnostics
        }
    }
}
