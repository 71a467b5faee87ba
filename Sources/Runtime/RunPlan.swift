package import AssetLoading
internal import Assets
package import Support
package import Validation

/// What is known before a run starts, and stays the same through it.
package struct RunPlan: Sendable {
    package let project: LoadedProject
    package let analysis: SQLAnalysis
    package let environment: ResolvedEnvironment
    package let processEnvironment: [String: String]
    package let clock: WallClock
    /// Who commits: `pipectl/0.1.0`.
    package let engineInfo: String
    /// nil: the working tree runs.
    package let release: LiveRelease?

    package init(
        project: LoadedProject, analysis: SQLAnalysis, environment: ResolvedEnvironment,
        processEnvironment: [String: String], clock: WallClock, engineInfo: String, release: LiveRelease? = nil
    ) {
        self.project = project
        self.analysis = analysis
        self.environment = environment
        self.processEnvironment = processEnvironment
        self.clock = clock
        self.engineInfo = engineInfo
        self.release = release
    }

    func effects(of activity: Activity, in pipeline: Pipeline) -> ActivityEffects {
        project.effects(of: activity, in: pipeline, analysis)
    }

    func graph(_ activities: [Activity], in pipeline: Pipeline) -> ActivityGraph {
        ActivityGraph.make(activities, effects: activities.map { effects(of: $0, in: pipeline) }).graph
    }

    /// Connections the pipeline writes to, itself or through pipelines it runs; nil: any, as a name is not known yet.
    func writtenConnections(of pipeline: Pipeline) -> Set<String>? {
        var found: Set<String> = []
        var seen: Set<String> = []
        func visit(_ pipeline: Pipeline) -> Bool {
            guard seen.insert(pipeline.name.value).inserted else { return true }
            return pipeline.activities.allSatisfy { visit($0, in: pipeline) }
        }
        func visit(_ activity: Activity, in pipeline: Pipeline) -> Bool {
            let effects = effects(of: activity, in: pipeline)
            for case .database(let connection, _) in effects.writes { found.insert(connection) }
            if effects.hasUnknownDatabaseTarget { return false }
            var called: [Pipeline] = []
            func collect(_ activity: Activity) {
                if case .pipeline(let name, _) = activity.kind, let file = project.pipeline(named: name.value) {
                    called.append(file.asset)
                }
                activity.kind.children.forEach(collect)
            }
            collect(activity)
            return called.allSatisfy { visit($0) }
        }
        return visit(pipeline) ? found : nil
    }
}
