package import Diagnostics

/// Something outside the lake that a pipeline reads, as far as its files tell.
package struct SourceRead: Sendable {
    package enum Selection: Sendable, Hashable {
        /// TABLE or SCHEMA.TABLE
        case table(String)
        case query(String)
        case path(String)
    }

    package let connection: String
    package let selection: Selection
    package let format: FileFormat?
    /// Where the table, query or path is written.
    package let range: SourceRange
    package let labels: [Diagnostic.Label]
    /// `pipeline sales / activity customers`
    package let asset: String

    package init(
        connection: String, selection: Selection, format: FileFormat?, range: SourceRange, labels: [Diagnostic.Label], asset: String
    ) {
        self.connection = connection
        self.selection = selection
        self.format = format
        self.range = range
        self.labels = labels
        self.asset = asset
    }
}
