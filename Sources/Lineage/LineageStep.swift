package import Diagnostics
package import Engine

/// One activity that fills a dataset from others.
package struct LineageStep: Sendable {
    /// A column that has to do with another, and in which ways.
    package struct Input: Sendable, Hashable {
        package let column: DatasetColumn
        package let influence: Influence
    }

    /// How a column of the target is made.
    package struct Column: Sendable, Hashable {
        package let column: SQLColumn
        /// In order; none: of constants, or of the number of rows.
        package let inputs: [Input]

        package var direct: [Input] { inputs.filter { $0.influence.isDirect } }
    }

    package struct Name: Sendable, Hashable, Comparable {
        package let pipeline: String
        package let activity: String

        package init(pipeline: String, activity: String) {
            self.pipeline = pipeline
            self.activity = activity
        }

        package var text: String { "\(pipeline)/\(activity)" }

        package static func < (a: Self, b: Self) -> Bool { (a.pipeline, a.activity) < (b.pipeline, b.activity) }
    }

    package let name: Name
    /// `copy`, `transform`, `publish`.
    package let type: String
    /// In order.
    package let inputs: [Dataset]
    package let output: Dataset
    /// nil where they are not known.
    package internal(set) var columns: [Column]?
    /// What decides on the rows, so on all columns.
    package internal(set) var rows: [Input]
    /// Why the columns, or some of their inputs, are not known.
    package internal(set) var unknown: String?
    /// The query, or the activity where it has none.
    package let place: SourceRange
    package let sql: String?

    package func column(named name: String) -> Column? { columns?.first { $0.column.name.lowercased() == name.lowercased() } }
}
