internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Every expression of a pipeline against what is visible where it stands.
enum ExpressionRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        let pipeline = scope.pipeline
        var visible = ExpressionScope()
        visible.timeZones = .installed
        visible.parameters = Dictionary(
            pipeline.parameters.map { ($0.name, $0.value.type.expressionType) }, uniquingKeysWith: { first, _ in first })
        visible.globalParameters = scope.frame.project.map { project in
            Dictionary(project.globalParameters.map { ($0.name, ExpressionType(of: $0.value)) }, uniquingKeysWith: { first, _ in first })
        }
        visible.variables = Dictionary(
            pipeline.variables.map { ($0.name, $0.value.expressionType) }, uniquingKeysWith: { first, _ in first })
        visible.environmentValues = Set(scope.frame.environments.flatMap { $0.asset.variables.map(\.name) })
        var names: Set<String> = []
        pipeline.forEachActivity { names.insert($0.name.value) }
        let lost = scope.file.lostActivities
        names.formUnion(lost.compactMap(\.name))
        visible.activities = lost.contains { $0.name == nil } ? nil : names
        visible.outputs = outputs(of: pipeline)
        var findings = ExpressionFindings(environments: scope.frame.environments.map(\.asset), scope.frame.frame)
        check(scope.list, visible, scope, &findings) { _ in false }
        return findings.diagnostics
    }

    /// Of lookups, whose two forms are easily mixed up.
    private static func outputs(of pipeline: Pipeline) -> [String: ExpressionScope.Output] {
        var outputs: [String: ExpressionScope.Output] = [:]
        var names: Set<String> = []
        pipeline.forEachActivity { activity in
            let name = activity.name.value.lowercased()
            // Of two with one name it cannot be told which is meant.
            guard names.insert(name).inserted, case .lookup(_, let firstRowOnly) = activity.kind else {
                outputs[name] = nil
                return
            }
            outputs[name] =
                firstRowOnly
                ? .init(members: ["firstRow"], help: "it is one row, output.firstRow; with firstRowOnly: false there are output.value and output.count")
                : .init(members: ["value", "count"], help: "with firstRowOnly: false all rows are output.value; the first is output.value[0]")
        }
        return outputs
    }

    private static func check(
        _ list: ActivityList, _ visible: ExpressionScope, _ scope: PipelineScope, _ findings: inout ExpressionFindings,
        hasEnded: (String) -> Bool
    ) {
        let positions = Dictionary(grouping: list.activities.indices) { list.activities[$0].name.value.lowercased() }
        let isCyclic = list.graph.order.count < list.activities.count
        let isIncomplete = !scope.file.lostActivities.isEmpty
        for (position, activity) in list.activities.enumerated() {
            var visible = visible
            // Found out where it is asked for: lists may be long.
            var upstream: [Bool]?
            func hasEndedBefore(_ name: String) -> Bool {
                if hasEnded(name) { return true }
                guard let others = positions[name.lowercased()] else { return false }
                let known = upstream ?? Self.upstream(of: position, list.graph)
                upstream = known
                return others.contains { known[$0] }
            }
            let fields = activity.fieldTexts
            var sql: DynamicText?
            if case .transform(let transform) = activity.kind { sql = scope.file.sql(of: transform.query)?.dynamic }
            // Where activities wait for each other, nothing can be said about what comes first.
            if isCyclic || isIncomplete {
                visible.upstream = nil
            } else {
                let named = (fields.map(\.text) + [sql].compactMap { $0 }).flatMap { $0.references.activities.map(\.name) }
                visible.upstream = Set(named.filter(hasEndedBefore))
            }
            let asset = scope.asset(activity)
            let assigned = scope.pipeline.variable(setBy: activity)?.expressionType
            for field in fields { findings.check(field, becoming: assigned, visible, asset: asset, call: activity.call) }
            if let sql { findings.check(sql, visible, asset: asset, call: activity.call) }
            if case .forEach(let loop) = activity.kind { visible.setItem(loop.literalItems) }
            for inner in list.inner[position] { check(inner, visible, scope, &findings, hasEnded: hasEndedBefore) }
        }
    }

    /// By position in the list: what comes before it.
    private static func upstream(of position: Int, _ graph: ActivityGraph) -> [Bool] {
        var found = Array(repeating: false, count: graph.activities.count)
        var stack = [position]
        while let next = stack.popLast() {
            for edge in graph.edges(into: next) where !found[edge.before] {
                found[edge.before] = true
                stack.append(edge.before)
            }
        }
        found[position] = false
        return found
    }
}

/// Every expression of an environment.
enum EnvironmentExpressionRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        scope.environments.flatMap { file in
            let environment = file.asset
            let asset = "environment \(environment.name.value)"
            var visible = ExpressionScope()
            visible.timeZones = .installed
            visible.parameters = [:]
            visible.globalParameters = [:]
            visible.variables = [:]
            visible.activities = []
            visible.upstream = []
            visible.environmentValues = Set(environment.variables.map(\.name))
            var texts = environment.variables.flatMap(\.value.texts) + [environment.root.expression].compactMap { $0 }
            for connection in environment.connections.map(\.value) + [environment.warehouse?.connection].compactMap({ $0 }) {
                texts += connection.expressions
            }
            for rotation in environment.secrets?.rotation ?? [] {
                if case .sql(_, let text)? = rotation.value.onRotate { texts.append(text) }
            }
            var findings = ExpressionFindings(environments: [environment], scope.frame)
            for text in texts { findings.check(text, visible, asset: asset, call: nil) }
            return findings.diagnostics
        }
    }
}

/// Collects what is wrong with expressions that are used in all of these environments.
private struct ExpressionFindings {
    let environments: [Environment]
    let frame: ProjectFrame
    private(set) var diagnostics: [Diagnostic] = []

    init(environments: [Environment], _ frame: ProjectFrame) {
        self.environments = environments
        self.frame = frame
    }

    mutating func check(_ text: DynamicText, _ visible: ExpressionScope, asset: String, call: SourceRange?) {
        report(text.check(in: visible).diagnostics, asset: asset, call: call)
        checkSecrets(of: text, asset: asset, call: call)
    }

    /// - Parameter assigned: of the variable that takes the value; nothing is made text for it.
    mutating func check(
        _ field: FieldText, becoming assigned: ExpressionType?, _ visible: ExpressionScope, asset: String, call: SourceRange?
    ) {
        let result = field.text.check(in: visible)
        report(result.diagnostics, asset: asset, call: call)
        checkSecrets(of: field.text, asset: asset, call: call)
        let expected = assigned ?? field.expected
        let becomesText = assigned == nil && expected == .string && result.type != .array && result.type != .object
        guard result.diagnostics.isEmpty, !result.type.mayBe(expected), !becomesText else { return }
        let finding = Diagnostic(
            .expressionType, "the expression yields \(result.type.withArticle), and \(expected.withArticle) is needed",
            at: field.text.expressions.first?.range ?? field.text.range)
        report([finding], asset: asset, call: call)
    }

    private mutating func checkSecrets(of text: DynamicText, asset: String, call: SourceRange?) {
        for secret in text.references.secrets {
            let finding: Diagnostic
            if let vault = secret.vault {
                guard let found = self.finding(on: secret, of: vault) else { continue }
                finding = found
            } else if let first = environments.first(where: { $0.secretStore == nil }) {
                finding = Diagnostic(
                    .expressionUnknownSecret, "environment \"\(first.name.value)\" has no store of secrets, so no secret '\(secret.name)'",
                    at: secret.range, labels: [.init(first.name.range, "this environment")],
                    help: "name its store under \"secrets\", or read a variable of the process with env('NAME')")
            } else if let lacking = lacking(secret.name) {
                finding = Diagnostic(
                    .expressionUnknownSecret, "the store of environment \"\(lacking.environment.name.value)\" has no secret '\(secret.name)'",
                    at: secret.range, labels: lacking.environment.secretStore.map { [.init($0.range, "this store")] } ?? [],
                    help: Suggestion.nearest(to: secret.name, in: lacking.names.sorted()).map { "did you mean '\($0)'?" } ?? "add it to the store")
            } else {
                continue
            }
            report([finding], asset: asset, call: call)
        }
    }

    private func finding(on secret: ExpressionReferences.Reference, of vault: String) -> Diagnostic? {
        for environment in environments {
            guard let store = environment.store(ofVault: vault) else {
                let known = environment.vaults.map(\.name)
                return Diagnostic(
                    .expressionUnknownVault, "environment \"\(environment.name.value)\" maps no vault '\(vault)' to a store", at: secret.range,
                    labels: [.init(environment.name.range, "this environment")],
                    help: Suggestion.nearest(to: vault, in: known).map { "did you mean '\($0)'?" } ?? "name its store under \"vaults\": \(vault): secrets/\(environment.name.value).yml")
            }
            guard let names = frame.secretNames(of: environment, vault: vault), !names.contains(secret.name) else { continue }
            return Diagnostic(
                .expressionUnknownSecret, "\(store.value), which stands for the vault '\(vault)', has no secret '\(secret.name)'", at: secret.range,
                labels: [.init(store.range, "this store")],
                help: Suggestion.nearest(to: secret.name, in: names.sorted()).map { "did you mean '\($0)'?" } ?? "add it to the store")
        }
        return nil
    }

    /// The first environment whose store is without the secret, and the names that are in it.
    private func lacking(_ secret: String) -> (environment: Environment, names: Set<String>)? {
        for environment in environments {
            if let names = frame.secretNames(of: environment), !names.contains(secret) { return (environment, names) }
        }
        return nil
    }

    private mutating func report(_ found: [Diagnostic], asset: String, call: SourceRange?) {
        diagnostics += found.map { diagnostic in
            var diagnostic = diagnostic
            if let call, !diagnostic.labels.contains(where: { $0.range == call }), diagnostic.range.map({ !call.contains($0) }) ?? false {
                diagnostic.labels.append(.init(call, "in this use of the template"))
            }
            diagnostic.asset = diagnostic.asset ?? asset
            return diagnostic
        }
    }
}

extension ExpressionScope {
    /// - Parameter items: of the loop; nil where they are known only when it runs.
    fileprivate mutating func setItem(_ items: [JSONValue]?) {
        isItemAvailable = true
        let types = Set((items ?? []).map(ExpressionType.init(of:)))
        itemType = types.count == 1 ? types.first ?? .any : .any
        itemMembers = itemType == .object ? Set((items ?? []).flatMap { $0.asObject.map { $0.members.map(\.key) } ?? [] }) : nil
    }
}

extension SourceRange {
    fileprivate func contains(_ other: SourceRange) -> Bool {
        path == other.path && start <= other.start && other.end <= end
    }
}
