internal import Diagnostics
internal import Support

extension Expression {
    package func evaluate(in context: some EvaluationContext) throws(ExpressionError) -> EvaluatedValue {
        guard !root.isTooLarge else { throw ExpressionError("the expression is too large to evaluate", at: range) }
        return try ExpressionEvaluator(context: context).evaluate(root)
    }
}

extension DynamicText {
    /// The whole expression's value with its type, or the text with the values in their places.
    package func evaluate(in context: some EvaluationContext) throws(ExpressionError) -> EvaluatedValue {
        if let whole = wholeExpression { return try whole.evaluate(in: context) }
        for expression in expressions where expression.root.isTooLarge {
            throw ExpressionError("the expression is too large to evaluate", at: expression.range)
        }
        return try ExpressionEvaluator(context: context).text(self)
    }
}

struct ExpressionEvaluator {
    let context: any EvaluationContext

    func evaluate(_ node: ExpressionNode) throws(ExpressionError) -> EvaluatedValue {
        switch node.kind {
        case .literal(let value): return EvaluatedValue(value)
        case .invalid: throw failure("this is no expression", node)
        case .parameters: throw failure("params is followed by the name of a parameter: params.x", node)
        case .expanded(let text):
            if let whole = text.wholeExpression { return try evaluate(whole.root) }
            return try self.text(text)
        case .member(let base, let name, _, let isSafe):
            return try member(of: base, key: EvaluatedValue(.string(name)), isSafe: isSafe, node)
        case .index(let base, let index, let isSafe):
            return try member(of: base, key: try evaluate(index), isSafe: isSafe, node)
        case .call(let name, let range, let arguments):
            guard let function = FunctionTable.named(name) else {
                throw ExpressionError("there is no function '\(name)'", at: range, expandedFrom: node.expandedFrom)
            }
            guard function.takes(arguments.count) else {
                throw failure("\(function.name) takes \(function.countText), not \(arguments.count)", node)
            }
            if case .special(let special) = function.implementation { return try self.special(special, function, arguments, node) }
            return try call(function, arguments, node)
        }
    }

    func text(_ text: DynamicText) throws(ExpressionError) -> EvaluatedValue {
        var result = ""
        var isSensitive = false
        for segment in text.segments {
            switch segment {
            case .literal(let literal): result += literal
            case .expression(let expression):
                let value = try evaluate(expression.root)
                result += value.value.interpolated
                isSensitive = isSensitive || value.isSensitive
                guard result.utf8.count <= ExpressionLimits.textLength else {
                    throw failure("the text is longer than \(ExpressionLimits.textLength >> 20) MB", expression.root)
                }
            }
        }
        return EvaluatedValue(.string(result), isSensitive: isSensitive)
    }

    private func failure(_ message: String, _ node: ExpressionNode) -> ExpressionError {
        ExpressionError(message, at: node.range, expandedFrom: node.expandedFrom)
    }

    // MARK: - Members

    private func member(
        of base: ExpressionNode, key: EvaluatedValue, isSafe: Bool, _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        if let collection = base.collection {
            guard let name = key.value.asString else { throw failure("a name is text", node) }
            return try named(name, collection, isSafe: isSafe, shown: key.isSensitive ? nil : name, node).tainted(by: key.isSensitive)
        }
        let object: EvaluatedValue
        if base.isCall(to: "pipeline") { object = EvaluatedValue(.object(context.pipeline)) } else { object = try evaluate(base) }
        let isSensitive = object.isSensitive || key.isSensitive
        let shown = isSensitive ? "(a sensitive value)" : key.value.shown
        switch (object.value, key.value) {
        case (.null, _) where isSafe: return EvaluatedValue(.null, isSensitive: isSensitive)
        case (.null, _): throw failure("the value is null and has no \(shown); write ?. or ?[ where it may be", node)
        case (.object(let members), .string(let name)):
            if let value = members.member(named: name) { return EvaluatedValue(value, isSensitive: isSensitive) }
            if isSafe { return EvaluatedValue(.null, isSensitive: isSensitive) }
            let names = isSensitive || members.isEmpty ? "" : "; there are: " + members.keys.prefix(20).joined(separator: ", ")
            throw failure("there is no property \(shown)\(names)", node)
        case (.array(let items), _) where key.value.asInteger != nil:
            let index = key.value.asInteger!
            if items.indices.contains(Int(index)) { return EvaluatedValue(items[Int(index)], isSensitive: isSensitive) }
            if isSafe { return EvaluatedValue(.null, isSensitive: isSensitive) }
            throw failure("the index \(shown) is outside the array\(isSensitive ? "" : " of \(items.count)")", node)
        default:
            let type = ExpressionType(of: object.value).withArticle
            throw failure("\(type) has no element \(shown)", node)
        }
    }

    private func named(
        _ name: String, _ collection: NamedCollection, isSafe: Bool, shown: String?, _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        let value: EvaluatedValue?
        let what: String
        switch collection {
        case .parameters: (value, what) = (context.parameter(name), "parameter")
        case .globalParameters: (value, what) = (context.globalParameter(name), "global parameter")
        case .environmentValues:
            let member = context.environment.member(named: "variables")?.asObject?.member(named: name)
            (value, what) = (member.map { EvaluatedValue($0) }, "variable of the environment")
        }
        if let value { return value }
        if isSafe { return EvaluatedValue(.null) }
        throw failure("there is no \(what)\(shown.map { " '\($0)'" } ?? " of this name")", node)
    }

    // MARK: - Calls

    private func call(
        _ function: FunctionDefinition, _ arguments: [ExpressionNode], _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        var values: [JSONValue] = []
        var isSensitive = false
        for (index, argument) in arguments.enumerated() {
            let value = try self.argument(index, argument, of: function)
            values.append(value.value)
            isSensitive = isSensitive || value.isSensitive
        }
        do throws(FunctionFailure) {
            let arguments = FunctionArguments(values: values)
            switch function.implementation {
            case .pure(let body): return EvaluatedValue(try body(arguments), isSensitive: isSensitive)
            case .contextual(let body): return EvaluatedValue(try body(arguments, context), isSensitive: isSensitive)
            case .special: preconditionFailure("\(function.name) is evaluated apart")
            }
        } catch {
            throw failure("\(function.name): \(error.message(hidingValues: isSensitive))", node)
        }
    }

    private func argument(
        _ index: Int, _ node: ExpressionNode, of function: FunctionDefinition
    ) throws(ExpressionError) -> EvaluatedValue {
        let value = try evaluate(node)
        guard let parameter = function.parameter(at: index), parameter.types.take(value.value) else {
            let wanted = function.parameter(at: index)?.types.text ?? "nothing"
            throw failure(
                "\(function.name) takes \(wanted) as \(function.parameter(at: index)?.name ?? "argument"), not "
                    + ExpressionType(of: value.value).withArticle, node)
        }
        return value
    }

    private func special(
        _ special: SpecialFunction, _ function: FunctionDefinition, _ arguments: [ExpressionNode], _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        switch special {
        case .if:
            let condition = try argument(0, arguments[0], of: function)
            let chosen = condition.value == true ? 1 : 2
            return try evaluate(arguments[chosen]).tainted(by: condition.isSensitive)
        case .and, .or:
            let stop: JSONValue = if case .and = special { false } else { true }
            var isSensitive = false
            for (index, node) in arguments.enumerated() {
                let value = try argument(index, node, of: function)
                isSensitive = isSensitive || value.isSensitive
                if value.value == stop { return EvaluatedValue(stop, isSensitive: isSensitive) }
            }
            return EvaluatedValue(.bool(stop == false), isSensitive: isSensitive)
        case .coalesce:
            var isSensitive = false
            for node in arguments {
                let value = try evaluate(node)
                isSensitive = isSensitive || value.isSensitive
                if !value.value.isNull { return EvaluatedValue(value.value, isSensitive: isSensitive) }
            }
            return EvaluatedValue(.null, isSensitive: isSensitive)
        case .object(.pipeline): throw failure("pipeline() is followed by a property, as in pipeline().RunId", node)
        case .object(.trigger): return EvaluatedValue(.object(context.trigger))
        case .object(.environment): return EvaluatedValue(.object(context.environment))
        case .object(.run): return EvaluatedValue(.object(context.run))
        case .item:
            guard let item = context.item else { throw failure("there is no item here", node) }
            return item
        case .variables: return try lookUp(arguments[0], function, "there is no variable", context.variable)
        case .activity: return try lookUp(arguments[0], function, "nothing is known of the activity", context.activity)
        case .secret: return try secret(arguments, ofVault: false, function, node)
        case .vaultSecret: return try secret(arguments, ofVault: true, function, node)
        case .env: return try environmentVariable(arguments, function, node)
        }
    }

    private func lookUp(
        _ node: ExpressionNode, _ function: FunctionDefinition, _ complaint: String, _ find: (String) -> EvaluatedValue?
    ) throws(ExpressionError) -> EvaluatedValue {
        let name = try argument(0, node, of: function)
        guard let value = find(name.value.asString ?? "") else {
            throw failure("\(complaint) \(shown(name))", node)
        }
        return value.tainted(by: name.isSensitive)
    }

    private func shown(_ name: EvaluatedValue) -> String {
        name.isSensitive ? "of this name" : name.value.shown
    }

    private func secret(
        _ arguments: [ExpressionNode], ofVault: Bool, _ function: FunctionDefinition, _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        let first = ofVault ? 1 : 0
        let vault = ofVault ? try argument(0, arguments[0], of: function) : nil
        let name = try argument(first, arguments[first], of: function)
        let version = arguments.count > first + 1 ? try argument(first + 1, arguments[first + 1], of: function) : nil
        let reference = SecretReference(
            vault: vault?.value.asString, name: name.value.asString ?? "", version: version?.value.asString)
        do {
            return EvaluatedValue(.string(try context.secret(reference)), isSensitive: true)
        } catch {
            let isHidden = name.isSensitive || version?.isSensitive ?? false || vault?.isSensitive ?? false
            throw failure(isHidden ? "the secret is not available" : "secret: \(error.reason)", node)
        }
    }

    private func environmentVariable(
        _ arguments: [ExpressionNode], _ function: FunctionDefinition, _ node: ExpressionNode
    ) throws(ExpressionError) -> EvaluatedValue {
        let name = try argument(0, arguments[0], of: function)
        if let value = context.environmentVariable(name.value.asString ?? "") {
            return EvaluatedValue(.string(value), isSensitive: name.isSensitive)
        }
        if arguments.count > 1 { return try evaluate(arguments[1]).tainted(by: name.isSensitive) }
        throw failure("there is no environment variable \(shown(name))", node)
    }
}
