internal import Diagnostics
internal import Engine
internal import Support

/// What compiling one activity that writes a table gave.
struct StepOutcome: Sendable {
    /// Why its columns are not known.
    enum Cause: UInt8, Sendable {
        /// A table it reads is not known.
        case input
        /// It is wrong, and that was told.
        case failed
        /// Its source tells its columns only when it is read.
        case source
        /// They hang on a value that is known only when it runs.
        case value
    }

    /// At first as the query gives them, in the end as the table stores them; nil where there is a cause.
    var columns: [SQLColumn]?
    /// Of `columns`, in the end.
    var digest = TableColumns.digest(of: nil)
    var cause: Cause?
    var diagnostics: [Diagnostic] = []

    static func unknown(_ cause: Cause) -> StepOutcome { StepOutcome(columns: nil, cause: cause) }
}
