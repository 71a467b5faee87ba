package import Diagnostics
internal import Support

extension Expression {
    /// What the expression's value will be, and what is certainly wrong with it: names that are not known, numbers and
    /// types of arguments, calls with constant arguments that fail.
    package func check(in scope: ExpressionScope) -> (type: ExpressionType, diagnostics: [Diagnostic]) {
        if root.isTooLarge {
            return (.any, [Diagnostic(.expressionTooLarge, "this expression is too large to evaluate", at: range)])
        }
        var checker = ExpressionChecker(scope: scope)
        let result = checker.check(root)
        return (result.type, checker.diagnostics)
    }
}

extension DynamicText {
    /// As for the expressions in it; the type is text unless one expression is the whole.
    package func check(in scope: ExpressionScope) -> (type: ExpressionType, diagnostics: [Diagnostic]) {
        if let whole = wholeExpression { return whole.check(in: scope) }
        return (.string, expressions.flatMap { $0.check(in: scope).diagnostics })
    }
}

struct ExpressionChecker {
    /// A type, and the value where it is known.
    struct Known {
        let type: ExpressionType
        let constant: JSONValue?

        init(_ type: ExpressionType) {
            self.type = type
            constant = nil
        }

        init(constant: JSONValue) {
            type = ExpressionType(of: constant)
            self.constant = constant
        }
    }

    let scope: ExpressionScope
    private(set) var diagnostics: [Diagnostic] = []
    /// Where the template parameters stand whose arguments are being checked, innermost last.
    private var uses: [Diagnostic.Label] = []

    /// How many branches deep the check is in what is never evaluated, by constants known now: a value that does not
    /// fit there does no harm.
    private(set) var unreachable = 0

    init(scope: ExpressionScope) { self.scope = scope }

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, from origin: SourceRange? = nil, help: String? = nil
    ) {
        if unreachable > 0, code == .expressionAlwaysFails || code == .expressionArgumentType { return }
        var labels = uses
        if let origin { labels.append(.init(origin, "the value comes from here")) }
        diagnostics.append(Diagnostic(code, message, at: range, labels: labels, help: help))
    }

    mutating func check(_ node: ExpressionNode) -> Known {
        switch node.kind {
        case .literal(let value): return Known(constant: value)
        case .invalid: return Known(.any)
        case .expanded(let text):
            uses.append(.init(node.range, "used here"))
            defer { uses.removeLast() }
            guard text.wholeExpression == nil else { return check(text.wholeExpression!.root) }
            for expression in text.expressions { _ = check(expression.root) }
            return Known(.string)
        case .parameters:
            report(.expressionSyntax, "params is followed by the name of a parameter: params.x", at: node.range)
            return Known(.any)
        case .member(let base, let name, let range, let isSafe): return member(of: base, name, at: range, isSafe: isSafe)
        case .index(let base, let index, let isSafe):
            if let name = index.constant?.asString { return member(of: base, name, at: index.range, isSafe: isSafe) }
            if let collection = base.collection {
                let key = check(index)
                if !key.type.mayBe(.string) { report(.expressionArgumentType, "a name is text, not \(key.type.withArticle)", at: index.range) }
                if collection != .environmentValues { computedName(index.range) }
                return Known(.any)
            }
            let collection = check(base)
            let key = check(index)
            if !key.type.mayBe(.string), !key.type.mayBe(.integer) {
                report(.expressionArgumentType, "an index is text or an integer, not \(key.type.withArticle)", at: index.range)
            }
            rejectScalar(collection, base)
            if let items = collection.constant?.asArray, let number = key.constant?.asInteger, !isSafe, !items.indices.contains(Int(number)) {
                report(.expressionAlwaysFails, "the index \(number) is outside the array of \(items.count)", at: index.range)
            }
            return Known(.any)
        case .call(let name, let range, let arguments): return call(name, range, arguments, node)
        }
    }

    private mutating func computedName(_ range: SourceRange) {
        report(.expressionDynamicName, "this name is computed and cannot be checked", at: range)
    }

    private mutating func rejectScalar(_ known: Known, _ node: ExpressionNode) {
        guard [.string, .integer, .float, .boolean].contains(known.type) else { return }
        report(
            .expressionArgumentType, "\(known.type.withArticle) has no properties", at: node.range,
            from: node.expandedFrom)
    }

    // MARK: - Members

    private mutating func member(of base: ExpressionNode, _ name: String, at range: SourceRange, isSafe: Bool) -> Known {
        if !isSafe { checkPresence(of: name, in: base, at: range) }
        if let collection = base.collection { return named(name, in: collection, at: range) }
        if case .call(let function, _, let arguments) = base.kind {
            switch FunctionTable.named(function)?.implementation {
            case .special(.object(let root)) where arguments.isEmpty:
                return property(name, of: "\(root.rawValue)()", root.members, at: range)
            case .special(.activity):
                _ = check(base)
                return property(name, of: "activity()", RootObject.activityMembers, at: range)
            default: break
            }
        }
        rejectScalar(check(base), base)
        return Known(.any)
    }

    private mutating func property(
        _ name: String, of object: String, _ members: [(name: String, type: ExpressionType)], at range: SourceRange
    ) -> Known {
        if let member = members.first(where: { $0.name.lowercased() == name.lowercased() }) { return Known(member.type) }
        let suggestion = Suggestion.nearest(to: name, in: members.map(\.name))
        report(
            .expressionUnknownProperty, "\(object) has no property '\(name)'", at: range,
            help: suggestion.map { "did you mean \"\($0)\"?" }
                ?? "its properties are \(members.map(\.name).joined(separator: ", "))")
        return Known(.any)
    }

    private mutating func named(_ name: String, in collection: NamedCollection, at range: SourceRange) -> Known {
        switch collection {
        case .parameters:
            return find(name, in: scope.parameters, "parameter", .expressionUnknownParameter, at: range)
        case .globalParameters:
            return find(name, in: scope.globalParameters, "global parameter", .expressionUnknownParameter, at: range)
        case .environmentValues:
            let values = scope.environmentValues.map { Dictionary(uniqueKeysWithValues: $0.map { ($0, ExpressionType.any) }) }
            return find(name, in: values, "variable of the environment", .expressionUnknownVariable, at: range)
        }
    }

    private mutating func find(
        _ name: String, in types: [String: ExpressionType]?, _ what: String, _ code: DiagnosticCode, at range: SourceRange
    ) -> Known {
        guard let types else { return Known(.any) }
        if let type = types[name] { return Known(type) }
        let wanted = name.lowercased()
        if let known = types.keys.sorted().first(where: { $0.lowercased() == wanted }) { return Known(types[known]!) }
        unknown(name, what, types.keys.sorted(), code, at: range)
        return Known(.any)
    }

    private mutating func unknown(
        _ name: String, _ what: String, _ known: [String], _ code: DiagnosticCode, at range: SourceRange
    ) {
        let suggestion = Suggestion.nearest(to: name, in: known)
        report(code, "there is no \(what) '\(name)'", at: range, help: suggestion.map { "did you mean \"\($0)\"?" })
    }

    // MARK: - Calls

    private mutating func call(
        _ name: String, _ nameRange: SourceRange, _ arguments: [ExpressionNode], _ node: ExpressionNode
    ) -> Known {
        let found = FunctionTable.named(name)
        let known = check(arguments, of: found)
        guard let function = found else {
            let suggestion = Suggestion.nearest(to: name, in: FunctionTable.names)
            report(
                .expressionUnknownFunction, "there is no function '\(name)'", at: nameRange,
                help: suggestion.map { "did you mean \"\($0)\"?" })
            return Known(.any)
        }
        let type = function.result(known.map(\.type))
        guard function.takes(arguments.count) else {
            report(
                .expressionArgumentCount, "\(function.name) takes \(function.countText), not \(arguments.count)",
                at: node.range, help: "write \(function.signature)")
            return Known(type)
        }
        var fits = true
        for (index, argument) in known.enumerated() {
            guard let parameter = function.parameter(at: index) else { continue }
            fits = check(argument, for: parameter, of: function, arguments[index]) && fits
        }
        guard fits else { return Known(type) }
        if case .special(let special) = function.implementation { return self.special(special, type, known, arguments, node) }
        return tried(function, known, node) ?? Known(type)
    }

    /// Each argument; those that the function will not evaluate, because of constants before them, as unreachable.
    private mutating func check(_ arguments: [ExpressionNode], of function: FunctionDefinition?) -> [Known] {
        var known: [Known] = []
        for (index, argument) in arguments.enumerated() {
            let isSkipped: Bool =
                switch function?.implementation {
                case .special(.if): index > 0 && known[0].constant == (index == 1 ? false : true)
                case .special(.and): known.contains { $0.constant == false }
                case .special(.or): known.contains { $0.constant == true }
                case .special(.coalesce): known.contains { $0.constant.map { !$0.isNull } ?? false }
                default: false
                }
            guard isSkipped else { known.append(check(argument)); continue }
            unreachable += 1
            _ = check(argument)
            unreachable -= 1
            known.append(Known(.any))
        }
        return known
    }

    /// The value of `and` or `or`, where those before the one that decides are known, or all are.
    private func folded(_ known: [Known], until stop: JSONValue) -> Known? {
        for argument in known {
            guard let constant = argument.constant else { return nil }
            if constant == stop { return Known(constant: stop) }
        }
        return Known(constant: .bool(stop == false))
    }

    private mutating func check(
        _ known: Known, for parameter: FunctionDefinition.Parameter, of function: FunctionDefinition, _ node: ExpressionNode
    ) -> Bool {
        let fits = known.constant.map { parameter.types.take($0) } ?? parameter.types.contains { known.type.mayBe($0) }
        if !fits {
            report(
                .expressionArgumentType,
                "\(function.name) takes \(parameter.types.text) as \(parameter.name), not \(known.type.withArticle)",
                at: node.range, from: node.expandedFrom)
            return false
        }
        if parameter.isTimeZone, let zones = scope.timeZones, let name = known.constant?.asString {
            do {
                _ = try zones.named(name)
            } catch {
                report(.expressionUnknownTimeZone, error.description, at: node.range, from: node.expandedFrom)
                return false
            }
        }
        return true
    }

    /// Calls a pure function whose arguments are all known. Large results are not kept.
    private mutating func tried(_ function: FunctionDefinition, _ known: [Known], _ node: ExpressionNode) -> Known? {
        guard case .pure(let implementation) = function.implementation else { return nil }
        let constants = known.compactMap(\.constant)
        guard constants.count == known.count else { return nil }
        do {
            let value = try implementation(FunctionArguments(values: constants))
            switch value {
            case .string(let text) where text.utf8.count > 4096: return Known(.string)
            case .array(let items) where items.count > 1000: return Known(.array)
            default: return Known(constant: value)
            }
        } catch {
            report(
                .expressionAlwaysFails, "\(function.name) fails: \(error.message(hidingValues: false))", at: node.range,
                from: node.expandedFrom)
            return nil
        }
    }

    private mutating func special(
        _ special: SpecialFunction, _ type: ExpressionType, _ known: [Known], _ arguments: [ExpressionNode],
        _ node: ExpressionNode
    ) -> Known {
        switch special {
        case .if: if let condition = known[0].constant { return known[condition == true ? 1 : 2] }
        case .and: if let constant = folded(known, until: false) { return constant }
        case .or: if let constant = folded(known, until: true) { return constant }
        case .coalesce: if let value = known.first(where: { $0.constant != .null })?.constant { return Known(constant: value) }
        case .object(.pipeline):
            // Reached only where no property follows.
            report(.expressionUnknownProperty, "pipeline() is followed by a property", at: node.range, help: "write pipeline().RunId")
        case .object: break
        case .item:
            if !scope.isItemAvailable { report(.expressionNoItem, "there is no item here", at: node.range) }
            return Known(scope.itemType)
        case .variables:
            guard let name = known[0].constant?.asString else { computedName(arguments[0].range); break }
            return find(name, in: scope.variables, "variable", .expressionUnknownVariable, at: arguments[0].range)
        case .activity:
            guard let name = known[0].constant?.asString else { computedName(arguments[0].range); break }
            activity(name, at: arguments[0].range)
        case .secret:
            guard let name = known[0].constant?.asString else { computedName(arguments[0].range); break }
            if let secrets = scope.secrets, !secrets.contains(name) {
                unknown(name, "secret", secrets.sorted(), .expressionUnknownSecret, at: arguments[0].range)
            }
        case .vaultSecret:
            for (place, argument) in known.prefix(2).enumerated() where argument.constant?.asString == nil { computedName(arguments[place].range) }
        case .env: break
        }
        return Known(type)
    }

    private mutating func activity(_ name: String, at range: SourceRange) {
        let wanted = name.lowercased()
        if let activities = scope.activities, !activities.contains(where: { $0.lowercased() == wanted }) {
            unknown(name, "activity", activities.sorted(), .expressionUnknownActivity, at: range)
        } else if let upstream = scope.upstream, !upstream.contains(where: { $0.lowercased() == wanted }) {
            report(
                .expressionActivityNotUpstream, "the activity '\(name)' may not have ended here", at: range,
                help: "add it to dependsOn")
        }
    }
}
