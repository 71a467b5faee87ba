package import Engine

/// Where the data of a project's tables comes from and goes to.
package struct Lineage: Sendable {
    /// In order of pipelines' and activities' names.
    package let steps: [LineageStep]
    /// Columns as far as they are known.
    package let columns: [Dataset: [SQLColumn]]
    /// What cannot be followed, in words.
    package let gaps: [String]

    package init(steps: [LineageStep], columns: [Dataset: [SQLColumn]], gaps: [String]) {
        self.steps = steps.sorted { ($0.name, $0.output) < ($1.name, $1.output) }
        self.columns = columns
        self.gaps = gaps
    }

    /// In order.
    package var datasets: [Dataset] { Set(steps.flatMap { $0.inputs + [$0.output] }).sorted() }

    package func writers(of dataset: Dataset) -> [LineageStep] { steps.filter { $0.output == dataset } }
    package func readers(of dataset: Dataset) -> [LineageStep] { steps.filter { $0.inputs.contains(dataset) } }

    /// The columns of a dataset in the order of its writer, or as its readers name them.
    package func columns(of dataset: Dataset) -> [SQLColumn]? { columns[dataset] }

    package enum Direction: Sendable, Hashable { case up, down }

    /// The steps that lead to a dataset (`up`) or start from it (`down`).
    package static func steps(_ all: [LineageStep], from dataset: Dataset, _ direction: Direction) -> [LineageStep] {
        var reached: Set<Dataset> = [dataset]
        var taken: Set<Int> = []
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for (index, step) in all.enumerated() where !taken.contains(index) {
                let touches = direction == .up ? reached.contains(step.output) : !reached.isDisjoint(with: step.inputs)
                guard touches else { continue }
                taken.insert(index)
                hasGrown = true
                if direction == .up { reached.formUnion(step.inputs) } else { reached.insert(step.output) }
            }
        }
        return taken.sorted().map { all[$0] }
    }

    package func steps(from dataset: Dataset, _ directions: Set<Direction>) -> [LineageStep] {
        var names: Set<Key> = []
        var result: [LineageStep] = []
        for direction in [Direction.up, .down] where directions.contains(direction) {
            for step in Self.steps(steps, from: dataset, direction) where names.insert(Key(step)).inserted { result.append(step) }
        }
        return result.sorted { ($0.name, $0.output) < ($1.name, $1.output) }
    }

    private struct Key: Hashable {
        let name: LineageStep.Name
        let output: Dataset

        init(_ step: LineageStep) {
            name = step.name
            output = step.output
        }
    }
}

/// A step of the way a column's values take.
package struct ColumnLink: Sendable {
    package let step: LineageStep
    package let column: DatasetColumn
    package let influence: Influence
}

extension Lineage {
    /// Columns that a column's values are made of, step by step.
    package func origins(of column: DatasetColumn) -> [ColumnLink] {
        writers(of: column.dataset).flatMap { step -> [ColumnLink] in
            (step.column(named: column.name)?.direct ?? []).map { ColumnLink(step: step, column: $0.column, influence: $0.influence.direct) }
        }
    }

    /// Columns that are made of its values.
    package func uses(of column: DatasetColumn) -> [ColumnLink] {
        readers(of: column.dataset).flatMap { step -> [ColumnLink] in
            (step.columns ?? []).compactMap { made in
                made.direct.first { $0.column == column }.map {
                    ColumnLink(step: step, column: DatasetColumn(step.output, made.column.name), influence: $0.influence.direct)
                }
            }
        }
    }
}
