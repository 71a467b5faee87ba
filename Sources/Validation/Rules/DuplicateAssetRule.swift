internal import Assets
internal import AssetLoading
internal import Diagnostics

/// Names of pipelines, unique whatever their case, and one locked schema a connection.
enum DuplicateAssetRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        DuplicateNames.check(scope.pipelines.compactMap(\.name), word: "pipeline") + schemas(scope)
    }

    private static func schemas(_ scope: ProjectScope) -> [Diagnostic] {
        var first: [String: SchemaFacts] = [:]
        return scope.schemas.compactMap { facts in
            guard let name = facts.connection else { return nil }
            guard let earlier = first[name.value]?.connection else {
                first[name.value] = facts
                return nil
            }
            return Diagnostic(
                .duplicateName, "there is already a schema of the connection \"\(name.value)\"", at: name.range,
                labels: [.init(earlier.range, "first here")], asset: "source schema \(name.value)")
        }
    }
}
