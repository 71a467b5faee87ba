internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// References to environments, and names of connections that SQL could not tell from something else.
enum EnvironmentRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if let wanted = scope.project?.defaultEnvironment { diagnostics += require(wanted, scope, asset: "project") }
        let reserved = Set(scope.layers + ["main", "temp", "system", "memory", "pg_catalog", "information_schema"])
        for file in scope.environments {
            let asset = "environment \(file.asset.name.value)"
            if let promotion = file.asset.promotion { diagnostics += require(promotion.from, scope, asset: asset) }
            for connection in file.asset.connections where reserved.contains(connection.name.lowercased()) {
                diagnostics.append(
                    Diagnostic(
                        .reservedName, "a connection cannot be named \"\(connection.name)\": in SQL it would hide the layer or schema of that name",
                        at: connection.key.range, asset: asset))
            }
        }
        return diagnostics
    }

    private static func require(_ wanted: Located<String>, _ scope: FrameScope, asset: String) -> [Diagnostic] {
        let names = scope.environments.map(\.asset.name.value)
        // An environment in a file that could not be read may well be the one that is meant.
        guard !names.contains(wanted.value), !scope.frame.gaps.unreadEnvironments.contains(wanted.value) else { return [] }
        return [
            Diagnostic(
                .unknownEnvironment, "there is no environment \"\(wanted.value)\"", at: wanted.range,
                help: Suggestion.nearest(to: wanted.value, in: names).map { "did you mean \"\($0)\"?" }, asset: asset)
        ]
    }
}
