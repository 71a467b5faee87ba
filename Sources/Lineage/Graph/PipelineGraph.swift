package import AssetLoading
package import Assets
internal import Diagnostics
internal import Expressions
package import Validation

/// A pipeline's activities and the order between them, made to be shown.
package struct PipelineGraph: Sendable {
    package struct Step: Sendable {
        /// `sales/orders`; unique in a pipeline.
        package let identifier: String
        package let name: String
        package let type: String
        /// Tables, files and pipelines, in order.
        package let reads: [String]
        package let writes: [String]
        /// Lists of activities inside it: of a loop, or of the branches of a condition.
        package let lists: [(title: String?, list: List)]
        package let line: Int
        package let path: String
    }

    package struct List: Sendable {
        package let steps: [Step]
        package let edges: [ActivityGraph.Edge]
        /// Of each step: how many must end before it, one after the other.
        package let levels: [Int]
        /// Steps in an order that respects the edges; those in a circle come last.
        package let order: [Int]
    }

    package let pipeline: String
    package let list: List

    package init(_ pipeline: Pipeline, of project: LoadedProject, _ analysis: SQLAnalysis) {
        self.pipeline = pipeline.name.value
        list = Self.list(pipeline.activities, pipeline, project, analysis, prefix: pipeline.name.value)
    }

    private static func list(
        _ activities: [Activity], _ pipeline: Pipeline, _ project: LoadedProject, _ analysis: SQLAnalysis, prefix: String
    ) -> List {
        let effects = activities.map { project.effects(of: $0, in: pipeline, analysis) }
        let graph = ActivityGraph.make(activities, effects: effects).graph
        let steps = zip(activities, effects).map { step($0, $1, pipeline, project, analysis, prefix) }
        var levels = Array(repeating: 0, count: steps.count)
        let ordered = Set(graph.order)
        for index in graph.order {
            levels[index] = graph.edges(into: index).filter { ordered.contains($0.before) }.map { levels[$0.before] + 1 }.max() ?? 0
        }
        let lost = steps.indices.filter { !ordered.contains($0) }
        let last = (graph.order.map { levels[$0] }.max() ?? -1) + 1
        for index in lost { levels[index] = last }
        return List(steps: steps, edges: graph.edges, levels: levels, order: graph.order + lost)
    }

    private static func step(
        _ activity: Activity, _ effects: ActivityEffects, _ pipeline: Pipeline, _ project: LoadedProject, _ analysis: SQLAnalysis,
        _ prefix: String
    ) -> Step {
        let identifier = prefix + "/" + activity.name.value
        func inner(_ title: String?, _ activities: [Activity], _ part: String = "") -> (title: String?, list: List) {
            (title, list(activities, pipeline, project, analysis, prefix: identifier + part))
        }
        var lists: [(title: String?, list: List)] = []
        switch activity.kind {
        case .forEach(let loop): lists = [inner(nil, loop.activities)]
        case .if(_, let then, let otherwise):
            if !then.isEmpty { lists.append(inner("then", then, "/then")) }
            if !otherwise.isEmpty { lists.append(inner("else", otherwise, "/else")) }
        default: break
        }
        var reads = effects.reads.subtracting(checked(activity)).map(\.text).sorted()
        var writes = effects.writes.map(\.text).sorted()
        if !lists.isEmpty { (reads, writes) = ([], []) }
        switch activity.kind {
        case .copy(let copy):
            reads += [unlisted(copy.source)].compactMap { $0 }
            writes += [unlisted(copy.write.into)].compactMap { $0 }
        case .transform(let transform):
            reads += transform.sources.compactMap { unlisted($0.value) }
            writes += [unlisted(transform.write.into)].compactMap { $0 }
        case .lookup(let source, _): reads += [unlisted(source)].compactMap { $0 }
        case .publish: writes = ["warehouse"]
        case .pipeline(let name, _): writes = [name.value]
        default: break
        }
        return Step(
            identifier: identifier, name: activity.name.value, type: activity.kind.typeName, reads: reads, writes: writes, lists: lists,
            line: activity.name.range.start.line, path: activity.name.range.path)
    }

    /// Tables that are looked at by checks only: they decide on the order, but nothing is read out of them.
    private static func checked(_ activity: Activity) -> Set<TableAddress> {
        let write: TableWrite
        switch activity.kind {
        case .copy(let copy): write = copy.write
        case .transform(let transform): write = transform.write
        default: return []
        }
        return Set(write.checks.compactMap { if case .relationship(_, let to) = $0.kind { .lake(to.value.table) } else { nil } })
    }

    /// What effects do not tell: files, and names that are known only when it runs, as they were written.
    private static func unlisted(_ source: DataSource) -> String? {
        switch source.selection {
        case .path(let path): return "\(source.connection?.written ?? "?"):\(path.written)"
        case .query: return source.connection.map { "\($0.written):query" }
        case .table(let table):
            guard table.literal == nil || source.connection.map({ $0.literal == nil }) ?? false else { return nil }
            return source.connection.map { "\($0.written).\(table.written)" } ?? table.written
        }
    }

    private static func unlisted(_ target: DataTarget) -> String? {
        switch target {
        case .lake(let name): name.literal == nil ? name.written : nil
        case .database(let connection, let table):
            connection.literal == nil || table.literal == nil ? "\(connection.written).\(table.written)" : nil
        }
    }
}

extension Dynamic<String> {
    /// As it was written, with expressions in normal spelling.
    var written: String {
        switch content {
        case .literal(let text): text
        case .expression(let text): text.description
        }
    }
}

extension ActivityGraph.Edge.Reason {
    /// What stands on an arrow, and in `graph`'s other outputs.
    var label: String {
        switch self {
        case .declared(let conditions): conditions.map(\.rawValue).joined(separator: " or ")
        case .table(let table): table.text
        case .variable(let name): "variable \(name)"
        case .output: "output"
        }
    }

    var kind: String {
        switch self {
        case .declared: "declared"
        case .table: "table"
        case .variable: "variable"
        case .output: "output"
        }
    }
}
