internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// Every environment has the connections that a pipeline uses.
enum ConnectionRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        // What a broken environment would have declared is not known.
        guard !scope.frame.frame.gaps.hasBrokenEnvironment else { return [] }
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            for use in scope.connections(of: activity) {
                if let finding = check(use, in: activity, scope) { diagnostics.append(finding) }
            }
            if let finding = checkTarget(of: activity, scope) { diagnostics.append(finding) }
        }
        return diagnostics
    }

    /// Rows go into a database, or into the lake.
    private static func checkTarget(of activity: Activity, _ scope: PipelineScope) -> Diagnostic? {
        let target: DataTarget? =
            switch activity.kind {
            case .copy(let copy): copy.write.into
            case .transform(let transform): transform.write.into
            default: nil
            }
        guard case .database(let connection, _)? = target, let name = connection.literal else { return nil }
        for file in scope.frame.environments {
            guard let found = file.asset.connections.first(where: { $0.name == name }), !found.value.isDatabase else { continue }
            return scope.finding(
                .invalidCombination, "connection \"\(name)\" is a folder of files, and has no tables to write into", at: connection.range, in: activity,
                labels: [.init(found.key.range, "in environment \"\(file.asset.name.value)\"")],
                help: "write into a table of the lake, or into a database")
        }
        return nil
    }

    private static func check(_ use: Located<String>, in activity: Activity, _ scope: PipelineScope) -> Diagnostic? {
        let environments = scope.frame.environments
        let lacking = environments.filter { file in !file.asset.connections.contains { $0.name == use.value } }
        guard let first = lacking.first else { return nil }
        // Where another environment has it, the name is right and the connection is what is missing.
        let isNowhere = lacking.count == environments.count
        let which = isNowhere ? "no environment has" : "environment \"\(first.asset.name.value)\" does not have"
        return scope.finding(
            .unknownConnection, "\(which) a connection \"\(use.value)\"", at: use.range, in: activity,
            labels: isNowhere ? [] : [.init(first.asset.name.range, "this environment")],
            help: isNowhere
                ? Suggestion.nearest(to: use.value, in: scope.frame.connectionNames.sorted()).map { "did you mean \"\($0)\"?" }
                : "declare it there too")
    }
}

extension PipelineScope {
    /// Connections that an activity itself names, in its SQL too.
    func connections(of activity: Activity) -> [Located<String>] {
        var found: [Located<String>] = []
        func add(_ name: Dynamic<String>?) {
            if let name, let text = name.literal { found.append(Located(text, at: name.range)) }
        }
        func add(_ write: TableWrite) {
            if case .database(let connection, _) = write.into { add(connection) }
        }
        switch activity.kind {
        case .copy(let copy):
            add(copy.source.connection)
            add(copy.write)
        case .transform(let transform):
            for source in transform.sources { add(source.value.connection) }
            add(transform.write)
            for reference in queries.byActivity[activity.name.value]?.references ?? [] {
                if case .table(.database(let connection, _)) = reference.target { found.append(Located(connection, at: reference.range)) }
            }
        case .lookup(let source, _): add(source.connection)
        case .delete(.files(let connection, _)): add(connection)
        default: break
        }
        return found
    }
}
