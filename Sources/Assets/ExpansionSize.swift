internal import Diagnostics
internal import YAML

/// How many activities the templates of a pipeline stand for, counted before any is expanded: templates inside
/// templates multiply, so that a few short files may stand for millions.
struct ExpansionSize {
    static let limit = 10_000

    /// In what was expanded so far.
    fileprivate var total = 0
    fileprivate var isTold = false
    /// By template.
    private var known: [String: Int] = [:]

    /// Activities of a template, with those of the templates in it; `limit` and one more where there are more. A use that
    /// stands for none counts as one: it takes time as well.
    fileprivate mutating func activities(of template: String, in templates: [String: Template]) -> Int {
        if let size = known[template] { return size }
        guard let body = templates[template]?.body else { return 0 }
        known[template] = 0  // A circle is told where it is expanded.
        let size = count(body, templates)
        known[template] = size
        return size
    }

    private mutating func count(_ list: YAMLNode, _ templates: [String: Template]) -> Int {
        guard list.kind == .sequence else { return 0 }
        var size = 0
        for item in list.items where size <= Self.limit && item.kind == .mapping {
            if let name = item["template"] {
                size += max(1, name.text.map { activities(of: $0, in: templates) } ?? 0)
            } else {
                size += 1
                for key in ["activities", "then", "else"] { if let inner = item[key] { size += count(inner, templates) } }
            }
        }
        return min(size, Self.limit + 1)
    }
}

extension DecodingContext {
    /// Whether there is room for what a use stands for; told at the first one without. Uses in a template were counted
    /// with it, except where an argument says which template they mean.
    func fits(_ use: TemplateCall, of template: Template) -> Bool {
        guard call == nil || substitutedRanges.contains(use.template.range) else { return true }
        let size = max(1, expansion.activities(of: template.name.value, in: templates))
        guard expansion.total + size > ExpansionSize.limit else {
            expansion.total += size
            return true
        }
        usedTemplates.insert(template.name.value)
        useAll(in: template.body)
        guard !expansion.isTold else { return false }
        expansion.isTold = true
        let words = size > ExpansionSize.limit ? "more than \(ExpansionSize.limit) activities" : "\(size) activities, and others before it for \(expansion.total)"
        report(
            .templateTooLarge, "this use of template \"\(template.name.value)\" stands for \(words)", at: use.template.range,
            notes: ["a pipeline may have \(ExpansionSize.limit) activities from templates"],
            help: "use fewer templates in templates, or forEach for what differs by a value only")
        return false
    }

    /// Counts a template, and those in it, as used: they are not left over.
    private func useAll(in body: YAMLNode) {
        for item in body.items where item.kind == .mapping {
            if let name = item["template"]?.text {
                if usedTemplates.insert(name).inserted, let inner = templates[name] { useAll(in: inner.body) }
            } else {
                for key in ["activities", "then", "else"] { if let inner = item[key] { useAll(in: inner) } }
            }
        }
    }
}
