internal import Diagnostics
internal import Support

/// expression := literal | name '(' [expression {',' expression}] ')' | 'params', then any of
/// '.' name | '?.' name | '[' expression ']' | '?[' expression ']'
struct ExpressionParser {
    private var lexer: ExpressionLexer
    private var token: ExpressionToken
    private let places: TextPlaces

    /// Parses the bytes of `range`, which is all of one expression.
    static func parse(
        _ bytes: [UInt8], in range: Range<Int>, places: TextPlaces
    ) throws(ExpressionSyntaxError) -> ExpressionNode {
        var parser = try ExpressionParser(bytes, in: range, places: places)
        guard parser.token.kind != .end else {
            throw ExpressionSyntaxError(message: "there is no expression between ${{ and }}", range: range)
        }
        let node = try parser.expression(depth: 1)
        guard parser.token.kind == .end else { throw parser.afterExpression() }
        guard node.size <= ExpressionLimits.nodes else {
            throw ExpressionSyntaxError(
                message: "the expression has more than \(ExpressionLimits.nodes) parts", range: range)
        }
        return node
    }

    private init(_ bytes: [UInt8], in range: Range<Int>, places: TextPlaces) throws(ExpressionSyntaxError) {
        lexer = ExpressionLexer(bytes, in: range)
        self.places = places
        token = try lexer.next()
    }

    private mutating func advance() throws(ExpressionSyntaxError) -> ExpressionToken {
        let current = token
        token = try lexer.next()
        return current
    }

    private mutating func expression(depth: Int) throws(ExpressionSyntaxError) -> ExpressionNode {
        guard depth <= ExpressionLimits.depth else { throw tooDeep() }
        let start = token.range.lowerBound
        var node = try operand(depth: depth)
        while case .symbol(let symbol) = token.kind, symbol == "." || symbol == "?." || symbol == "[" || symbol == "?[" {
            let opening = try advance()
            guard node.depth < ExpressionLimits.depth else { throw tooDeep() }
            let isSafe = symbol.first == "?"
            if symbol.last == "." {
                guard case .name(let name) = token.kind else {
                    throw ExpressionSyntaxError(
                        message: "expected the name of a property after '\(symbol)'", range: place(of: token),
                        help: "other names are written in brackets: ['my property']")
                }
                let range = try advance().range
                node = ExpressionNode(
                    .member(node, name: name, nameRange: places.range(range), isSafe: isSafe),
                    at: places.range(start..<range.upperBound))
            } else {
                let index = try expression(depth: depth + 1)
                guard token.isSymbol("]") else { throw unclosed("]", opening) }
                let closing = try advance()
                node = ExpressionNode(
                    .index(node, index, isSafe: isSafe), at: places.range(start..<closing.range.upperBound))
            }
        }
        return node
    }

    private mutating func operand(depth: Int) throws(ExpressionSyntaxError) -> ExpressionNode {
        switch token.kind {
        case .literal(let value):
            let range = try advance().range
            return ExpressionNode(.literal(value), at: places.range(range))
        case .name(let name):
            let nameToken = try advance()
            if token.isSymbol("(") { return try call(name, nameToken, depth: depth) }
            return try word(name, nameToken)
        case .end:
            throw ExpressionSyntaxError(message: "the expression ends too early", range: place(of: token))
        case .symbol(let symbol):
            throw ExpressionSyntaxError(
                message: "expected a value or a function, found '\(symbol)'", range: token.range,
                help: symbol == "(" ? "there are no parentheses around values" : nil)
        }
    }

    private mutating func call(
        _ name: String, _ nameToken: ExpressionToken, depth: Int
    ) throws(ExpressionSyntaxError) -> ExpressionNode {
        let opening = try advance()
        var arguments: [ExpressionNode] = []
        if !token.isSymbol(")") {
            arguments.append(try expression(depth: depth + 1))
            while token.isSymbol(",") {
                _ = try advance()
                arguments.append(try expression(depth: depth + 1))
            }
        }
        guard token.isSymbol(")") else { throw unclosed(")", opening) }
        let closing = try advance()
        return ExpressionNode(
            .call(name: name, nameRange: places.range(nameToken.range), arguments: arguments),
            at: places.range(nameToken.range.lowerBound..<closing.range.upperBound))
    }

    private func word(_ name: String, _ token: ExpressionToken) throws(ExpressionSyntaxError) -> ExpressionNode {
        let range = places.range(token.range)
        switch name.lowercased() {
        case "true": return ExpressionNode(.literal(true), at: range)
        case "false": return ExpressionNode(.literal(false), at: range)
        case "null": return ExpressionNode(.literal(.null), at: range)
        case "params": return ExpressionNode(.parameters, at: range)
        default: break
        }
        if let function = FunctionTable.named(name) {
            throw ExpressionSyntaxError(
                message: "'\(name)' is a function", range: token.range, help: "write \(function.signature)")
        }
        let known = Suggestion.nearest(to: name, in: ["params", "true", "false", "null"] + FunctionTable.names)
        throw ExpressionSyntaxError(
            message: "unknown name '\(name.shortened(to: 60))'", range: token.range,
            help: known.map { "did you mean \($0)\(FunctionTable.named($0) == nil ? "" : "(...)")?" }
                ?? "text is written in single quotes")
    }

    private func unclosed(_ wanted: String, _ opening: ExpressionToken) -> ExpressionSyntaxError {
        let expected = wanted == ")" ? "',' or ')'" : "']'"
        if token.kind == .end {
            return ExpressionSyntaxError(message: "this bracket is not closed", range: opening.range, help: "add \(wanted)")
        }
        return ExpressionSyntaxError(message: "expected \(expected), found \(description(of: token))", range: token.range)
    }

    private func afterExpression() -> ExpressionSyntaxError {
        ExpressionSyntaxError(
            message: "expected the end of the expression, found \(description(of: token))", range: token.range)
    }

    private func tooDeep() -> ExpressionSyntaxError {
        ExpressionSyntaxError(
            message: "the expression is nested deeper than \(ExpressionLimits.depth) levels", range: token.range)
    }

    private func description(of token: ExpressionToken) -> String {
        switch token.kind {
        case .name(let name): "'\(name.shortened(to: 40))'"
        case .literal(let value): value.text().shortened(to: 40)
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "its end"
        }
    }

    /// A range to point at, also where the token is the end.
    private func place(of token: ExpressionToken) -> Range<Int> { token.range }
}
