package import Diagnostics
package import Support

/// What takes the place of a template's parameter.
package struct Substitution: Sendable {
    package enum Content: Sendable {
        case constant(JSONValue)
        case text(DynamicText)
    }

    package let content: Content
    /// Where the argument is written in the call of the template; nil for a default.
    package let range: SourceRange?
    /// The type the parameter is declared with, in the words of who declares it.
    package let declaredType: String?

    package init(constant: JSONValue, at range: SourceRange? = nil, declaredType: String? = nil) {
        content = .constant(constant)
        self.range = range
        self.declaredType = declaredType
    }

    package init(_ text: DynamicText, at range: SourceRange? = nil, declaredType: String? = nil) {
        content = text.constant.map { .constant($0) } ?? .text(text)
        self.range = range ?? text.range
        self.declaredType = declaredType
    }
}

extension Expression {
    /// The expression with arguments in the place of parameters (`params.x`, `pipeline().parameters.x`); names are
    /// compared without case, and parameters that have no argument stay.
    ///
    /// Each part keeps its place in the template. A part that was replaced also knows the place of its argument, and
    /// diagnostics name both.
    package func substituting(parameters: [String: Substitution]) -> Expression {
        let folded = Dictionary(parameters.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { a, _ in a })
        return Expression(root: root.substituting(folded))
    }
}

extension DynamicText {
    /// As for the expressions in it. A constant becomes part of the text around it.
    package func substituting(parameters: [String: Substitution]) -> DynamicText {
        guard !isLiteral else { return self }
        let isWhole = wholeExpression != nil
        var segments: [Segment] = []
        for segment in self.segments {
            var new = segment
            if case .expression(let expression) = segment {
                let replaced = expression.substituting(parameters: parameters)
                if !isWhole, let value = replaced.constant {
                    new = .literal(value.interpolated)
                } else {
                    new = .expression(replaced)
                }
            }
            if case .literal(let text) = new {
                if text.isEmpty { continue }
                if case .literal(let before)? = segments.last {
                    segments[segments.count - 1] = .literal(before + text)
                    continue
                }
            }
            segments.append(new)
        }
        return DynamicText(segments: segments, range: range)
    }
}

extension ExpressionNode {
    /// Keys of `parameters` are in lower case.
    fileprivate func substituting(_ parameters: [String: Substitution]) -> ExpressionNode {
        if isTooLarge { return self }
        if let (base, name, _) = memberName, base.collection == .parameters, let argument = parameters[name.lowercased()] {
            switch argument.content {
            case .constant(let value): return ExpressionNode(.literal(value), at: range, expandedFrom: argument.range)
            case .text(let text): return ExpressionNode(.expanded(text), at: range, expandedFrom: argument.range)
            }
        }
        let new: Kind
        switch kind {
        case .literal, .parameters, .invalid: return self
        case .call(let name, let nameRange, let arguments):
            new = .call(name: name, nameRange: nameRange, arguments: arguments.map { $0.substituting(parameters) })
        case .member(let base, let name, let nameRange, let isSafe):
            new = .member(base.substituting(parameters), name: name, nameRange: nameRange, isSafe: isSafe)
        case .index(let base, let index, let isSafe):
            new = .index(base.substituting(parameters), index.substituting(parameters), isSafe: isSafe)
        case .expanded(let text):
            // Reached where a template that was expanded inside another is now expanded with that one's arguments.
            let segments = text.segments.map { segment -> DynamicText.Segment in
                guard case .expression(let expression) = segment else { return segment }
                return .expression(Expression(root: expression.root.substituting(parameters)))
            }
            new = .expanded(DynamicText(segments: segments, range: text.range))
        }
        return ExpressionNode(new, at: range, expandedFrom: expandedFrom)
    }
}
