internal import AssetLoading
package import Assets
internal import Diagnostics
internal import Support

/// References between files: environments, pipelines that run others, layers.
struct ProjectRules {
    let project: LoadedProject
    var diagnostics: [Diagnostic] = []

    static func check(_ project: LoadedProject) -> [Diagnostic] {
        var rules = ProjectRules(project: project)
        rules.checkEnvironments()
        rules.checkCalls()
        return rules.diagnostics
    }

    private mutating func checkEnvironments() {
        let names = project.environments.map(\.asset.name.value)
        if let wanted = project.project?.defaultEnvironment { requireEnvironment(wanted, names, asset: "project") }
        let reserved = SQLAnalysis.layers(of: project) + ["main", "temp", "system", "memory", "pg_catalog", "information_schema"]
        for file in project.environments {
            let asset = "environment \(file.asset.name.value)"
            if let promotion = file.asset.promotion { requireEnvironment(promotion.from, names, asset: asset) }
            for connection in file.asset.connections where reserved.contains(connection.name.lowercased()) {
                diagnostics.append(
                    Diagnostic(
                        .reservedName, "a connection cannot be named \"\(connection.name)\": in SQL it would hide the layer or schema of that name",
                        at: connection.key.range, asset: asset))
            }
        }
    }

    private mutating func requireEnvironment(_ wanted: Located<String>, _ names: [String], asset: String) {
        // An environment in a file that could not be read may well be the one that is meant.
        guard !names.contains(wanted.value), !project.gaps.unreadEnvironments.contains(wanted.value) else { return }
        diagnostics.append(
            Diagnostic(
                .unknownEnvironment, "there is no environment \"\(wanted.value)\"", at: wanted.range,
                help: Suggestion.nearest(to: wanted.value, in: names).map { "did you mean \"\($0)\"?" }, asset: asset))
    }

    /// Pipelines that run themselves, through however many others.
    private mutating func checkCalls() {
        var calls: [String: [Located<String>]] = [:]
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                if case .pipeline(let name, _) = activity.kind { calls[file.asset.name.value, default: []].append(name) }
            }
        }
        for file in project.pipelines {
            let start = file.asset.name.value
            for call in calls[start] ?? [] {
                guard let path = path(from: call.value, to: start, calls) else { continue }
                // A circle is told once, at the pipeline whose name comes first.
                guard path.min() == start else { continue }
                diagnostics.append(
                    Diagnostic(
                        .pipelineCycle,
                        call.value == start ? "the pipeline runs itself" : "pipelines run each other: \(([start] + path).joined(separator: " -> "))",
                        at: call.range,
                        asset: "pipeline \(start)"))
            }
        }
    }

    private func path(from start: String, to end: String, _ calls: [String: [Located<String>]]) -> [String]? {
        var queue = [[start]]
        var seen: Set<String> = [start]
        while !queue.isEmpty {
            let path = queue.removeFirst()
            guard let last = path.last else { continue }
            if last == end { return path }
            for next in calls[last] ?? [] where seen.insert(next.value).inserted { queue.append(path + [next.value]) }
        }
        return nil
    }
}

extension Pipeline {
    /// All activities, those inside others too, in the order of the file.
    package func forEachActivity(_ body: (Activity) -> Void) {
        func visit(_ activity: Activity) {
            body(activity)
            activity.kind.children.forEach(visit)
        }
        activities.forEach(visit)
    }
}
