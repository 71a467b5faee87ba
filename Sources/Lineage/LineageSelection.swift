package import Engine

/// The part of a project's lineage that was asked for.
package struct LineageSelection: Sendable {
    /// A dataset, or one column of it.
    package struct Focus: Sendable, Hashable {
        package let dataset: Dataset
        package let column: String?

        package init(_ dataset: Dataset, column: String? = nil) {
            self.dataset = dataset
            self.column = column
        }

        package var text: String { column.map { "\(dataset.text).\($0)" } ?? dataset.text }
    }

    package let lineage: Lineage
    /// nil: the whole project.
    package let focus: Focus?
    package let directions: Set<Lineage.Direction>
    /// The steps on the way; with a column in focus only with the columns on its way.
    package let steps: [LineageStep]
    /// With a column in focus: the columns on its way.
    package let columns: Set<DatasetColumn>

    package init(_ lineage: Lineage, focus: Focus?, directions: Set<Lineage.Direction> = [.up, .down]) {
        self.lineage = lineage
        self.focus = focus
        self.directions = directions
        guard let focus else {
            steps = lineage.steps
            columns = []
            return
        }
        guard let column = focus.column else {
            steps = lineage.steps(from: focus.dataset, directions)
            columns = []
            return
        }
        var trace = ColumnTrace(lineage)
        let start = DatasetColumn(focus.dataset, column)
        if directions.contains(.up) { trace.follow(start, .up) }
        if directions.contains(.down) { trace.follow(start, .down) }
        steps = trace.steps
        columns = trace.columns.union([start])
    }

    /// In order.
    package var datasets: [Dataset] {
        var all = Set(steps.flatMap { $0.inputs + [$0.output] })
        if let focus {
            all.insert(focus.dataset)
            if focus.column != nil { all.formIntersection(Set(columns.map(\.dataset)).union(steps.filter { $0.columns == nil }.flatMap { $0.inputs + [$0.output] })) }
        }
        return all.sorted()
    }

    /// Columns of a dataset that are part of it; nil where they are not known.
    package func columns(of dataset: Dataset) -> [SQLColumn]? {
        guard let known = lineage.columns(of: dataset) else { return nil }
        guard focus?.column != nil else { return known }
        return known.filter { columns.contains(DatasetColumn(dataset, $0.name)) }
    }

    /// Steps of it whose columns are not known, or not all of their inputs.
    package var unknownSteps: [LineageStep] { steps.filter { $0.unknown != nil } }
}

/// Follows the values of a column through the steps. Where a step's columns are not known its whole output, or input, goes on.
private struct ColumnTrace {
    private let lineage: Lineage
    private(set) var columns: Set<DatasetColumn> = []
    private var kept: [Int: Set<String>] = [:]
    private var visited: Set<Visit> = []

    private struct Visit: Hashable {
        let direction: Lineage.Direction
        let dataset: Dataset
        /// nil: some column, it is not known which.
        let column: String?
    }

    init(_ lineage: Lineage) { self.lineage = lineage }

    mutating func follow(_ start: DatasetColumn, _ direction: Lineage.Direction) {
        var waiting = [Visit(direction: direction, dataset: start.dataset, column: start.name)]
        while let visit = waiting.popLast() {
            guard visited.insert(visit).inserted else { continue }
            if let column = visit.column { columns.insert(DatasetColumn(visit.dataset, column)) }
            for index in lineage.positions(around: visit.dataset, direction) {
                let step = lineage.steps[index]
                waiting += direction == .up ? up(visit, index, step) : down(visit, index, step)
            }
        }
    }

    private mutating func up(_ visit: Visit, _ index: Int, _ step: LineageStep) -> [Visit] {
        guard step.columns != nil, let name = visit.column else {
            kept[index, default: []].formUnion([])
            return step.inputs.map { Visit(direction: .up, dataset: $0, column: nil) }
        }
        guard let column = step.column(named: name) else { return [] }
        kept[index, default: []].insert(column.column.name)
        return column.direct.map { Visit(direction: .up, dataset: $0.column.dataset, column: $0.column.name) }
    }

    private mutating func down(_ visit: Visit, _ index: Int, _ step: LineageStep) -> [Visit] {
        guard let made = step.columns, let name = visit.column else {
            kept[index, default: []].formUnion([])
            return [Visit(direction: .down, dataset: step.output, column: nil)]
        }
        let used = made.filter { column in column.direct.contains { $0.column == DatasetColumn(visit.dataset, name) } }
        guard !used.isEmpty else { return [] }
        kept[index, default: []].formUnion(used.map(\.column.name))
        return used.map { Visit(direction: .down, dataset: step.output, column: $0.column.name) }
    }

    var steps: [LineageStep] {
        kept.keys.sorted().map { index in
            var step = lineage.steps[index]
            let names = kept[index] ?? []
            step.columns = step.columns?.filter { names.contains($0.column.name) }
            return step
        }
    }
}

extension LineageSelection {
    /// What a name on the command line means: `silver.orders`, `silver.orders.order_id`.
    package enum Found: Sendable {
        case focus(Focus)
        /// No dataset of that name; the nearest, where one is near.
        case unknownDataset
        case unknownColumn(Dataset, String)
    }

    /// The longest name of a dataset that the text begins with, and what follows its dot; exactly, else without case.
    package static func dataset(named text: String, in datasets: [Dataset]) -> Focus? {
        for fold in [{ (text: String) in text }, { $0.lowercased() }] {
            let wanted = fold(text)
            let candidates = datasets.sorted { $0.text.utf8.count > $1.text.utf8.count }
            for dataset in candidates {
                let name = fold(dataset.text)
                if wanted == name { return Focus(dataset) }
                if wanted.hasPrefix(name + ".") { return Focus(dataset, column: String(text.dropFirst(dataset.text.count + 1))) }
            }
        }
        return nil
    }
}
