internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

extension PipelineFacts {
    /// Of a file in which no pipeline could be read.
    init(unread file: LoadedPipeline) {
        self.init(path: file.path, name: nil, givenName: file.name)
        usedTemplates = file.usedTemplates.sorted()
        note(file)
    }

    init(_ scope: PipelineScope) {
        self.init(path: scope.file.path, name: scope.pipeline.name, givenName: scope.pipeline.name.value)
        parameters = scope.pipeline.parameters.map {
            Parameter(name: $0.name, type: $0.value.type, hasDefault: $0.value.defaultValue != nil)
        }
        usedTemplates = scope.file.usedTemplates.sorted()
        note(scope.file)
        let turns = ActivityTurns(scope.list)
        let items = LoopItems(scope.pipeline)
        scope.pipeline.forEachActivity { note($0, items[$0], scope, turns) }
    }

    private mutating func note(_ file: LoadedPipeline) {
        hasLostActivities = !file.lostActivities.isEmpty
        note(lost: file.lostActivities)
        waivers = WaiverScanner.scan(file.bytes, path: file.path, isSQL: false)
        var names: Set<String> = []
        for (path, sql) in file.sqlFiles.sorted(by: { $0.key < $1.key }) {
            waivers += WaiverScanner.scan(sql.bytes, path: path, isSQL: true)
            guard !sql.text.dynamic.isLiteral else { continue }
            names.formUnion(sql.text.dynamic.references.parameters.map { $0.name.lowercased() })
        }
        sqlParameters = names.sorted()
    }

    private mutating func note(lost: [LostActivity]) {
        for activity in lost {
            switch activity.writes {
            case .nothing: break
            case .table(let text):
                if let table = LakeName(text) { lostTables.append(table) } else { writesUnknownTables = true }
            case .unknown: writesUnknownTables = true
            }
        }
    }

    private mutating func note(_ activity: Activity, _ items: [JSONValue], _ scope: PipelineScope, _ turns: ActivityTurns) {
        func site(_ range: SourceRange) -> Site { Site(range: range, asset: scope.asset(activity), call: activity.call) }
        for table in activity.lakeReads {
            for name in table.tables(items) ?? [] { reads.append(TableUse(table: name, site: site(table.range))) }
        }
        if let write = activity.kind.write {
            note(step: activity, write, items, scope, turns, site)
            if case .lake(let target) = write.into {
                if let names = target.tables(items) {
                    writes += names.map { TableUse(table: $0, site: site(target.range)) }
                } else {
                    writesUnknownTables = true
                }
            }
            for check in write.checks {
                if case .relationship(_, let to) = check.kind { reads.append(TableUse(table: to.value.table, site: site(to.range))) }
            }
        }
        if case .transform(let transform) = activity.kind, let query = scope.queries.byActivity[activity.name.value] {
            for reference in query.references {
                if case .table(.lake(let name)) = reference.target { reads.append(TableUse(table: name, site: site(reference.range))) }
            }
            for name in query.unknownNames {
                unknownNames.append(UnknownName(parts: name.parts, sources: transform.sources.map(\.name), site: site(name.range)))
            }
        }
        if case .delete(.rows(let table, let condition)) = activity.kind, let name = table.literal.flatMap(LakeName.init), condition.written != nil {
            deletions.append(Deletion(activity: activity.name.value, table: name, site: site(condition.text.range)))
        }
        if case .publish(let publish) = activity.kind {
            for view in publish.views {
                guard let name = LakeName(view.name) else { continue }
                let query = scope.queries.views.first { $0.activity == activity.name.value && $0.name == name }
                views.append(
                    View(activity: activity.name.value, name: name, site: site(view.key.range), reads: query?.reads.map { .init(parts: $0.parts, range: $0.range) }))
            }
            for table in publish.tables {
                if let names = table.tables(items) {
                    publishes += names.map { TableUse(table: $0, site: site(table.range)) }
                } else {
                    publishesUnknownTables = true
                }
            }
        }
        if case .pipeline(let name, let arguments) = activity.kind {
            calls.append(
                Call(
                    target: name.value,
                    arguments: arguments.map {
                        .init(name: $0.name, nameRange: $0.key.range, valueRange: $0.valueRange, value: $0.value.constant)
                    },
                    site: site(name.range)))
        }
    }

    private mutating func note(
        step activity: Activity, _ write: TableWrite, _ items: [JSONValue], _ scope: PipelineScope, _ turns: ActivityTurns, _ site: (SourceRange) -> Site
    ) {
        let name = activity.name.value
        let sources: [DataSource] =
            switch activity.kind {
            case .copy(let copy): [copy.source]
            case .transform(let transform): transform.sources.map(\.value)
            default: []
            }
        let schemas = sources.compactMap { source -> String? in
            if case .table = source.selection { return nil }
            return source.connection?.literal
        }
        var isTransform = false
        var range = sources.first?.range ?? activity.name.range
        if case .transform(let transform) = activity.kind {
            isTransform = true
            range = transform.query.range
        }
        let written = Write(write, order: turns.order[name] ?? 0, isConditional: turns.conditional.contains(name))
        // In a loop whose items are known, a step for each table.
        var targets: Set<TableAddress> = []
        for item in items.isEmpty ? [nil] : items.map({ Optional($0) }) {
            let effects = scope.file.effects(of: activity, items: item.map { [$0] } ?? [], scope.queries)
            let target = effects.writes.first
            guard target.map({ targets.insert($0).inserted }) ?? true else { continue }
            steps.append(
                Step(
                    activity: name, target: target, inputs: effects.reads.sorted(), schemas: Set(schemas).sorted(), isTransform: isTransform,
                    site: site(range), write: written))
            if target == nil { break }
        }
    }
}
