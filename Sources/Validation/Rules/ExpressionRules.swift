internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Checks every expression of a project against what is visible where it stands.
struct ExpressionRules {
    let project: LoadedProject
    let analysis: SQLAnalysis
    var diagnostics: [Diagnostic] = []

    static func check(_ project: LoadedProject, _ analysis: SQLAnalysis) -> [Diagnostic] {
        var rules = ExpressionRules(project: project, analysis: analysis)
        for file in project.environments { rules.check(file.asset) }
        for file in project.pipelines { rules.check(file.asset) }
        return rules.diagnostics
    }

    private mutating func check(_ environment: Environment) {
        let asset = "environment \(environment.name.value)"
        var scope = ExpressionScope()
        scope.timeZones = .installed
        scope.parameters = [:]
        scope.globalParameters = [:]
        scope.variables = [:]
        scope.activities = []
        scope.upstream = []
        scope.environmentValues = Set(environment.variables.map(\.name))
        var texts = environment.variables.flatMap(\.value.texts) + [environment.root.expression].compactMap { $0 }
        for connection in environment.connections.map(\.value) + [environment.warehouse?.connection].compactMap({ $0 }) {
            texts += connection.dynamicTexts.compactMap(\.expression)
        }
        for text in texts {
            report(text.check(in: scope).diagnostics, asset: asset)
            checkSecrets(of: text, in: [environment], asset: asset, call: nil)
        }
    }

    private mutating func checkSecrets(of text: DynamicText, in environments: [Environment], asset: String, call: SourceRange?) {
        let without = environments.filter { $0.secretStore == nil }
        guard let first = without.first else { return }
        for secret in text.references.secrets {
            let finding = Diagnostic(
                .expressionUnknownSecret, "environment \"\(first.name.value)\" has no store of secrets, so no secret '\(secret.name)'",
                at: secret.range, labels: [.init(first.name.range, "this environment")],
                help: "name its store under \"secrets\", or read a variable of the process with env('NAME')")
            report([finding], asset: asset, call: call)
        }
    }

    private mutating func report(_ found: [Diagnostic], asset: String, call: SourceRange? = nil) {
        diagnostics += found.map { diagnostic in
            var diagnostic = diagnostic
            if let call, !diagnostic.labels.contains(where: { $0.range == call }), diagnostic.range.map({ !call.contains($0) }) ?? false {
                diagnostic.labels.append(.init(call, "in this use of the template"))
            }
            diagnostic.asset = diagnostic.asset ?? asset
            return diagnostic
        }
    }

    private mutating func check(_ pipeline: Pipeline) {
        var scope = ExpressionScope()
        scope.timeZones = .installed
        scope.parameters = Dictionary(
            pipeline.parameters.map { ($0.name, $0.value.type.expressionType) }, uniquingKeysWith: { first, _ in first })
        scope.globalParameters = project.project.map { project in
            Dictionary(project.globalParameters.map { ($0.name, ExpressionType(of: $0.value)) }, uniquingKeysWith: { first, _ in first })
        }
        scope.variables = Dictionary(
            pipeline.variables.map { ($0.name, $0.value.expressionType) }, uniquingKeysWith: { first, _ in first })
        scope.environmentValues = Set(project.environments.flatMap { $0.asset.variables.map(\.name) })
        var names: Set<String> = []
        pipeline.forEachActivity { names.insert($0.name.value) }
        let lost = project.gaps.lostActivities(of: pipeline)
        names.formUnion(lost.compactMap(\.name))
        scope.activities = lost.contains { $0.name == nil } ? nil : names
        checkList(pipeline.activities, scope, above: [], pipeline)
    }

    private mutating func checkList(_ activities: [Activity], _ scope: ExpressionScope, above: Set<String>, _ pipeline: Pipeline) {
        let effects = activities.map { project.effects(of: $0, in: pipeline, analysis) }
        let graph = ActivityGraph.make(activities, effects: effects).graph
        let isCyclic = graph.order.count < activities.count
        let isIncomplete = !project.gaps.lostActivities(of: pipeline).isEmpty
        for (position, activity) in activities.enumerated() {
            var scope = scope
            let upstream = above.union(Self.upstream(of: position, graph))
            // Where activities wait for each other, nothing can be said about what comes first.
            scope.upstream = isCyclic || isIncomplete ? nil : upstream
            let asset = "pipeline \(pipeline.name.value) / activity \(activity.name.value)"
            for field in activity.fieldTexts { check(field, scope, asset: asset, call: activity.call) }
            if case .transform(let transform) = activity.kind, let text = project.sql(of: transform.query) {
                report(text.dynamic.check(in: scope).diagnostics, asset: asset, call: activity.call)
                checkSecrets(of: text.dynamic, in: project.environments.map(\.asset), asset: asset, call: activity.call)
            }
            if case .forEach = activity.kind { scope.isItemAvailable = true }
            checkList(activity.kind.children, scope, above: upstream, pipeline)
        }
    }

    private mutating func check(_ field: FieldText, _ scope: ExpressionScope, asset: String, call: SourceRange?) {
        let result = field.text.check(in: scope)
        report(result.diagnostics, asset: asset, call: call)
        checkSecrets(of: field.text, in: project.environments.map(\.asset), asset: asset, call: call)
        guard result.diagnostics.isEmpty, !result.type.mayBe(field.expected), !(field.expected == .string && result.type != .array && result.type != .object) else { return }
        let finding = Diagnostic(
            .expressionType, "the expression yields \(result.type.withArticle), and \(field.expected.withArticle) is needed",
            at: field.text.expressions.first?.range ?? field.text.range)
        report([finding], asset: asset, call: call)
    }

    private static func upstream(of position: Int, _ graph: ActivityGraph) -> Set<String> {
        var found: Set<Int> = []
        var stack = [position]
        while let next = stack.popLast() {
            for edge in graph.edges(into: next) where found.insert(edge.before).inserted { stack.append(edge.before) }
        }
        found.remove(position)
        return Set(found.map { graph.activities[$0].name.value })
    }
}

extension SourceRange {
    fileprivate func contains(_ other: SourceRange) -> Bool {
        path == other.path && start <= other.start && other.end <= end
    }
}
