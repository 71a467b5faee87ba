internal import Support

extension DuckDBSession {
    /// By the engine's own parser, so everything it accepts is understood; nothing is bound, so tables and functions
    /// need not exist. A query that is no single SELECT is a `.syntax` error, with the offset where the engine gives one.
    /// Tables named only in texts, as arguments of `query` and `query_table`, are not found.
    package func tableReferences(in sql: String) async throws(EngineError) -> [TableReference] {
        try await tableReferences(inEach: [sql]).get()[0].get()
    }

    /// Many at a time: parsing takes a tenth of the time that a statement of its own would.
    package func tableReferences(inEach queries: [String]) async -> Result<[Result<[TableReference], EngineError>], EngineError> {
        await result(optimizing: false) { connection throws(EngineError) in
            var answers: [Result<[TableReference], EngineError>] = []
            answers.reserveCapacity(queries.count)
            for start in stride(from: 0, to: queries.count, by: 64) {
                try self.checkInterruption()
                let part = queries[start..<min(start + 64, queries.count)]
                answers += try Self.parse(Array(part), connection).map { $0.map(\.references) }
            }
            return answers
        }
    }

    package func names(in sql: String) async throws(EngineError) -> SQLNames {
        try await result(optimizing: false) { connection throws(EngineError) in
            let walk = try Self.parse([sql], connection, wantsColumns: true)[0].get()
            return SQLNames(tables: walk.references, columns: walk.columns)
        }.get()
    }

    private static func parse(_ queries: [String], _ connection: DuckDBConnection, wantsColumns: Bool = false) throws(EngineError) -> [Result<TableWalk, EngineError>] {
        // What has a NUL byte would be cut there.
        let sound = queries.map { $0.utf8.contains(0) || SQL.endlessComment(in: $0) != nil ? "" : $0 }
        let rows: RowSet
        do throws(EngineError) {
            rows = try Self.rows(
                connection,
                """
                SELECT json_serialize_sql(query, skip_null := true, skip_empty := true, skip_default := true)
                FROM (SELECT unnest($1::VARCHAR[]) AS query)
                """, [.list(sound.map(SQLValue.text))])
        } catch {
            // One that the engine chokes on must not take the others with it.
            guard error.kind != .interrupted else { throw error }
            guard queries.count > 1 else { return [.failure(error)] }
            var answers: [Result<TableWalk, EngineError>] = []
            for query in queries { answers += try parse([query], connection, wantsColumns: wantsColumns) }
            return answers
        }
        guard rows.rows.count == queries.count else {
            throw EngineError(.other, "the engine parsed \(rows.rows.count) of \(queries.count) queries")
        }
        return zip(queries, rows.rows).map { query, row in
            do throws(EngineError) {
                return .success(try walk(query, row[0], wantsColumns))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func walk(_ sql: String, _ answer: SQLValue, _ wantsColumns: Bool) throws(EngineError) -> TableWalk {
        if let nul = sql.utf8.firstIndex(of: 0) {
            throw EngineError(
                .syntax, "the statement holds a NUL byte", sql: sql,
                offset: sql.utf8.distance(from: sql.utf8.startIndex, to: nul))
        }
        if let offset = SQL.endlessComment(in: sql) {
            throw EngineError(.syntax, "comments are nested too deep here", sql: sql, offset: offset)
        }
        guard case .text(let json) = answer, let tree = SyntaxTree(json) else {
            throw EngineError(.other, "the engine's syntax tree cannot be read", sql: sql)
        }
        if tree.text(tree.root, "error_type") != nil { throw failure(tree, sql) }
        let statements = tree.member(tree.root, "statements").map { tree.children($0).count } ?? 0
        guard statements == 1 else {
            throw EngineError(
                .syntax, statements == 0 ? "there is no statement" : "one statement is expected, and here are \(statements)", sql: sql)
        }
        var walk = TableWalk(tree: tree, wantsColumns: wantsColumns)
        walk.visit(tree.root)
        return walk
    }

    private static func failure(_ tree: SyntaxTree, _ sql: String) -> EngineError {
        let kind = tree.text(tree.root, "error_type")
        if kind == "not implemented" {
            return EngineError(
                .syntax, "this is no SELECT, or a PIVOT whose values are not listed with IN; its tables cannot be told", sql: sql)
        }
        var details = JSONObject()
        details["position"] = tree.text(tree.root, "position").map { .string($0) }
        details["error_subtype"] = tree.text(tree.root, "error_subtype").map { .string($0) }
        return EngineError(
            kind == "parser" || kind == "syntax" ? .syntax : .other,
            tree.text(tree.root, "error_message") ?? "the query cannot be parsed", sql: sql,
            offset: EngineError.offset(details, in: sql))
    }
}

/// Collects the tables of a syntax tree, with the common table expressions that are in scope.
private struct TableWalk {
    let tree: SyntaxTree
    private(set) var references: [TableReference] = []
    /// Columns whose names have three parts or more.
    private(set) var columns: [TableReference] = []
    /// Lower-cased names of the expressions in scope, inner ones last.
    private var scope: [String] = []

    private let wantsColumns: Bool

    init(tree: SyntaxTree, wantsColumns: Bool) {
        self.tree = tree
        self.wantsColumns = wantsColumns
    }

    mutating func visit(_ node: Int) {
        guard tree.isObject(node) else {
            for child in tree.children(node) { visit(child) }
            return
        }
        if tree.hasText(node, "class", "CONSTANT") { return }
        if wantsColumns, tree.hasText(node, "class", "COLUMN_REF"), let names = tree.member(node, "column_names").map({ tree.children($0) }), names.count > 2 {
            columns.append(TableReference(name: names.compactMap { tree.text(of: $0) }, offset: tree.number(node, "query_location")))
        }
        let outer = scope.count
        defer { scope.removeLast(scope.count - outer) }
        let expressions = tree.member(node, "cte_map")
        if let list = expressions.flatMap({ tree.member($0, "map") }) {
            // An expression sees those before it, and itself only in the recursive part.
            for entry in tree.children(list) {
                if let value = tree.member(entry, "value") { visit(value) }
                if let name = tree.text(entry, "key") { scope.append(Self.folded(name)) }
            }
        }
        if tree.hasText(node, "type", "BASE_TABLE") { add(node) }
        let recursiveName = tree.hasText(node, "type", "RECURSIVE_CTE_NODE") ? tree.text(node, "cte_name") : nil
        for child in tree.children(node) where child != expressions {
            if let recursiveName, tree.isKey(child, "right") {
                scope.append(Self.folded(recursiveName))
                visit(child)
                scope.removeLast()
            } else {
                visit(child)
            }
        }
    }

    private mutating func add(_ node: Int) {
        guard let table = tree.text(node, "table_name") else { return }
        let catalog = tree.text(node, "catalog_name")
        let schema = tree.text(node, "schema_name")
        let isExpression = scope.contains(Self.folded(table))
        if catalog == nil, isExpression, schema == nil || schema == "recurring" { return }
        references.append(TableReference(
            name: [catalog, schema, table].compactMap(\.self),
            offset: tree.number(node, "query_location")))
    }

    /// The engine folds the case of ASCII letters only.
    private static func folded(_ name: String) -> String {
        String(decoding: name.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
