internal import Support

/// Which columns of a query's result a change of it concerns.
enum SQLDifference: Equatable {
    /// Which rows there are may differ, too.
    case rows
    /// Only what these columns hold, by their names in lower case.
    case columns(Set<String>)

    /// Told from the engine's trees. Only of a plain SELECT, whose rows do not depend on its columns, anything but `rows` can be told.
    static func between(_ old: SQLMeaning, _ new: SQLMeaning) -> SQLDifference {
        guard let before = old.tree.flatMap(select), let after = new.tree.flatMap(select), let context = rest(before), context == rest(after),
            let one = items(before), let other = items(after)
        else { return .rows }
        var changed: Set<String> = []
        for name in Set(one.keys).union(other.keys) where one[name] != other[name] { changed.insert(name) }
        // An alias may be used in conditions, and in the columns after it.
        var (used, others) = (Set<String>(), [(name: String, names: Set<String>)]())
        for node in [before, after] { rest(node)?.members.forEach { plainNames(in: $0.value, &used) } }
        for (name, item) in Array(one) + Array(other) {
            var names: Set<String> = []
            plainNames(in: item, &names)
            others.append((name, names.subtracting([name])))
        }
        var isGrowing = true
        while isGrowing {
            let more = others.filter { !changed.contains($0.name) && !changed.isDisjoint(with: $0.names) }.map(\.name)
            changed.formUnion(more)
            isGrowing = !more.isEmpty
        }
        return used.isDisjoint(with: changed) ? .columns(changed) : .rows
    }

    private static func select(_ tree: JSONValue) -> JSONObject? {
        guard let statements = tree["statements"]?.asArray, statements.count == 1, let node = statements[0]["node"]?.asObject,
            node["type"]?.asString == "SELECT_NODE"
        else { return nil }
        return node
    }

    /// All but the list of columns; nil where that list decides on rows or their order.
    private static func rest(_ node: JSONObject) -> JSONObject? {
        // DISTINCT and ORDER BY may name columns by number or alias, and GROUP BY ALL takes those that are there.
        if node["modifiers"] != nil { return nil }
        let aggregates = node["aggregate_handling"]?.asString
        if aggregates == "FORCE_AGGREGATES" { return nil }
        if let groups = node["group_expressions"]?.asArray, groups.contains(where: isNumber) { return nil }
        return JSONObject(node.members.filter { $0.key != "select_list" }.map { ($0.key, $0.value) })
    }

    /// Names of columns without a table's.
    private static func plainNames(in value: JSONValue, _ names: inout Set<String>) {
        switch value {
        case .object(let object):
            if object["class"]?.asString == "COLUMN_REF", let parts = object["column_names"]?.asArray, parts.count == 1, let name = parts[0].asString {
                names.insert(name.lowercased())
            }
            for member in object.members { plainNames(in: member.value, &names) }
        case .array(let items): for item in items { plainNames(in: item, &names) }
        default: break
        }
    }

    private static func isNumber(_ value: JSONValue) -> Bool { value["class"]?.asString == "CONSTANT" }

    /// By the name a column has; nil where one has none that can be told.
    private static func items(_ node: JSONObject) -> [String: JSONValue]? {
        guard let list = node["select_list"]?.asArray else { return nil }
        var result: [String: JSONValue] = [:]
        // Without GROUP BY an aggregate makes one row of all.
        let hasGroups = node["group_expressions"] != nil
        for item in list {
            guard !holds(item, "STAR"), !holdsFunction(item, ["unnest", "generate_series", "range"]), let name = name(of: item),
                result.updateValue(item, forKey: name) == nil
            else { return nil }
            if !hasGroups, holdsFunction(item, nil) { return nil }
        }
        return result
    }

    private static func name(of item: JSONValue) -> String? {
        if let alias = item["alias"]?.asString, !alias.isEmpty { return alias.lowercased() }
        guard item["class"]?.asString == "COLUMN_REF" else { return nil }
        return item["column_names"]?.asArray?.last?.asString?.lowercased()
    }

    private static func holds(_ value: JSONValue, _ kind: String) -> Bool {
        switch value {
        case .object(let object): object["class"]?.asString == kind || object.members.contains { holds($0.value, kind) }
        case .array(let items): items.contains { holds($0, kind) }
        default: false
        }
    }

    /// - Parameter names: nil: any aggregate, as far as names tell.
    private static func holdsFunction(_ value: JSONValue, _ names: Set<String>?) -> Bool {
        switch value {
        case .object(let object):
            if object["class"]?.asString == "FUNCTION", let name = object["function_name"]?.asString?.lowercased(),
                (names ?? aggregates).contains(name)
            { return true }
            return object.members.contains { holdsFunction($0.value, names) }
        case .array(let items): return items.contains { holdsFunction($0, names) }
        default: return false
        }
    }

    /// Those of the engine (`duckdb_functions()`), and its macros that use one.
    static let aggregates: Set<String> = [
        "any_value", "approx_count_distinct", "approx_quantile", "approx_top_k", "arbitrary", "arg_max", "arg_max_null", "arg_max_nulls_last",
        "arg_min", "arg_min_null", "arg_min_nulls_last", "argmax", "argmin", "array_agg", "avg", "bit_and", "bit_or", "bit_xor", "bitstring_agg",
        "bool_and", "bool_or", "corr", "count", "count_if", "count_star", "countif", "covar_pop", "covar_samp", "cume_dist", "dense_rank", "entropy",
        "favg", "fill", "first", "first_value", "fsum", "geomean", "geometric_mean", "group_concat", "histogram", "histogram_exact", "kahan_sum",
        "kurtosis", "kurtosis_pop", "lag", "last", "last_value", "lead", "list", "listagg", "mad", "max", "max_by", "mean", "median", "min", "min_by",
        "mode", "nth_value", "ntile", "percent_rank", "product", "quantile", "quantile_cont", "quantile_disc", "rank", "rank_dense", "regr_avgx",
        "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "reservoir_quantile", "row_number",
        "sem", "skewness", "stddev", "stddev_pop", "stddev_samp", "string_agg", "sum", "sum_no_overflow", "sumkahan", "var_pop", "var_samp",
        "variance", "wavg", "weighted_avg",
    ]
}
