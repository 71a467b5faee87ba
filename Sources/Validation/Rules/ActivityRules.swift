internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// What the activities of a pipeline name: each other, variables, connections, tables, pipelines.
struct ActivityRules {
    let project: LoadedProject
    let pipeline: Pipeline
    let analysis: SQLAnalysis
    /// Tables some activity of the project writes; nil: a target is known only when it runs, so any may be.
    let writtenTables: Set<LakeName>?
    /// Activities of the pipeline that could not be read.
    let lost: [LostActivity]
    var diagnostics: [Diagnostic] = []

    init(_ project: LoadedProject, _ pipeline: Pipeline, _ analysis: SQLAnalysis, writtenTables: Set<LakeName>?) {
        self.project = project
        self.pipeline = pipeline
        self.analysis = analysis
        self.writtenTables = writtenTables
        lost = project.gaps.lostActivities(of: pipeline)
    }

    mutating func check() -> [Diagnostic] {
        checkNames()
        checkList(pipeline.activities)
        return diagnostics
    }

    private func asset(_ activity: Activity) -> String { "pipeline \(pipeline.name.value) / activity \(activity.name.value)" }

    private mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, in activity: Activity, labels: [Diagnostic.Label] = [],
        help: String? = nil
    ) {
        let call = activity.call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
        diagnostics.append(Diagnostic(code, message, at: range, labels: labels + call, help: help, asset: asset(activity)))
    }

    private mutating func checkNames() {
        var first: [String: Activity] = [:]
        var twice: [(Activity, Activity)] = []
        pipeline.forEachActivity { activity in
            let key = activity.name.value.lowercased()
            if let earlier = first[key] { twice.append((activity, earlier)) } else { first[key] = activity }
        }
        for (activity, earlier) in twice {
            report(
                .duplicateName, "there is already an activity named \"\(earlier.name.value)\" in this pipeline", at: activity.name.range,
                in: activity, labels: [.init(earlier.name.range, "first here")])
        }
    }

    private mutating func checkList(_ activities: [Activity]) {
        let names = activities.map(\.name.value)
        let allNames = names + lost.compactMap(\.name)
        let isComplete = lost.allSatisfy { $0.name != nil }
        for activity in activities {
            for dependency in activity.dependsOn {
                let known = allNames.contains { $0.lowercased() == dependency.activity.value.lowercased() }
                if !known, isComplete {
                    report(
                        .unknownActivity, "there is no activity \"\(dependency.activity.value)\" beside this one", at: dependency.activity.range,
                        in: activity, help: Suggestion.nearest(to: dependency.activity.value, in: names).map { "did you mean \"\($0)\"?" })
                }
            }
            checkReferences(activity)
            checkList(activity.kind.children)
        }
        diagnostics += ActivityGraph.make(
            activities, effects: activities.map { project.effects(of: $0, in: pipeline, analysis) },
            asset: "pipeline \(pipeline.name.value)"
        ).diagnostics
    }

    private mutating func checkReferences(_ activity: Activity) {
        switch activity.kind {
        case .copy(let copy):
            check(copy.source, in: activity)
            check(copy.write, in: activity)
        case .transform(let transform):
            for source in transform.sources { check(source.value, in: activity) }
            for reference in analysis.queries[.init(pipeline: pipeline.name.value, activity: activity.name.value)]?.references ?? [] {
                if case .table(let table) = reference.target { check(table, at: reference.range, in: activity) }
            }
            check(transform.write, in: activity)
        case .lookup(let source, _): check(source, in: activity)
        case .setVariable(let name, _): checkVariable(name, in: activity)
        case .appendVariable(let name, _): checkVariable(name, in: activity)
        case .pipeline(let name, let parameters): checkCall(name, parameters, in: activity)
        case .publish(let tables):
            for table in tables { checkLake(table, in: activity) }
            for file in project.environments where file.asset.warehouse == nil {
                report(
                    .noWarehouse, "environment \"\(file.asset.name.value)\" has no warehouse to publish to", at: activity.name.range,
                    in: activity, labels: [.init(file.asset.name.range, "this environment")])
            }
        case .delete(.files(let connection, _)): checkConnection(connection, in: activity)
        case .delete(.rows(let table, _)): checkLake(table, in: activity)
        case .forEach, .if, .wait, .fail: break
        }
    }

    private mutating func check(_ source: DataSource, in activity: Activity) {
        if let connection = source.connection {
            checkConnection(connection, in: activity)
        } else if case .table(let table) = source.selection {
            checkLake(table, in: activity)
        }
    }

    private mutating func check(_ write: TableWrite, in activity: Activity) {
        switch write.into {
        case .lake(let name):
            if let table = name.literal.flatMap(LakeName.init) {
                checkLayer(table, at: name.range, in: activity)
                checkCase(table, at: name.range, in: activity)
            }
        case .database(let connection, _): checkConnection(connection, in: activity)
        }
        for check in write.checks {
            if case .relationship(_, let to) = check.kind { self.check(.lake(to.value.table), at: to.range, in: activity) }
        }
    }

    private mutating func checkLake(_ table: Dynamic<String>, in activity: Activity) {
        guard let text = table.literal else { return }
        guard let name = LakeName(text) else {
            report(.invalidTableName, "\"\(text)\" is no table of the lake", at: table.range, in: activity, help: "write it as LAYER.NAME")
            return
        }
        check(.lake(name), at: table.range, in: activity)
    }

    private mutating func check(_ table: TableAddress, at range: SourceRange, in activity: Activity) {
        switch table {
        case .database(let connection, _):
            checkConnection(connection, at: range, in: activity)
        case .lake(let name):
            guard name.layer != "quarantine", let writtenTables, !writtenTables.contains(name) else { return }
            let near = Suggestion.nearest(to: name.text, in: writtenTables.map(\.text).sorted())
            report(
                .unknownTable, "no activity of this project writes \(name.text)", at: range, in: activity,
                help: near.map { "did you mean \($0)?" })
        }
    }

    /// The lake's folders know case, names in SQL do not: such tables would be taken for one another.
    private mutating func checkCase(_ table: LakeName, at range: SourceRange, in activity: Activity) {
        let alike = (writtenTables ?? []).filter { $0 != table && $0.text.lowercased() == table.text.lowercased() }
        guard let other = alike.map(\.text).min(), other.utf8.lexicographicallyPrecedes(table.text.utf8) else { return }
        report(
            .duplicateName, "\(table.text) differs from the table \(other) only by case", at: range, in: activity,
            help: "SQL does not tell them apart: name one of them otherwise")
    }

    private mutating func checkLayer(_ table: LakeName, at range: SourceRange, in activity: Activity) {
        let layers = project.project?.layers.map(\.value) ?? []
        guard project.project != nil, !layers.contains(table.layer) else { return }
        report(
            .unknownLayer, "the project has no layer \"\(table.layer)\"", at: range, in: activity,
            help: Suggestion.nearest(to: table.layer, in: layers).map { "did you mean \"\($0)\"?" } ?? "its layers: \(layers.joined(separator: ", "))")
    }

    private mutating func checkConnection(_ connection: Dynamic<String>, in activity: Activity) {
        if let name = connection.literal { checkConnection(name, at: connection.range, in: activity) }
    }

    private mutating func checkConnection(_ name: String, at range: SourceRange, in activity: Activity) {
        guard !project.gaps.hasBrokenEnvironment else { return }
        let lacking = project.environments.filter { file in !file.asset.connections.contains { $0.name == name } }
        guard let first = lacking.first else { return }
        // Where another environment has it, the name is right and the connection is what is missing.
        let isNowhere = lacking.count == project.environments.count
        let known = isNowhere ? Set(project.environments.flatMap { $0.asset.connections.map(\.name) }).sorted() : []
        let which = isNowhere
            ? "no environment has" : "environment \"\(first.asset.name.value)\" does not have"
        report(
            .unknownConnection, "\(which) a connection \"\(name)\"", at: range, in: activity,
            labels: isNowhere ? [] : [.init(first.asset.name.range, "this environment")],
            help: isNowhere ? Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" } : "declare it there too")
    }

    private mutating func checkVariable(_ name: Located<String>, in activity: Activity) {
        let names = pipeline.variables.map(\.name)
        guard !names.contains(where: { $0.lowercased() == name.value.lowercased() }) else { return }
        report(
            .unknownVariable, "the pipeline declares no variable \"\(name.value)\"", at: name.range, in: activity,
            help: Suggestion.nearest(to: name.value, in: names).map { "did you mean \"\($0)\"?" })
    }

    private mutating func checkCall(_ name: Located<String>, _ parameters: [MapEntry<DynamicValue>], in activity: Activity) {
        guard let called = project.pipeline(named: name.value)?.asset else {
            if !project.gaps.unreadPipelines.contains(name.value) {
                report(
                    .unknownPipeline, "there is no pipeline \"\(name.value)\"", at: name.range, in: activity,
                    help: Suggestion.nearest(to: name.value, in: project.pipelines.map(\.asset.name.value)).map { "did you mean \"\($0)\"?" })
            }
            return
        }
        for parameter in parameters {
            guard let declared = called.parameters.first(where: { $0.name == parameter.name }) else {
                report(
                    .unknownParameter, "pipeline \"\(name.value)\" has no parameter \"\(parameter.name)\"", at: parameter.key.range,
                    in: activity,
                    help: Suggestion.nearest(to: parameter.name, in: called.parameters.map(\.name)).map { "did you mean \"\($0)\"?" })
                continue
            }
            if let value = parameter.value.constant, let problem = declared.value.type.problem(with: value) {
                report(.wrongType, "parameter \"\(parameter.name)\": \(problem)", at: parameter.valueRange, in: activity)
            }
        }
        for declared in called.parameters where declared.value.defaultValue == nil && !parameters.contains(where: { $0.name == declared.name }) {
            report(
                .missingParameter, "parameter \"\(declared.name)\" of pipeline \"\(name.value)\" has no default and gets no value",
                at: name.range, in: activity)
        }
    }
}
