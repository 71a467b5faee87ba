internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Paths below a connection's root that lead out of it: files are read there all the same, but never deleted.
enum OutsideRootRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            for source in activity.sources {
                guard case .path(let path) = source.selection, let text = leaving(path, of: source.connection, scope) else { continue }
                diagnostics.append(
                    scope.finding(
                        .outsideRoot, "\"\(text)\" leads out of the connection's root", at: path.range, in: activity,
                        help: "name a file below the root, or declare a connection for that folder"))
            }
            if case .delete(.files(let connection, let path)) = activity.kind, let text = leaving(path, of: connection, scope) {
                diagnostics.append(
                    scope.finding(
                        .invalidValue, "\"\(text)\" leads out of the connection's root, where nothing is deleted", at: path.range, in: activity,
                        help: "name files below the root, or declare a connection for that folder"))
            }
        }
        return diagnostics
    }

    /// What is known of the path, where that leads out of its root.
    private static func leaving(_ path: Dynamic<String>, of connection: Dynamic<String>?, _ scope: PipelineScope) -> String? {
        guard var text = path.literal ?? path.expression?.knownStart else { return nil }
        // The name that an expression completes is not known.
        if path.literal == nil { text = String(text.prefix(through: text.lastIndex(of: "/") ?? text.startIndex)) }
        guard text.hasPrefix(".") || text.contains("/..") else { return nil }
        let normal = FileSystem.normalise(text)
        guard normal == ".." || normal.hasPrefix("../") else { return nil }
        return roots(of: connection, scope).contains { FileSystem.normalise(FileSystem.join($0, text)).hasPrefix($0 + "/") } ? nil : text
    }

    /// Roots of the connection that are written down: a path may well lead back into one of them.
    private static func roots(of connection: Dynamic<String>?, _ scope: PipelineScope) -> [String] {
        guard let name = connection?.literal else { return [] }
        return scope.frame.environments.compactMap { file in
            guard case .files(let root)? = file.asset.connections.value(named: name)?.kind else { return nil }
            return root.literal.map(FileSystem.normalise)
        }
    }
}

extension DiagnosticCode {
    static let outsideRoot = DiagnosticCode(
        "outside-root", .warning, isAdvice: true, summary: "A path leads out of the root of its connection.",
        explanation: "The root of a connection is what an environment sets for itself. What lies beside it belongs to somebody else, and is another place in every environment. Name files below the root, or declare a connection whose root is that folder. Activities that delete files refuse such a path.",
        example: "source: { connection: weblogs, path: ../shared/2024.csv }", fix: "source: { connection: shared, path: 2024.csv }   # shared: { type: files, root: /data/shared }")
}
