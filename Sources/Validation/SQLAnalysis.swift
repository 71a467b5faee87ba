package import AssetLoading
package import Assets
package import Diagnostics
package import Engine
internal import Expressions
internal import Support

/// The queries of a project's transforms: the tables they name, and what is wrong with their text.
package struct SQLAnalysis: Sendable {
    /// One transform's query, with typed stand-ins for what is known only when it runs.
    package struct Query: Sendable {
        package let pipeline: String
        package let activity: String
        package let text: SQLText
        package let rendered: RenderedSQL
        package let references: [Reference]
        /// Every table it names is one of the lake, a connection or a named source.
        package let isResolved: Bool
    }

    package struct Reference: Sendable {
        package enum Target: Sendable, Hashable {
            case table(TableAddress)
            /// A named input of the transform.
            case source(String)
        }
        package let target: Target
        package let range: SourceRange
    }

    package private(set) var queries: [Key: Query] = [:]
    package private(set) var diagnostics: [Diagnostic] = []

    /// Of no query: what is left where there is no engine to parse SQL.
    package init() {}

    package struct Key: Sendable, Hashable, Comparable {
        package let pipeline: String
        package let activity: String

        package init(pipeline: String, activity: String) {
            self.pipeline = pipeline
            self.activity = activity
        }

        package static func < (a: Self, b: Self) -> Bool { (a.pipeline, a.activity) < (b.pipeline, b.activity) }
    }

    /// - Parameter pipelines: those to look at; others are left alone.
    package static func analyse(
        _ project: LoadedProject, pipelines: [AssetFile<Pipeline>], session: any EngineSession
    ) async throws(EngineError) -> SQLAnalysis {
        var analysis = SQLAnalysis()
        for file in pipelines {
            for activity in file.asset.activities { try await analysis.visit(activity, in: file.asset, project, session) }
        }
        return analysis
    }

    package func reads(of activity: String, in pipeline: String) -> Set<TableAddress> {
        let references = queries[Key(pipeline: pipeline, activity: activity)]?.references ?? []
        return Set(
            references.compactMap { reference in
                if case .table(let address) = reference.target { address } else { nil }
            })
    }

    private mutating func visit(
        _ activity: Activity, in pipeline: Pipeline, _ project: LoadedProject, _ session: any EngineSession
    ) async throws(EngineError) {
        if case .transform(let transform) = activity.kind, let text = project.sql(of: transform.query) {
            try await add(transform, text, activity, pipeline, project, session)
        }
        for child in activity.kind.children { try await visit(child, in: pipeline, project, session) }
    }

    private mutating func add(
        _ transform: ActivityKind.Transform, _ text: SQLText, _ activity: Activity, _ pipeline: Pipeline,
        _ project: LoadedProject, _ session: any EngineSession
    ) async throws(EngineError) {
        let asset = "pipeline \(pipeline.name.value) / activity \(activity.name.value)"
        let rendered = Placeholders(pipeline: pipeline, project: project.project).render(text)
        let found: [TableReference]
        do {
            found = try await session.tableReferences(in: rendered.sql)
        } catch {
            guard error.kind != .unavailable, error.kind != .interrupted else { throw error }
            let offset = error.offset ?? 0
            report(
                Diagnostic(
                    .sqlSyntax, SQLMessage.firstLine(error.message),
                    at: text.range(at: offset, length: SQLToken(at: offset, in: rendered.sql).length, in: rendered), asset: asset), activity)
            return
        }
        var references: [Reference] = []
        for reference in found {
            let length = reference.name.joined(separator: ".").utf8.count
            let range = reference.offset.map { text.range(at: $0, length: length, in: rendered) } ?? text.range
            if let target = resolve(reference.name, transform, project) {
                references.append(Reference(target: target, range: range))
            } else {
                report(unknownName(reference.name, at: range, transform, project, asset: asset), activity)
            }
        }
        let key = Key(pipeline: pipeline.name.value, activity: activity.name.value)
        queries[key] = Query(
            pipeline: key.pipeline, activity: key.activity, text: text, rendered: rendered, references: references,
            isResolved: references.count == found.count)
    }

    private mutating func report(_ diagnostic: Diagnostic, _ activity: Activity) {
        var diagnostic = diagnostic
        if let call = activity.call { diagnostic.labels.append(.init(call, "in this use of the template")) }
        diagnostics.append(diagnostic)
    }

    private func resolve(
        _ name: [String], _ transform: ActivityKind.Transform, _ project: LoadedProject
    ) -> Reference.Target? {
        if name.count == 1 {
            return transform.sources.first { $0.name.lowercased() == name[0].lowercased() }.map { .source($0.name) }
        }
        if name.count == 2, Self.layers(of: project).contains(name[0]), let lake = LakeName(name.joined(separator: ".")) {
            return .table(.lake(lake))
        }
        let connections = project.environments.flatMap { $0.asset.connections.map(\.name) }
        if connections.contains(name[0]) {
            return .table(.database(connection: name[0], table: name.dropFirst().joined(separator: ".")))
        }
        return nil
    }

    /// Layers of the lake, with the one where rows are kept that a check sorted out.
    package static func layers(of project: LoadedProject) -> [String] {
        (project.project?.layers.map(\.value) ?? []) + ["quarantine"]
    }

    /// A table of that name in some layer, as `layer.name`.
    private static func tables(called name: String, _ project: LoadedProject) -> String? {
        var found: [String] = []
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                let into: DataTarget? =
                    switch activity.kind {
                    case .copy(let copy): copy.write.into
                    case .transform(let transform): transform.write.into
                    default: nil
                    }
                guard case .lake(let target)? = into, let table = target.literal.flatMap(LakeName.init) else { return }
                if table.name.lowercased() == name.lowercased() { found.append(table.text) }
            }
        }
        return found.first
    }

    private func unknownName(
        _ name: [String], at range: SourceRange, _ transform: ActivityKind.Transform, _ project: LoadedProject, asset: String
    ) -> Diagnostic {
        let text = name.joined(separator: ".")
        let layers = Self.layers(of: project)
        if name.count == 1 {
            let near = Suggestion.nearest(to: name[0], in: transform.sources.map(\.name)) ?? Self.tables(called: name[0], project)
            return Diagnostic(
                .unknownTable, "\"\(text)\" is no table and no named source of this transform", at: range,
                help: near.map { "did you mean \"\($0)\"?" } ?? "name tables of the lake LAYER.NAME (layers: \(layers.dropLast().joined(separator: ", ")))",
                asset: asset)
        }
        let known = layers + project.environments.flatMap { $0.asset.connections.map(\.name) }
        let near = Suggestion.nearest(to: name[0], in: known)
        return Diagnostic(
            .unknownTable, "\"\(name[0])\" in \"\(text)\" is neither a layer of the lake nor a connection", at: range,
            help: near.map { "did you mean \"\($0)\"?" }, asset: asset)
    }
}

/// Messages of the engine, made fit for one line.
enum SQLMessage {
    static func firstLine(_ message: String) -> String {
        String(message.split(separator: "\n", maxSplits: 1).first ?? "")
    }
}

/// Stand-ins for the values of expressions, of the right type, so that SQL with expressions can be compiled.
struct Placeholders {
    let pipeline: Pipeline
    let project: Project?

    func render(_ text: SQLText) -> RenderedSQL {
        text.render(stand: { stand(for: $0) }) { expression in value(of: expression) }
    }

    /// A NULL of the type, as far as it is known: it fits wherever a value of that type does.
    private func stand(for expression: Expression) -> String? {
        if expression.constant != nil { return nil }
        if let name = expression.directParameterName,
            let declaration = pipeline.parameters.first(where: { $0.name.lowercased() == name.lowercased() })?.value
        {
            switch declaration.type {
            // A text literal fits a date or a number as well.
            case .string: return "NULL"
            case .int: return "CAST(NULL AS BIGINT)"
            case .float: return "CAST(NULL AS DOUBLE)"
            case .bool: return "CAST(NULL AS BOOLEAN)"
            case .date: return "CAST(NULL AS DATE)"
            case .timestamp: return "CAST(NULL AS TIMESTAMP)"
            case .array: return nil
            case .object: return "CAST(NULL AS VARCHAR)"
            }
        }
        var scope = ExpressionScope(isItemAvailable: true)
        scope.variables = Dictionary(
            pipeline.variables.map { ($0.name, $0.value.expressionType) }, uniquingKeysWith: { first, _ in first })
        switch expression.check(in: scope).type {
        case .integer: return "CAST(NULL AS BIGINT)"
        case .float: return "CAST(NULL AS DOUBLE)"
        case .boolean: return "CAST(NULL AS BOOLEAN)"
        case .any, .null, .string: return "NULL"
        case .object: return "CAST(NULL AS VARCHAR)"
        case .array: return nil
        }
    }

    private func value(of expression: Expression) -> (JSONValue, ParameterType?) {
        if let constant = expression.constant { return (constant, nil) }
        if let name = expression.directParameterName,
            let declaration = pipeline.parameters.first(where: { $0.name.lowercased() == name.lowercased() })?.value
        {
            return (declaration.defaultValue ?? Self.sample(declaration.type), declaration.type)
        }
        return (Self.sample(expression.check(in: ExpressionScope(isItemAvailable: true)).type), nil)
    }

    private static func sample(_ type: ParameterType) -> JSONValue {
        switch type {
        case .string: "x"
        case .int: 1
        case .float: 1.5
        case .bool: true
        case .date: "2000-01-01"
        case .timestamp: "2000-01-01T00:00:00"
        case .array: []
        case .object: [:]
        }
    }

    private static func sample(_ type: ExpressionType) -> JSONValue {
        switch type {
        case .integer: 1
        case .float: 1.5
        case .boolean: true
        case .array: []
        case .object: [:]
        case .null: .null
        case .string, .any: "x"
        }
    }
}
