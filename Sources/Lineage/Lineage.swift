package import Engine

/// Where the data of a project's tables comes from and goes to.
package struct Lineage: Sendable {
    /// In order of pipelines' and activities' names.
    package let steps: [LineageStep]
    /// Columns as far as they are known.
    package let columns: [Dataset: [SQLColumn]]
    /// What cannot be followed, in words.
    package let gaps: [String]
    /// Positions of the steps that fill a dataset, and of those that read it.
    private let writers: [Dataset: [Int]]
    private let readers: [Dataset: [Int]]

    package init(steps: [LineageStep], columns: [Dataset: [SQLColumn]], gaps: [String]) {
        let sorted = steps.sorted { ($0.name, $0.output) < ($1.name, $1.output) }
        self.steps = sorted
        self.columns = columns
        self.gaps = gaps
        (writers, readers) = Self.index(sorted)
    }

    private static func index(_ steps: [LineageStep]) -> (writers: [Dataset: [Int]], readers: [Dataset: [Int]]) {
        var writers: [Dataset: [Int]] = [:]
        var readers: [Dataset: [Int]] = [:]
        for (index, step) in steps.enumerated() {
            writers[step.output, default: []].append(index)
            for input in step.inputs { readers[input, default: []].append(index) }
        }
        return (writers, readers)
    }

    /// In order.
    package var datasets: [Dataset] { Set(steps.flatMap { $0.inputs + [$0.output] }).sorted() }

    package func writers(of dataset: Dataset) -> [LineageStep] { (writers[dataset] ?? []).map { steps[$0] } }
    package func readers(of dataset: Dataset) -> [LineageStep] { (readers[dataset] ?? []).map { steps[$0] } }

    func positions(around dataset: Dataset, _ direction: Direction) -> [Int] {
        (direction == .up ? writers[dataset] : readers[dataset]) ?? []
    }

    /// The columns of a dataset in the order of its writer, or as its readers name them.
    package func columns(of dataset: Dataset) -> [SQLColumn]? { columns[dataset] }

    package enum Direction: Sendable, Hashable { case up, down }

    /// Positions of the steps that lead to a dataset (`up`) or start from it (`down`).
    static func positions(in steps: [LineageStep], from dataset: Dataset, _ direction: Direction) -> Set<Int> {
        let (writers, readers) = index(steps)
        var reached: Set<Dataset> = [dataset]
        var waiting = [dataset]
        var taken: Set<Int> = []
        while let next = waiting.popLast() {
            for index in (direction == .up ? writers[next] : readers[next]) ?? [] where taken.insert(index).inserted {
                let further = direction == .up ? steps[index].inputs : [steps[index].output]
                waiting += further.filter { reached.insert($0).inserted }
            }
        }
        return taken
    }

    /// In order.
    package func steps(from dataset: Dataset, _ directions: Set<Direction>) -> [LineageStep] {
        let taken = directions.reduce(into: Set<Int>()) { $0.formUnion(Self.positions(in: steps, from: dataset, $1)) }
        return taken.sorted().map { steps[$0] }
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
