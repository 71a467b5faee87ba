package import Diagnostics
internal import Support

/// What an expression refers to by name, each in the order of its appearance.
package struct ExpressionReferences: Sendable {
    package struct Reference: Sendable, Hashable {
        /// As it is written.
        package let name: String
        package let range: SourceRange
        /// Of a secret that another vault than the environment's store holds: that vault's name.
        package var vault: String?
        /// Of a secret of which a version is named that is written down.
        package var version: String?
        /// Of an environment variable: what stands in where it is not set.
        package var fallback = Fallback.none
    }

    package enum Fallback: Sendable, Hashable {
        case none
        case text(String)
        case computed
    }

    package internal(set) var parameters: [Reference] = []
    package internal(set) var globalParameters: [Reference] = []
    package internal(set) var variables: [Reference] = []
    package internal(set) var activities: [Reference] = []
    package internal(set) var secrets: [Reference] = []
    /// Of the process: `env('X')`.
    package internal(set) var environmentVariables: [Reference] = []
    /// Of the environment file: `environment().variables.x`.
    package internal(set) var environmentValues: [Reference] = []
    package internal(set) var usesItem = false
    /// Whether two evaluations may differ though nothing they refer to does: the clock, chance.
    package internal(set) var isVolatile = false
    /// Places where the name of a parameter, variable, activity, secret or environment variable is computed.
    package internal(set) var computedNames: [SourceRange] = []
    /// Those of them that name a secret, or its vault.
    package internal(set) var computedSecrets: [SourceRange] = []

    package init() {}

    /// - Parameter variable: in lower case.
    package mutating func forget(variable: String) { variables.removeAll { $0.name.lowercased() == variable } }

    package mutating func merge(_ other: ExpressionReferences) {
        parameters += other.parameters
        globalParameters += other.globalParameters
        variables += other.variables
        activities += other.activities
        secrets += other.secrets
        environmentVariables += other.environmentVariables
        environmentValues += other.environmentValues
        usesItem = usesItem || other.usesItem
        isVolatile = isVolatile || other.isVolatile
        computedNames += other.computedNames
        computedSecrets += other.computedSecrets
    }
}

extension Expression {
    package var references: ExpressionReferences {
        var references = ExpressionReferences()
        if !root.isTooLarge { references.collect(root) }
        return references
    }
}

extension DynamicText {
    package var references: ExpressionReferences {
        var references = ExpressionReferences()
        for expression in expressions { references.merge(expression.references) }
        return references
    }
}

extension ExpressionReferences {
    fileprivate mutating func collect(_ node: ExpressionNode) {
        switch node.kind {
        case .literal, .invalid, .parameters: break
        case .expanded(let text): for expression in text.expressions { collect(expression.root) }
        case .member(let base, let name, let range, _): reach(base, named: name, at: range)
        case .index(let base, let index, _):
            if let name = index.constant?.asString {
                reach(base, named: name, at: index.range)
            } else {
                if base.collection != nil { computedNames.append(index.range) }
                collect(base)
                collect(index)
            }
        case .call(let name, _, let arguments):
            call(FunctionTable.named(name), arguments, node)
            arguments.forEach { collect($0) }
        }
    }

    private mutating func reach(_ base: ExpressionNode, named name: String, at range: SourceRange) {
        let reference = Reference(name: name, range: range)
        switch base.collection {
        case .parameters: parameters.append(reference)
        case .globalParameters: globalParameters.append(reference)
        case .environmentValues: environmentValues.append(reference)
        case nil: collect(base)
        }
    }

    private mutating func call(_ function: FunctionDefinition?, _ arguments: [ExpressionNode], _ node: ExpressionNode) {
        guard let function else { return }
        let list: WritableKeyPath<Self, [Reference]>
        switch function.implementation {
        case .pure: return
        case .contextual:
            isVolatile = isVolatile || !function.name.lowercased().hasPrefix("convert")
            return
        case .special(.item):
            usesItem = true
            return
        case .special(.variables): list = \.variables
        case .special(.activity): list = \.activities
        case .special(.secret):
            if !arguments.isEmpty { secret(vault: nil, arguments[...]) }
            return
        case .special(.vaultSecret):
            if arguments.count > 1 { secret(vault: arguments[0], arguments[1...]) }
            return
        case .special(.env): list = \.environmentVariables
        case .special: return
        }
        guard let argument = arguments.first else { return }
        if let name = argument.constant?.asString {
            var reference = Reference(name: name, range: argument.range)
            if arguments.count > 1 { reference.fallback = arguments[1].constant?.asString.map { .text($0) } ?? .computed }
            self[keyPath: list].append(reference)
        } else {
            computedNames.append(argument.range)
        }
    }
    /// - Parameter words: name and, where one is given, version.
    private mutating func secret(vault: ExpressionNode?, _ words: ArraySlice<ExpressionNode>) {
        guard let word = words.first else { return }
        let vaultName = vault?.constant?.asString
        if let vault, vaultName == nil {
            note(computedSecret: vault.range)
        } else if let name = word.constant?.asString {
            let version = words.dropFirst().first?.constant?.asString
            secrets.append(Reference(name: name, range: word.range, vault: vaultName, version: version))
        } else {
            note(computedSecret: word.range)
        }
    }

    private mutating func note(computedSecret range: SourceRange) {
        computedNames.append(range)
        computedSecrets.append(range)
    }
}
