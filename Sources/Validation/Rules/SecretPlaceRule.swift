internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions

/// Secrets stand only where their value is neither kept nor shown. A run refuses them in the same places, by what a value was
/// made from; here it is seen where the expression itself names the secret.
enum SecretPlaceRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            for (text, reason) in activity.kind.exposedTexts {
                for expression in text.expressions where !expression.references.secrets.isEmpty {
                    diagnostics.append(
                        scope.finding(
                            .secretMisplaced, "a secret cannot be used here: \(reason)", at: expression.range, in: activity,
                            help: "secrets may stand in connections, in the SQL of transforms, in the query of a source and in parameters of pipelines"))
                }
            }
        }
        return diagnostics
    }
}

/// Variables of an environment and its root are no place for a secret either: every expression sees them, unmarked.
enum EnvironmentSecretPlaceRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        scope.frame.environments.flatMap { file in
            let root = file.asset.root.expression.map { [($0, "the root is a path, and shown")] } ?? []
            let variables = file.asset.variables.flatMap { $0.value.texts }.map {
                ($0, "the variables of an environment are seen by every expression, which no longer knows them for secrets")
            }
            return (root + variables).flatMap { text, reason in
                text.expressions.filter { !$0.references.secrets.isEmpty }.map { expression in
                    Diagnostic(
                        .secretMisplaced, "a secret cannot be used here: \(reason)", at: expression.range,
                        help: "use ${{ secret('name') }} where the value is needed", asset: "environment \(file.asset.name.value)")
                }
            }
        }
    }
}

extension ActivityKind {
    /// Texts whose value is shown, or kept in the journal or the lake, and where.
    fileprivate var exposedTexts: [(DynamicText, reason: String)] {
        let table = "the name of a table is shown, and kept in the journal"
        let path = "a path is shown, and kept in the journal"
        func texts(_ values: [DynamicText?], _ reason: String) -> [(DynamicText, reason: String)] { values.compactMap { $0 }.map { ($0, reason) } }
        func source(_ source: DataSource) -> [(DynamicText, reason: String)] {
            let selected: [(DynamicText, reason: String)] =
                switch source.selection {
                case .table(let name): texts([name.expression], table)
                case .path(let text): texts([text.expression], path)
                case .query: []
                }
            return texts([source.connection?.expression], "the name of a connection is shown") + selected
        }
        switch self {
        case .copy(let copy): return source(copy.source) + texts(copy.write.into.dynamicTexts.map(\.expression), table)
        case .transform(let transform):
            return transform.sources.flatMap { source($0.value) } + texts(transform.write.into.dynamicTexts.map(\.expression), table)
        case .lookup(let lookup, _): return source(lookup)
        case .setVariable(_, let value), .appendVariable(_, let value):
            return texts(value.texts, "the value of a variable is kept in the journal")
        case .wait(let seconds): return texts([seconds.expression], "how long an activity waits is kept in the journal")
        case .fail(let message, let errorCode):
            return texts([message.expression, errorCode?.expression], "why a run failed is shown, and kept in the journal")
        case .publish(let publish): return texts(publish.tables.map(\.expression), table)
        case .delete(.files(let connection, let pattern)):
            return texts([connection.expression], "the name of a connection is shown") + texts([pattern.expression], path)
        case .delete(.rows(let name, let condition)):
            return texts([name.expression], table) + texts([condition.text.expression], "the condition of a deletion is kept in the table's log")
        case .forEach, .if, .pipeline: return []
        }
    }
}
