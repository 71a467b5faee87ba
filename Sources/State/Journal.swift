internal import Support

/// The run journal of one environment: runs, activity attempts, tables read and written, checks, variables, log lines.
///
/// Every method is one transaction, on disk when it returns unless it says otherwise. Nothing here reads a clock:
/// times are passed in. Secrets that the process knows are taken out of texts and documents (`StateValue`).
package final class Journal: Sendable {
    package let database: Database

    /// Opens the journal at `path`, and brings an older format up to date.
    /// - Parameter create: makes the file and its folder where there is none; otherwise that is `StateError.unavailable`.
    package init(path: String, create: Bool = true, busyTimeout: Duration = .seconds(10)) throws(StateError) {
        database = try Database(path: path, create: create, busyTimeout: busyTimeout)
        try database.migrate(JournalSchema.migrations, applicationID: JournalSchema.applicationID)
    }

    package var path: String { database.path }

    package func close() throws(StateError) { try database.close() }

    func failure(_ kind: StateError.Kind, _ message: String) -> StateError { StateError(kind, message, path: path) }
}
