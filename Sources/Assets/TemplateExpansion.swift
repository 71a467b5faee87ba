internal import Diagnostics
internal import Expressions
internal import Support
internal import YAML

extension DecodingContext {
    /// Looks at the body of a template that nothing uses, with sample arguments. What depends on an argument is not judged.
    package func check(unused template: Template) {
        arguments = Dictionary(
            template.parameters.map { ($0.name, Substitution(constant: $0.value.defaultValue ?? $0.value.type.sample, declaredType: $0.value.type.rawValue)) },
            uniquingKeysWith: { first, _ in first })
        expanding = [template.name.value]
        _ = Activity.list.decode(.node(template.body), self)
        forgetFindings(at: substitutedRanges)
    }

    /// The activities that a use of a template stands for; nil where that cannot be told.
    func expand(_ use: TemplateCall) -> [Activity]? {
        namedTemplates.insert(use.template.value)
        guard let template = templates[use.template.value] else {
            // Why it could not be read has been told at the template's own file.
            if unreadTemplates.contains(use.template.value) { return nil }
            let help = Suggestion.nearest(to: use.template.value, in: templates.keys.sorted()).map { "did you mean \"\($0)\"?" }
            report(.unknownTemplate, "there is no template \"\(use.template.value)\"", at: use.template.range, help: help)
            return nil
        }
        guard !expanding.contains(use.template.value) else {
            let path = (expanding + [use.template.value]).joined(separator: " -> ")
            report(.templateCycle, "template \"\(use.template.value)\" uses itself: \(path)", at: use.template.range)
            return nil
        }
        guard fits(use, of: template), let arguments = arguments(of: use, for: template) else { return nil }
        usedTemplates.insert(template.name.value)
        let outer = (self.arguments, call)
        self.arguments = arguments
        call = outer.1 ?? use.range
        expanding.append(template.name.value)
        defer {
            (self.arguments, call) = outer
            expanding.removeLast()
        }
        let activities = Activity.list.decode(.node(template.body), self) ?? []
        return renamed(activities, for: use)
    }

    private func arguments(of use: TemplateCall, for template: Template) -> [String: Substitution]? {
        var result: [String: Substitution] = [:]
        var fine = true
        let known = template.parameters.map(\.name)
        var first: [String: SourceRange] = [:]
        for argument in use.arguments {
            guard let earlier = first.updateValue(argument.key.range, forKey: argument.name.lowercased()) else { continue }
            report(
                .invalidCombination, "parameter \"\(argument.name)\" is given twice", at: argument.key.range, labels: [.init(earlier, "first here")],
                notes: ["names of parameters are compared without case"])
            fine = false
        }
        var meant: Set<String> = []
        for argument in use.arguments where !known.contains(where: { $0.lowercased() == argument.name.lowercased() }) {
            let near = Suggestion.nearest(to: argument.name, in: known)
            if let near { meant.insert(near) }
            report(
                .unknownParameter, "template \"\(template.name.value)\" has no parameter \"\(argument.name)\"",
                at: argument.key.range,
                help: near.map { "did you mean \"\($0)\"?" }
                    ?? "its parameters: " + known.joined(separator: ", "))
            fine = false
        }
        for parameter in template.parameters {
            guard let argument = use.arguments.first(where: { $0.name.lowercased() == parameter.name.lowercased() }) else {
                if let value = parameter.value.defaultValue {
                    result[parameter.name] = Substitution(constant: value, at: parameter.key.range, declaredType: parameter.value.type.rawValue)
                } else if meant.contains(parameter.name) {
                    // It was mistyped, which has been told.
                    fine = false
                } else {
                    report(
                        .missingParameter, "parameter \"\(parameter.name)\" of template \"\(template.name.value)\" is missing",
                        at: use.template.range, labels: [.init(parameter.key.range, "declared here, without a default")])
                    fine = false
                }
                continue
            }
            if let value = argument.value.constant {
                if let problem = parameter.value.type.problem(with: value) {
                    report(
                        .wrongType, "parameter \"\(parameter.name)\": \(problem)", at: argument.valueRange,
                        labels: [.init(parameter.key.range, "declared here")])
                    fine = false
                }
                result[parameter.name] = Substitution(constant: value, at: argument.key.range, declaredType: parameter.value.type.rawValue)
            } else if case .text(let text) = argument.value {
                result[parameter.name] = Substitution(text, at: argument.key.range, declaredType: parameter.value.type.rawValue)
            } else {
                report(
                    .valueNotStatic, "an expression inside a list or mapping cannot be a template's argument",
                    at: argument.key.range, help: "make the whole argument one expression")
                fine = false
            }
        }
        return fine ? result : nil
    }

    /// One activity takes the name of the use; several take it as first part of theirs.
    private func renamed(_ activities: [Activity], for use: TemplateCall) -> [Activity] {
        let names = Set(activities.map(\.name.value))
        let prefix = use.name.value
        func rename(_ name: Located<String>) -> Located<String> {
            guard names.contains(name.value) else { return name }
            return Located(activities.count == 1 ? prefix : "\(prefix).\(name.value)", at: use.name.range)
        }
        return activities.map { activity in
            Activity(
                name: rename(activity.name), description: activity.description,
                dependsOn: activity.dependsOn.map {
                    .init(activity: rename($0.activity), conditions: $0.conditions, conditionsRange: $0.conditionsRange)
                } + use.dependsOn,
                retry: activity.retry, timeout: activity.timeout, kind: activity.kind, range: activity.range,
                call: use.range)
        }
    }
}

extension ParameterType {
    /// Some value of the type.
    fileprivate var sample: JSONValue {
        switch self {
        case .string: "sample"
        case .int: 1
        case .float: 1.5
        case .bool: true
        case .date: "2000-01-01"
        case .timestamp: "2000-01-01T00:00:00"
        case .array: []
        case .object: [:]
        }
    }
}
