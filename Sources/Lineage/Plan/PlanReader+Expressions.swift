internal import Support

extension PlanReader {
    func flow(of expressions: [JSONValue], in input: Relation) throws(PlanError) -> Flow {
        var result = Flow()
        for expression in expressions { result.formUnion(try flow(of: expression, in: input)) }
        return result
    }

    func flow(of expression: JSONValue, in input: Relation) throws(PlanError) -> Flow {
        let kind = expression["expression_class"]?.asString ?? "?"
        switch kind {
        case "BOUND_REF", "BOUND_COLUMN_REF":
            guard let position = position(of: expression, in: input) else { throw PlanError("a column it refers to is missing") }
            return input.columns[position].flow
        case "BOUND_CONSTANT", "BOUND_PARAMETER", "BOUND_DEFAULT": return Flow()
        // A lambda's own text is no child: what it takes from the row is one.
        case "BOUND_FUNCTION", "BOUND_OPERATOR", "BOUND_CONJUNCTION":
            return try flow(of: expression.list("children"), in: input).transformed
        case "BOUND_CAST", "BOUND_UNNEST": return try flow(of: expression.members("child"), in: input).transformed
        case "BOUND_COMPARISON": return try flow(of: expression.members("left", "right"), in: input).transformed
        case "BOUND_BETWEEN": return try flow(of: expression.members("input", "lower", "upper"), in: input).transformed
        case "BOUND_CASE": return try choice(expression, in: input)
        case "BOUND_AGGREGATE":
            var result = try flow(of: expression.list("children"), in: input).aggregated
            result.formUnion(try flow(of: expression.members("filter"), in: input).reduced(to: .filter))
            let orders = expression["order_bys"]?.list("orders").compactMap { $0["expression"] } ?? []
            result.formUnion(try flow(of: orders, in: input).reduced(to: .sort))
            return result
        case "BOUND_WINDOW": return try window(expression, in: input)
        default: throw PlanError("an expression of class \(kind) is not understood")
        }
    }

    /// The position in the operator's input; nil where there is none.
    func position(of expression: JSONValue, in input: Relation) -> Int? {
        switch expression["expression_class"]?.asString {
        case "BOUND_REF":
            guard let index = expression["index"]?.asInteger.map(Int.init), input.columns.indices.contains(index) else { return nil }
            return index
        // Left by the engine below table functions.
        case "BOUND_COLUMN_REF":
            guard let table = expression["binding"]?["table_index"]?.asInteger, let column = expression["binding"]?["column_index"]?.asInteger
            else { return nil }
            return input.columns.firstIndex { $0.binding == .init(table: Int(table), column: Int(column)) }
        default: return nil
        }
    }

    private func choice(_ expression: JSONValue, in input: Relation) throws(PlanError) -> Flow {
        var conditions = Flow()
        var values = Flow()
        var isGuard = true
        for check in expression.list("case_checks") {
            conditions.formUnion(try flow(of: check.members("when_expr"), in: input).reduced(to: .conditional))
            values.formUnion(try flow(of: check.members("then_expr"), in: input))
            if check["then_expr"]?["name"]?.asString != "error" { isGuard = false }
        }
        values.formUnion(try flow(of: expression.members("else_expr"), in: input))
        // `CASE WHEN count > 1 THEN error(...) ELSE value END` around the value of a subquery changes no value.
        return (isGuard ? values : values.transformed).union(conditions)
    }

    private func window(_ expression: JSONValue, in input: Relation) throws(PlanError) -> Flow {
        let arguments = try flow(of: expression.list("children"), in: input)
        var result = expression["type"]?.asString == "WINDOW_AGGREGATE" ? arguments.aggregated : arguments.transformed
        result.formUnion(try flow(of: expression.members("default_expr"), in: input).transformed)
        result.formUnion(try flow(of: expression.members("filters"), in: input).reduced(to: .filter))
        let orders = (expression.list("orders") + expression.list("arg_orders")).compactMap { $0["expression"] }
        let frame = expression.list("partitions") + orders + expression.members("start_expr", "end_expr", "offset_expr")
        result.formUnion(try flow(of: frame, in: input).reduced(to: .window))
        return result
    }
}

/// Members of a plan; the engine leaves out what is null or empty.
extension JSONValue {
    func list(_ key: String) -> [JSONValue] { self[key]?.asArray ?? [] }

    func members(_ keys: String...) -> [JSONValue] { keys.compactMap { self[$0] } }

    func number(_ key: String) throws(PlanError) -> Int {
        guard let value = self[key]?.asInteger else { throw PlanError("\"\(key)\" is missing") }
        return Int(value)
    }

    func numbers(_ key: String) throws(PlanError) -> [Int] {
        var result: [Int] = []
        for item in list(key) {
            guard let value = item.asInteger else { throw PlanError("\"\(key)\" is no list of numbers") }
            result.append(Int(value))
        }
        return result
    }

    func children(_ count: Int) throws(PlanError) -> [JSONValue] {
        let children = list("children")
        guard children.count == count else { throw PlanError("\(self["type"]?.asString ?? "an operator") has \(children.count) inputs") }
        return children
    }
}
