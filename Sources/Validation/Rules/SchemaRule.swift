internal import AssetLoading
internal import Assets
package import Diagnostics
internal import Engine
internal import Support

/// A locked schema: names that mean two things, types that the engine does not have, a connection that does not exist.
struct SchemaRule {
    private var diagnostics: [Diagnostic] = []

    static func check(_ schema: SourceSchema, _ frame: FrameScope) -> [Diagnostic] {
        var rule = SchemaRule()
        if frame.isWarehouse(schema.connection.value) { rule.checkWarehouse(schema) } else { rule.checkConnection(schema, frame) }
        rule.check(schema)
        return rule.diagnostics
    }

    private mutating func checkConnection(_ schema: SourceSchema, _ frame: FrameScope) {
        // The environment that has the connection may be the one that could not be read.
        let isComplete = !frame.frame.gaps.hasBrokenEnvironment && frame.frame.gaps.unreadEnvironments.isEmpty
        let name = schema.connection
        guard isComplete, !frame.connectionNames.contains(name.value) else { return }
        diagnostics.append(
            Diagnostic(
                .unknownConnection, "no environment has a connection \"\(name.value)\"", at: name.range,
                help: Suggestion.nearest(to: name.value, in: frame.connectionNames.sorted()).map { "did you mean \"\($0)\"?" }
                    ?? "remove this file, or declare the connection", asset: Self.asset(schema)))
    }

    /// Nothing would ever look at these.
    private mutating func checkWarehouse(_ schema: SourceSchema) {
        for range in schema.queries.map(\.text.range) + schema.files.map(\.key.range) {
            diagnostics.append(
                Diagnostic(
                    .invalidCombination, "the schema of the warehouse holds tables that pipelines publish, no queries and no files", at: range,
                    help: "remove it, or name the connection that it is of", asset: Self.asset(schema)))
        }
    }

    private static func asset(_ schema: SourceSchema) -> String { "source schema " + schema.connection.value }

    private mutating func check(_ schema: SourceSchema) {
        let asset = Self.asset(schema)
        requireDifferent(schema.tables.map(\.key), "table", asset)
        for query in schema.queries { check(query.columns, asset) }
        for relation in schema.tables + schema.files { check(relation.value.columns, asset) }
        for table in schema.tables { check(key: table.value, asset) }
        var first: [ExactText: SourceRange] = [:]
        for query in schema.queries {
            let text = ExactText(query.text.value)
            if let earlier = first[text] {
                diagnostics.append(
                    Diagnostic(
                        .duplicateName, "this query is here twice", at: query.text.range, labels: [.init(earlier, "first here")], asset: asset))
            } else {
                first[text] = query.text.range
            }
        }
    }

    private mutating func check(_ columns: [MapEntry<String>], _ asset: String) {
        diagnostics += ColumnDeclarations.check(columns, asset: asset)
    }

    private mutating func check(key relation: SourceSchema.Relation, _ asset: String) {
        let names = relation.columns.map(\.name)
        for column in relation.key where !names.contains(where: { $0.lowercased() == column.value.lowercased() }) {
            diagnostics.append(
                Diagnostic(
                    .unknownColumn, "the table has no column \"\(column.value)\"", at: column.range,
                    help: Suggestion.nearest(to: column.value, in: names).map { "did you mean \"\($0)\"?" }
                        ?? "its columns: " + names.joined(separator: ", "), asset: asset))
        }
    }

    private mutating func requireDifferent(_ names: [Located<String>], _ word: String, _ asset: String) {
        diagnostics += ColumnDeclarations.requireDifferent(names, word, asset: asset)
    }
}

extension DiagnosticCode {
    package static let unknownType = DiagnosticCode(
        "unknown-type", summary: "A column is declared with a type that the engine does not know.",
        explanation: "Types are those of the engine, by any of their names: BIGINT, VARCHAR, DECIMAL(18,2), TIMESTAMP, VARCHAR[], STRUCT(a INTEGER). `pipectl sources lock` writes them as the engine reads the source.",
        example: "columns: { customer_id: BIGNIT }", fix: "columns: { customer_id: BIGINT }")

    package static let allSchemas: [DiagnosticCode] = [unknownType]
}
