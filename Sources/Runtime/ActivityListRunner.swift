package import Assets
package import State
package import Validation

/// Runs the activities of one list, each as soon as those before it have ended, as many at a time as the data allows.
package struct ActivityListRunner {
    let graph: ActivityGraph
    /// Positions that do not run and count as having succeeded: `--from` leaves them out.
    let leftOut: Set<Int>
    let run: @Sendable (Activity) async -> ActivityStatus
    let skip: @Sendable (Activity, _ reason: String) -> Void

    package struct Outcome: Sendable {
        package let status: ActivityStatus
        /// Names of the activities whose failure is the list's failure.
        package let failed: [String]
    }

    /// - Parameters:
    ///   - run: runs an activity to its end, whatever that is.
    ///   - skip: told of an activity that will not run, and why.
    package init(
        graph: ActivityGraph, leftOut: Set<Int> = [], run: @escaping @Sendable (Activity) async -> ActivityStatus,
        skip: @escaping @Sendable (Activity, _ reason: String) -> Void
    ) {
        self.graph = graph
        self.leftOut = leftOut
        self.run = run
        self.skip = skip
    }

    package func callAsFunction() async -> Outcome {
        var statuses: [ActivityStatus?] = Array(repeating: nil, count: graph.activities.count)
        for position in leftOut { statuses[position] = .succeeded }
        await withTaskGroup(of: (Int, ActivityStatus).self) { group in
            var started: Set<Int> = []
            func startReady() {
                var changed = true
                while changed {
                    changed = false
                    for position in graph.order where statuses[position] == nil && !started.contains(position) {
                        let edges = graph.edges(into: position)
                        guard edges.allSatisfy({ statuses[$0.before] != nil }) else { continue }
                        let activity = graph.activities[position]
                        if Task.isCancelled {
                            statuses[position] = .cancelled
                            skip(activity, "the run was cancelled")
                            changed = true
                        } else if let obstacle = edges.first(where: { !Self.isMet($0, statuses[$0.before]!) }) {
                            statuses[position] = .skipped
                            skip(activity, reason(obstacle, statuses[obstacle.before]!))
                            changed = true
                        } else {
                            started.insert(position)
                            let run = self.run
                            group.addTask { (position, await run(activity)) }
                        }
                    }
                }
            }
            startReady()
            while let (position, status) = await group.next() {
                statuses[position] = status
                startReady()
            }
        }
        return outcome(statuses.map { $0 ?? .skipped })
    }

    static func isMet(_ edge: ActivityGraph.Edge, _ status: ActivityStatus) -> Bool {
        guard case .declared(let conditions) = edge.reason else { return status == .succeeded }
        return conditions.contains { condition in
            switch condition {
            case .succeeded: status == .succeeded
            case .failed: status == .failed
            case .skipped: status == .skipped
            case .completed: status == .succeeded || status == .failed
            }
        }
    }

    private func reason(_ edge: ActivityGraph.Edge, _ status: ActivityStatus) -> String {
        let name = graph.activities[edge.before].name.value
        switch status {
        case .failed: return "\"\(name)\" failed"
        case .skipped: return "\"\(name)\" was skipped"
        case .cancelled: return "\"\(name)\" was cancelled"
        default: return "\"\(name)\" succeeded"
        }
    }

    /// Data Factory's rule: the list succeeds when all its leaves do; in place of a leaf that was skipped stand the
    /// activities before it. So a failure that another activity handled is none of the list's.
    private func outcome(_ statuses: [ActivityStatus]) -> Outcome {
        if statuses.contains(.cancelled) { return Outcome(status: .cancelled, failed: []) }
        let inner = Set(graph.edges.map(\.before))
        var judged: Set<Int> = []
        var failed: Set<Int> = []
        func judge(_ position: Int) {
            guard judged.insert(position).inserted else { return }
            switch statuses[position] {
            case .failed: failed.insert(position)
            case .skipped: for edge in graph.edges(into: position) { judge(edge.before) }
            default: break
            }
        }
        for position in statuses.indices where !inner.contains(position) { judge(position) }
        let names = failed.sorted().map { graph.activities[$0].name.value }
        return Outcome(status: failed.isEmpty ? .succeeded : .failed, failed: names)
    }
}
