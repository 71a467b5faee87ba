internal import AssetLoading
internal import Assets
internal import Engine
internal import Lineage
internal import Support
internal import Validation

/// The way down.
extension ImpactSearch {
    static func spread(
        _ extents: inout [Dataset: Extent], _ start: [Dataset], _ steps: [Step], _ readers: [Dataset: [Int]],
        _ effect: (Step, [Dataset: Extent]) -> Extent?
    ) {
        var waiting = start
        while let dataset = waiting.popLast() {
            for index in readers[dataset] ?? [] {
                let step = steps[index]
                guard step.output != dataset, let extent = effect(step, extents) else { continue }
                if let isNew = extents[step.output]?.add(extent) {
                    if isNew { waiting.append(step.output) }
                } else {
                    extents[step.output] = extent
                    waiting.append(step.output)
                }
            }
        }
    }

    static func effect(
        of made: [LineageStep.Column], rows: [LineageStep.Input], _ step: Step, _ extents: [Dataset: Extent]
    ) -> Extent? {
        func isReached(_ column: DatasetColumn) -> Bool {
            switch extents[column.dataset] {
            case .all?: true
            case .columns(let names)?: names.contains(column.name.lowercased())
            case nil: false
            }
        }
        if rows.contains(where: { isReached($0.column) }) { return .all }
        let names = made.filter { $0.inputs.contains { isReached($0.column) } }.map { $0.column.name.lowercased() }
        return names.isEmpty ? nil : .columns(Set(names))
    }

    static func downstream(of start: Set<Dataset>, _ steps: [Step], _ readers: [Dataset: [Int]]) -> [Int] {
        var (seen, taken) = (start, Set<Int>())
        var waiting = Array(start)
        while let dataset = waiting.popLast() {
            for index in readers[dataset] ?? [] where taken.insert(index).inserted {
                if seen.insert(steps[index].output).inserted { waiting.append(steps[index].output) }
            }
        }
        return taken.sorted()
    }

    func lineage(of steps: [Step], _ side: ProjectSide, _ snapshot: ProjectSnapshot, _ engine: EngineSupply) async throws -> Lineage {
        let paths = Set(steps.map { ExactText($0.path) })
        let files = side.files.files.filter { paths.contains(ExactText($0.path)) }.concurrentMap(chunk: 4) { side.loader.load($0) }
        let project = LoadedProject(frame: side.frame, files: files.compactMap(\.self), schemas: side.schemas)
        let analysis = try await SQLAnalysis.make(of: project.files, side.frame, engine: engine)
        let wanted = Set(steps.map(\.name))
        return try await Lineage.make(of: project, analysis: analysis, columns: snapshot.columns, engine: engine, where: wanted.contains)
    }

    func reached(_ extents: [Dataset: Extent], _ steps: [Step]) -> [Impact.Reached] {
        let writers = Dictionary(grouping: steps, by: \.output)
        return extents.keys.sorted().compactMap { dataset in
            guard let extent = extents[dataset] else { return nil }
            var columns: [String]?
            if case .columns(let names) = extent {
                let known = address(of: dataset).flatMap { after.columns[$0] } ?? []
                columns = known.map(\.name).filter { names.contains($0.lowercased()) }
                // A column that is gone is told as a change.
                if columns?.isEmpty == true { return nil }
                if columns?.count == known.count { columns = nil }
            }
            let through = Set((writers[dataset] ?? []).map(\.name.text)).sorted()
            // A source is where things come from, nothing that they follow from.
            if through.isEmpty { return nil }
            return Impact.Reached(name: dataset.text, kind: dataset.kind, columns: columns, through: through)
        }
    }

    private func address(of dataset: Dataset) -> TableAddress? {
        switch dataset {
        case .table(let address): address
        case .warehouse(let name): after.columns[.view(name)] == nil ? .lake(name) : .view(name)
        case .files, .query: nil
        }
    }
}
