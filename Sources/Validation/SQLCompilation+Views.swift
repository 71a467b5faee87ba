internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// Views of the warehouse, once the columns of all tables are known: each upon the published tables and other views it reads.
extension SQLCompilation {
    private struct Open {
        let unit: Int
        let view: PipelineFacts.View
        let inputs: [(address: TableAddress, number: Int)]
        let position: Int
    }

    mutating func compileViews() async throws(EngineError) {
        let names = PublishedNames(units.map(\.facts))
        var left = units.indices.flatMap { unit in units[unit].facts.views.map { (unit: unit, view: $0) } }
        guard !left.isEmpty else { return }
        var settled: Set<LakeName> = []
        while !left.isEmpty {
            let waits = { (view: PipelineFacts.View) -> Bool in
                (view.reads ?? []).contains { read in
                    guard case .view(let name)? = read.name.flatMap({ names[$0] }) else { return false }
                    return !settled.contains(name)
                }
            }
            var wave = left.filter { !waits($0.view) }
            left = left.filter { waits($0.view) }
            // Those of a circle are told to be one: nothing else can be said of them.
            if wave.isEmpty { (wave, left) = (left, []) }
            try await compile(wave, names, isCircle: wave.contains { waits($0.view) })
            settled.formUnion(wave.map(\.view.name))
        }
    }

    private mutating func compile(
        _ wave: [(unit: Int, view: PipelineFacts.View)], _ names: PublishedNames, isCircle: Bool
    ) async throws(EngineError) {
        var open: [Open] = []
        var targets: [(name: LakeName, position: Int)] = []
        for (unit, view) in wave {
            let inputs = (view.reads ?? []).compactMap { $0.name.flatMap { names[$0] } }
            let numbers = inputs.map { ($0, columns.number(of: $0)) }
            let key = key(of: view, upon: numbers.map(\.1), unit)
            let known = key.flatMap(earlier)
            let position = outcomes.count
            keys.append(key)
            targets.append((view.name, position))
            if let known {
                outcomes.append(known)
            } else if view.reads == nil || inputs.count != view.reads?.count || isCircle {
                outcomes.append(.unknown(.failed))
            } else if numbers.contains(where: { columns[$0.1] == nil }) {
                outcomes.append(.unknown(.input))
            } else {
                outcomes.append(StepOutcome())
                open.append(Open(unit: unit, view: view, inputs: numbers, position: position))
            }
        }
        try await describe(open)
        for (name, position) in targets {
            outcomes[position].digest = TableColumns.digest(of: outcomes[position].columns)
            columns.add(outcomes[position].columns, digest: outcomes[position].digest, to: columns.number(of: .view(name)))
        }
    }

    private mutating func describe(_ open: [Open]) async throws(EngineError) {
        guard !open.isEmpty else { return }
        try await loadUnits(Set(open.map(\.unit)).sorted())
        var asked: [(open: Open, query: PipelineQueries.View)] = []
        for open in open {
            guard let query = units[open.unit].model?.queries.views.first(where: { $0.activity == open.view.activity && $0.name == open.view.name })
            else { outcomes[open.position] = .unknown(.failed); continue }
            asked.append((open, query))
        }
        let quick = asked.map { open, query in DescribedQuery(query.rendered.sql, given: given(open.inputs.map(\.address)) ?? [:]) }
        let first = try await describe(quick)
        // Names with a schema resolve on real tables alone.
        var again: [Int] = []
        for (index, answer) in first.enumerated() {
            if case .success(let columns) = answer { settle(asked[index].open, asked[index].query, columns) } else { again.append(index) }
        }
        guard !again.isEmpty else { return }
        try await make(Set(again.flatMap { asked[$0].open.inputs.map(\.address) }))
        for (index, answer) in zip(again, try await describe(again.map { DescribedQuery(asked[$0].query.rendered.sql) })) {
            let (open, query) = asked[index]
            switch answer {
            case .success(let columns): settle(open, query, columns)
            case .failure(let error): report(error, open, query)
            }
        }
    }

    private mutating func settle(_ open: Open, _ query: PipelineQueries.View, _ columns: [SQLColumn]) {
        outcomes[open.position].columns = columns
        var seen: Set<String> = []
        guard let twice = columns.first(where: { !seen.insert($0.name.lowercased()).inserted }) else { return }
        outcomes[open.position].diagnostics = [
            open.view.site.finding(
                .sqlInvalid, "the view has two columns \"\(twice.name)\"", at: query.text.firstWord(in: query.rendered), help: "name one of them otherwise, with AS")
        ]
    }

    private mutating func report(_ error: EngineError, _ open: Open, _ query: PipelineQueries.View) {
        let token = error.offset.map { SQLToken(at: $0, in: query.rendered.sql) }
        let range = error.offset.map { query.text.range(at: $0, length: token?.length ?? 1, in: query.rendered) } ?? query.text.range
        outcomes[open.position] = .unknown(.failed)
        outcomes[open.position].diagnostics = [
            open.view.site.finding(
                error.isUnknownColumn ? .unknownColumn : .sqlInvalid, SQLMessage.firstLine(error.message), at: range, help: error.suggestion(for: token))
        ]
    }

    private mutating func key(of view: PipelineFacts.View, upon tables: [Int], _ unit: Int) -> ContentDigest? {
        guard let unit = units[unit].key else { return nil }
        var builder = ContentDigestBuilder()
        builder.add("view")
        builder.add(unit)
        builder.add(view.activity)
        builder.add(view.name.text)
        for table in tables { columns.addState(of: table, to: &builder) }
        return builder.digest
    }
}
