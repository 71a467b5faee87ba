package import AssetLoading
package import Assets
internal import Diagnostics

/// One pipeline as rules see it, with what of the project all pipelines share.
struct PipelineScope: Sendable {
    let frame: FrameScope
    let file: LoadedPipeline
    let pipeline: Pipeline
    let queries: PipelineQueries
    let list: ActivityList

    init(frame: FrameScope, file: LoadedPipeline, pipeline: Pipeline, queries: PipelineQueries) {
        self.frame = frame
        self.file = file
        self.pipeline = pipeline
        self.queries = queries
        list = ActivityList(pipeline.activities, asset: "pipeline \(pipeline.name.value)") { activity in
            file.effects(of: activity, queries)
        }
    }

    /// `pipeline sales / activity orders`
    func asset(_ activity: Activity?) -> String {
        let name = "pipeline \(pipeline.name.value)"
        return activity.map { "\(name) / activity \($0.name.value)" } ?? name
    }

    /// A finding about the pipeline, or about one of its activities; of an activity from a template, with the place of its use.
    func finding(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, in activity: Activity? = nil,
        labels: [Diagnostic.Label] = [], notes: [String] = [], help: String? = nil
    ) -> Diagnostic {
        let call = activity?.call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
        return Diagnostic(code, message, at: range, labels: labels + call, notes: notes, help: help, asset: asset(activity))
    }

    /// Calls `body` with every list of activities: the pipeline's own, and those inside activities, outer ones first.
    func forEachList(_ body: (ActivityList) -> Void) {
        func visit(_ list: ActivityList) {
            body(list)
            for inner in list.inner.joined() { visit(inner) }
        }
        visit(list)
    }
}

/// Activities that stand beside each other, with their order.
struct ActivityList: Sendable {
    let activities: [Activity]
    let graph: ActivityGraph
    /// Circles in the order.
    let diagnostics: [Diagnostic]
    /// By activity, the lists inside it: of a condition two, of a loop one.
    let inner: [[ActivityList]]

    init(_ activities: [Activity], asset: String, effects: (Activity) -> ActivityEffects) {
        self.activities = activities
        (graph, diagnostics) = ActivityGraph.make(activities, effects: activities.map(effects), asset: asset)
        inner = activities.map { activity in
            activity.kind.lists.map { ActivityList($0, asset: asset, effects: effects) }
        }
    }
}

/// What all pipelines share, made ready for questions that rules ask often.
struct FrameScope: Sendable {
    let frame: ProjectFrame
    /// Layers of the lake, with the one where rows are kept that a check sorted out.
    let layers: [String]
    /// Of all environments.
    let connectionNames: Set<String>

    init(_ frame: ProjectFrame) {
        self.frame = frame
        layers = frame.layers
        connectionNames = Set(frame.environments.flatMap { $0.asset.connections.map(\.name) })
    }

    var project: Project? { frame.project }
    var environments: [AssetFile<Environment>] { frame.environments }

    /// Whether a schema of that connection is one of the warehouse: of what pipelines publish.
    func isWarehouse(_ connection: String) -> Bool { frame.isWarehouse(connection) }
}

extension ProjectFrame {
    /// Whether a schema of that connection is one of the warehouse: where an environment has a connection of that name,
    /// or may have one, it is that connection's.
    package func isWarehouse(_ connection: String) -> Bool {
        connection == SourceSchema.warehouse && !gaps.hasBrokenEnvironment && gaps.unreadEnvironments.isEmpty
            && !environments.contains { $0.asset.connections.contains { $0.name == connection } }
    }

    /// Layers of the lake, with the one where rows are kept that a check sorted out.
    package var layers: [String] { (project?.layers.map(\.value) ?? []) + [LakeName.quarantineLayer] }
}

extension Pipeline {
    /// All activities, those inside others too, in the order of the file.
    package func forEachActivity(_ body: (Activity) -> Void) {
        func visit(_ activity: Activity) {
            body(activity)
            for list in activity.kind.lists { list.forEach(visit) }
        }
        activities.forEach(visit)
    }
}
