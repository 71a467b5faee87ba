internal import Synchronization
internal import Support

/// A SQLite database in WAL mode, shared by the threads of this process.
///
/// One handle behind a lock: calls are meant to be short (a few statements, one fsync) and may be made from any task.
/// While another process writes they wait for it, at most for the busy timeout.
package final class Database: Sendable {
    package let path: String
    private let connection: Mutex<Connection>

    /// - Parameter create: makes the file where there is none, and the folders above it.
    package init(path: String, create: Bool = true, busyTimeout: Duration = .seconds(10)) throws(StateError) {
        self.path = path
        if create {
            do throws(SystemError) {
                try FileSystem.createDirectory(FileSystem.parent(of: path))
            } catch {
                throw StateError(
                    error.isDiskFull ? .diskFull : .unavailable, "cannot open the state database \(path): \(error)", path: path)
            }
        }
        connection = Mutex(try Connection(path: path, create: create, busyTimeout: busyTimeout))
    }

    /// Writes what is left in the log back to the file and closes it. Further calls throw; closing twice is allowed.
    package func close() throws(StateError) {
        try connection.withLock { (connection) throws(StateError) in try connection.close() }
    }

    /// Runs `body` in a transaction that takes the write lock at its start; rolled back where `body` throws.
    /// - Parameter durable: false for what may be lost in a power cut (never in a crash of this process), such as log lines.
    @discardableResult
    package func write<Result: Sendable>(
        durable: Bool = true, _ body: (inout Connection) throws(StateError) -> Result
    ) throws(StateError) -> Result {
        try connection.withLock { (connection) throws(StateError) in
            try connection.setDurable(durable)
            return try Self.transaction("BEGIN IMMEDIATE", on: &connection, body)
        }
    }

    /// Runs `body` on one consistent view of the database.
    package func read<Result: Sendable>(
        _ body: (inout Connection) throws(StateError) -> Result
    ) throws(StateError) -> Result {
        try connection.withLock { (connection) throws(StateError) in
            try Self.transaction("BEGIN", on: &connection, body)
        }
    }

    /// Runs `body` outside a transaction, for pragmas that want it so.
    func withConnection<Result: Sendable>(
        _ body: (inout Connection) throws(StateError) -> Result
    ) throws(StateError) -> Result {
        try connection.withLock { (connection) throws(StateError) in try body(&connection) }
    }

    static func transaction<Result>(
        _ begin: String, on connection: inout Connection, _ body: (inout Connection) throws(StateError) -> Result
    ) throws(StateError) -> Result {
        try connection.execute(begin)
        do {
            let result = try body(&connection)
            try connection.execute("COMMIT")
            return result
        } catch {
            // A full disk or an I/O error may have rolled back already. The first error is the one worth telling;
            // where this fails too, the transaction ends with the handle.
            if connection.inTransaction { _ = try? connection.execute("ROLLBACK") }
            throw error
        }
    }
}
