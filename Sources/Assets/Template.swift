package import Diagnostics
internal import Expressions
internal import Support
package import YAML

/// `templates/<name>.yml`: activities with typed parameters, to be used in many places.
package struct Template: Sendable {
    package let name: Located<String>
    package let description: String?
    package let parameters: [MapEntry<ParameterDeclaration>]
    /// Decoded anew for each use, with its arguments in place.
    package let body: YAMLNode
    package let range: SourceRange

    package static let codec = Codec<Template>.object("template", "Reusable activities with typed parameters.") { r in
        let header = r.header(.template)
        let parameters = r.defaulted("parameters", ParameterDeclaration.map, "What a use has to give.", default: [])
        let body = r.required("activities", templateBody, "The activities; params.NAME is a parameter.")
        return Template(name: header.name, description: header.description, parameters: parameters, body: body, range: r.range)
    }

    private static let nothing: YAMLNode = {
        guard let document = YAMLDocument.parse([], path: "").document else { preconditionFailure("an empty file is a document") }
        return document.root
    }()

    private static let templateBody = Codec<YAMLNode>(
        schema: .reference("activities"), placeholder: nothing
    ) { input, context in
        guard case .node(let node) = input, node.kind == .sequence else {
            return Codec<YAMLNode>.mismatch("a list of activities", input, context)
        }
        return node
    }
}

/// A use of a template in a list of activities.
package struct TemplateCall: Sendable {
    package let name: Located<String>
    package let template: Located<String>
    package let arguments: [MapEntry<DynamicValue>]
    package let dependsOn: [Activity.Dependency]
    package let range: SourceRange

    package static let codec = Codec<TemplateCall>.object("template use", "A use of a template.") { r in
        TemplateCall(
            name: r.required("name", Codec<Located<String>>.locatedName, "Name of the activity; with several activities, the first part of theirs."),
            template: r.required("template", Codec<Located<String>>.locatedName, "Name of the template."),
            arguments: r.defaulted("parameters", Codec<DynamicValue>.dynamicValue.dictionary(), "Its parameters.", default: []),
            dependsOn: r.defaulted("dependsOn", Activity.dependencies, "Activities that must end first.", default: []),
            range: r.range)
    }
}
