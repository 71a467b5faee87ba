package import Support

extension QueryLineage {
    /// - Parameter plan: of `EngineSession.boundPlan`: DuckDB's logical plan, its column references resolved to positions
    ///   in the operator's input (`ColumnBindingResolver`).
    package init(plan: JSONValue) throws(PlanError) {
        var reader = PlanReader()
        let relation = try reader.relation(plan)
        self.init(
            columns: relation.columns.map(\.flow), rows: relation.rows, tables: reader.tables,
            foreignFunctions: reader.foreignFunctions)
    }
}

/// The result of an operator.
struct Relation: Equatable {
    struct Column: Equatable {
        /// The engine's name for it: index of a table of the plan, and position in that table.
        var binding: Binding
        var flow: Flow
        /// A key by which the engine has taken a correlated subquery out of its row: no join or grouping of the query's own.
        var isCorrelation = false
    }

    struct Binding: Hashable {
        let table: Int
        let column: Int
    }

    var columns: [Column]
    var rows = Flow()
    /// The value of a subquery: it has one row at most, so what decides on that row decides on the value only.
    var isScalar = false

    init(_ columns: [Column], rows: Flow = Flow()) {
        self.columns = columns
        self.rows = rows
    }

    init(table: Int, _ flows: [Flow], rows: Flow = Flow()) {
        self.init(flows.enumerated().map { Column(binding: .init(table: table, column: $0), flow: $1) }, rows: rows)
    }

    /// The columns at these positions; all where there are none.
    func selecting(_ positions: [Int]) throws(PlanError) -> Relation {
        if positions.isEmpty { return self }
        var result = self
        result.columns = []
        for position in positions {
            guard columns.indices.contains(position) else { throw PlanError("a column at position \(position) is missing") }
            result.columns.append(columns[position])
        }
        return result
    }

    /// What decides on the rows is added to each column.
    var withRowsInColumns: Relation {
        var result = self
        for index in columns.indices { result.columns[index].flow.formUnion(rows) }
        result.rows = Flow()
        return result
    }
}

/// Walks a logical plan from its scans to its result.
struct PlanReader {
    private(set) var tables: Set<EngineTable> = []
    private(set) var foreignFunctions: Set<String> = []
    /// Common table expressions by the index of their table.
    private var expressions: [Int: Relation] = [:]
    /// Columns that correlated subqueries get from the rows outside, innermost last.
    private var outer: [[Flow]] = []

    mutating func relation(_ node: JSONValue) throws(PlanError) -> Relation {
        let type = node["type"]?.asString ?? "?"
        switch type {
        case "LOGICAL_GET": return try scan(node)
        case "LOGICAL_PROJECTION": return try projection(node)
        case "LOGICAL_FILTER":
            var input = try child(node)
            input.rows.formUnion(try flow(of: node.list("expressions"), in: input).reduced(to: .filter))
            return try input.selecting(node.numbers("projection_map"))
        case "LOGICAL_AGGREGATE_AND_GROUP_BY": return try aggregate(node)
        case "LOGICAL_WINDOW":
            var input = try child(node)
            let table = try node.number("window_index")
            for (position, expression) in node.list("expressions").enumerated() {
                let value = try flow(of: expression, in: input)
                input.columns.append(.init(binding: .init(table: table, column: position), flow: value))
            }
            return input
        case "LOGICAL_UNNEST":
            var input = try child(node)
            let table = try node.number("unnest_index")
            for (position, expression) in node.list("expressions").enumerated() {
                let value = try flow(of: expression, in: input).transformed
                input.columns.append(.init(binding: .init(table: table, column: position), flow: value))
            }
            return input
        case "LOGICAL_ORDER_BY", "LOGICAL_TOP_N":
            var input = try child(node)
            input.rows.formUnion(try sorting(node.list("orders"), in: input))
            return try input.selecting(node.numbers("projections"))
        case "LOGICAL_DISTINCT":
            var input = try child(node)
            input.rows.formUnion(try flow(of: node.list("distinct_targets"), in: input).reduced(to: .groupBy))
            if let order = node["order_by"] { input.rows.formUnion(try sorting(order.list("orders"), in: input)) }
            return input
        case "LOGICAL_LIMIT":
            var input = try child(node)
            for bound in [node["limit_val"]?["expression"], node["offset_val"]?["expression"]] {
                if let bound { input.rows.formUnion(try flow(of: bound, in: input).reduced(to: .filter)) }
            }
            return input
        case "LOGICAL_SAMPLE": return try child(node)
        case "LOGICAL_COMPARISON_JOIN", "LOGICAL_ASOF_JOIN", "LOGICAL_DELIM_JOIN", "LOGICAL_ANY_JOIN", "LOGICAL_CROSS_PRODUCT",
            "LOGICAL_POSITIONAL_JOIN":
            return try join(node, type)
        case "LOGICAL_UNION": return try union(node)
        case "LOGICAL_EXCEPT", "LOGICAL_INTERSECT": return try difference(node)
        case "LOGICAL_MATERIALIZED_CTE":
            let children = try node.children(2)
            expressions[try node.number("table_index")] = try relation(children[0])
            return try relation(children[1])
        case "LOGICAL_RECURSIVE_CTE": return try recursion(node)
        case "LOGICAL_CTE_REF":
            let index = try node.number("cte_index")
            guard let found = expressions[index] else { throw PlanError("a common table expression is missing from it") }
            return Relation(table: try node.number("table_index"), found.columns.map(\.flow), rows: found.rows)
        case "LOGICAL_DELIM_GET":
            guard let flows = outer.last else { throw PlanError("a correlated subquery has no row outside") }
            var result = Relation(table: try node.number("table_index"), flows)
            for index in result.columns.indices { result.columns[index].isCorrelation = true }
            return result
        case "LOGICAL_EXPRESSION_GET":
            let input = try child(node)
            var columns: [Flow] = []
            for row in node.list("expressions") {
                for (position, expression) in (row.asArray ?? []).enumerated() {
                    if position == columns.count { columns.append(Flow()) }
                    columns[position].formUnion(try flow(of: expression, in: input))
                }
            }
            return Relation(table: try node.number("table_index"), columns, rows: input.rows)
        case "LOGICAL_DUMMY_SCAN": return Relation(table: try node.number("table_index"), [Flow()])
        case "LOGICAL_CHUNK_GET":
            return Relation(table: try node.number("table_index"), node.list("chunk_types").map { _ in Flow() })
        default: throw PlanError("\(type) is not understood")
        }
    }

    private mutating func child(_ node: JSONValue) throws(PlanError) -> Relation { try relation(try node.children(1)[0]) }

    private func sorting(_ orders: [JSONValue], in input: Relation) throws(PlanError) -> Flow {
        try flow(of: orders.compactMap { $0["expression"] }, in: input).reduced(to: .sort)
    }

    // MARK: Scans

    /// Table functions that make their rows of their arguments alone.
    private static let generators: Set<String> = ["range", "generate_series", "unnest", "repeat", "repeat_row", "generate_subscripts"]

    private mutating func scan(_ node: JSONValue) throws(PlanError) -> Relation {
        let table = try node.number("table_index")
        let names = node.list("names").map { $0.asString }
        // Beyond the names are virtual columns, such as the row's number.
        var positions = node.list("column_indexes").map { $0["index"]?.asInteger.map(Int.init) }
        if positions.isEmpty { positions = [nil] }
        let function = node["name"]?.asString ?? ""
        var source: EngineTable?
        if let data = node["function_data"], let catalog = data["catalog"]?.asString, let schema = data["schema"]?.asString,
            let name = data["table"]?.asString
        {
            source = EngineTable(catalog: catalog, schema: schema, name: name)
            tables.insert(EngineTable(catalog: catalog, schema: schema, name: name))
        } else if !Self.generators.contains(function) {
            foreignFunctions.insert(function)
        }
        var arguments = Flow()
        var passed: [Relation.Column] = []
        var rows = Flow()
        if !node.list("children").isEmpty {
            let input = try child(node)
            for column in input.columns.prefix(node.list("input_table_types").count) { arguments.formUnion(column.flow.transformed) }
            passed = try node.numbers("projected_input").isEmpty ? [] : input.selecting(node.numbers("projected_input")).columns
            rows = input.rows
        }
        var columns: [Relation.Column] = []
        for (index, position) in positions.enumerated() {
            var flow = arguments
            if let source, let position, names.indices.contains(position), let name = names[position] {
                flow.formUnion(Flow(of: EngineColumn(table: source, name: name)))
            }
            columns.append(.init(binding: .init(table: table, column: index), flow: flow))
        }
        var result = try Relation(columns, rows: rows).selecting(node.numbers("projection_ids"))
        result.columns += passed
        return result
    }

    // MARK: One input

    private mutating func projection(_ node: JSONValue) throws(PlanError) -> Relation {
        let input = try child(node)
        let table = try node.number("table_index")
        var result = Relation([], rows: input.rows)
        result.isScalar = input.isScalar
        for (position, expression) in node.list("expressions").enumerated() {
            var column = Relation.Column(
                binding: .init(table: table, column: position), flow: try flow(of: expression, in: input))
            column.isCorrelation = isCorrelation(expression, in: input)
            result.columns.append(column)
        }
        return result
    }

    private mutating func aggregate(_ node: JSONValue) throws(PlanError) -> Relation {
        let input = try child(node)
        var result = Relation([], rows: input.rows)
        let groups = node.list("groups")
        // The engine's way of taking the one row of a subquery; the query itself has aggregated nothing.
        let takesOneRow = groups.isEmpty && node["groupings_index"]?.asInteger == nil
        result.isScalar = takesOneRow
        let groupTable = try node.number("group_index")
        for (position, group) in groups.enumerated() {
            let flow = try flow(of: group, in: input)
            let isCorrelation = isCorrelation(group, in: input)
            result.columns.append(
                .init(binding: .init(table: groupTable, column: position), flow: flow, isCorrelation: isCorrelation))
            if !isCorrelation { result.rows.formUnion(flow.reduced(to: .groupBy)) }
        }
        let aggregateTable = try node.number("aggregate_index")
        for (position, aggregate) in node.list("expressions").enumerated() {
            let isValue = takesOneRow && aggregate["name"]?.asString == "first"
            let value = try isValue ? flow(of: aggregate.list("children"), in: input) : flow(of: aggregate, in: input)
            result.columns.append(.init(binding: .init(table: aggregateTable, column: position), flow: value))
        }
        for (position, _) in node.list("grouping_functions").enumerated() {
            let table = try node.number("groupings_index")
            result.columns.append(.init(binding: .init(table: table, column: position), flow: Flow()))
        }
        return result
    }

    func isCorrelation(_ expression: JSONValue, in input: Relation) -> Bool {
        guard let position = position(of: expression, in: input) else { return false }
        return input.columns[position].isCorrelation
    }

    // MARK: Several inputs

    private mutating func join(_ node: JSONValue, _ type: String) throws(PlanError) -> Relation {
        let children = try node.children(2)
        let left = try relation(children[0])
        var right: Relation
        if type == "LOGICAL_DELIM_JOIN" {
            var flows: [Flow] = []
            for expression in node.list("duplicate_eliminated_columns") { flows.append(try flow(of: expression, in: left)) }
            outer.append(flows)
            right = try relation(children[1])
            outer.removeLast()
        } else {
            right = try relation(children[1])
        }
        let both = Relation(left.columns + right.columns)
        var condition = Flow()
        for entry in node.list("conditions") {
            guard let a = entry["left"], let b = entry["right"] else { throw PlanError("a join's condition is not understood") }
            let isMade = entry["comparison"]?.asString == "COMPARE_NOT_DISTINCT_FROM"
                && (isCorrelation(a, in: left) || isCorrelation(b, in: right))
            if isMade { continue }
            condition.formUnion(try flow(of: a, in: left))
            condition.formUnion(try flow(of: b, in: right))
        }
        for key in ["condition", "predicate"] {
            if let expression = node[key] { condition.formUnion(try flow(of: expression, in: both)) }
        }
        let joinType = node["join_type"]?.asString ?? "INNER"
        let rows = left.rows.union(condition.reduced(to: .join))
        switch joinType {
        case "MARK":
            // A column that says whether there is such a row.
            var result = try left.selecting(node.numbers("left_projection_map"))
            let mark = condition.transformed.union(right.rows)
            result.columns.append(.init(binding: .init(table: try node.number("mark_index"), column: 0), flow: mark))
            return result
        case "SEMI", "ANTI":
            var result = try left.selecting(node.numbers("left_projection_map"))
            result.rows = rows.union(right.rows)
            return result
        case "RIGHT_SEMI", "RIGHT_ANTI":
            right.rows.formUnion(rows)
            return try right.selecting(node.numbers("right_projection_map"))
        case "SINGLE":
            right.rows.formUnion(condition.reduced(to: .join))
            right = right.withRowsInColumns
            return Relation(try columns(node, left, right), rows: left.rows)
        case "INNER", "LEFT", "RIGHT", "OUTER", "FULL":
            if type == "LOGICAL_CROSS_PRODUCT", right.isScalar { right = right.withRowsInColumns }
            return Relation(try columns(node, left, right), rows: rows.union(right.rows))
        default: throw PlanError("a join of type \(joinType) is not understood")
        }
    }

    private func columns(_ node: JSONValue, _ left: Relation, _ right: Relation) throws(PlanError) -> [Relation.Column] {
        try left.selecting(node.numbers("left_projection_map")).columns + right.selecting(node.numbers("right_projection_map")).columns
    }

    private mutating func union(_ node: JSONValue) throws(PlanError) -> Relation {
        var flows: [Flow] = []
        var rows = Flow()
        for (position, branch) in node.list("children").enumerated() {
            let input = try relation(branch)
            rows.formUnion(input.rows)
            if position == 0 { flows = input.columns.map { _ in Flow() } }
            guard input.columns.count == flows.count else { throw PlanError("the branches of a UNION differ in width") }
            for (index, column) in input.columns.enumerated() { flows[index].formUnion(column.flow) }
        }
        return Relation(table: try node.number("table_index"), flows, rows: rows)
    }

    /// Every value of the result stands on the left; the right decides which.
    private mutating func difference(_ node: JSONValue) throws(PlanError) -> Relation {
        let children = try node.children(2)
        let left = try relation(children[0])
        let right = try relation(children[1])
        var rows = left.rows.union(right.rows)
        for column in left.columns + right.columns { rows.formUnion(column.flow.reduced(to: .filter)) }
        return Relation(table: try node.number("table_index"), left.columns.map(\.flow), rows: rows)
    }

    /// The recursive part is read again until it brings nothing new: influences only grow, so that it ends.
    private mutating func recursion(_ node: JSONValue) throws(PlanError) -> Relation {
        let children = try node.children(2)
        let table = try node.number("table_index")
        let start = try relation(children[0])
        var result = Relation(table: table, start.columns.map(\.flow), rows: start.rows)
        while true {
            let before = result
            expressions[table] = result
            let step = try relation(children[1])
            guard step.columns.count == result.columns.count else { throw PlanError("the parts of a recursion differ in width") }
            result.rows.formUnion(step.rows)
            for (index, column) in step.columns.enumerated() { result.columns[index].flow.formUnion(column.flow) }
            if node["union_all"]?.asBool != true {
                let keys = node.list("key_targets")
                let key = try keys.isEmpty ? result.columns.reduce(into: Flow()) { $0.formUnion($1.flow) } : flow(of: keys, in: result)
                result.rows.formUnion(key.reduced(to: .groupBy))
            }
            if result == before { return result }
        }
    }
}
