internal import CSQLite
internal import Glibc

extension Database {
    /// Brings the schema to the newest version: `migrations[n]` takes version `n` to `n + 1`, each in its own transaction.
    ///
    /// Nothing is written before the file is known to be empty or ours; a file of another program stays as it is.
    /// - Parameter applicationID: the mark of our files, SQLite's `application_id`.
    package func migrate(_ migrations: [String], applicationID: Int32) throws(StateError) {
        try withConnection { (connection) throws(StateError) in
            let found = try Self.identifyAtOnce(&connection)
            try check(found, migrations.count, applicationID)
            try Self.enterWriteAheadLog(&connection)
            try connection.executeScript("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF")
        }
        while try migrateOnce(migrations, applicationID: applicationID) {}
    }

    /// False where the schema is the newest. Reads the version under the write lock: another process may be at it too.
    private func migrateOnce(_ migrations: [String], applicationID: Int32) throws(StateError) -> Bool {
        let current = try withConnection { (connection) throws(StateError) in try Self.identifyAtOnce(&connection) }
        if current.version == migrations.count, current.applicationID == applicationID { return false }
        try write { (connection) throws(StateError) in
            let found = try Self.identify(&connection)
            try check(found, migrations.count, applicationID)
            guard found.version < migrations.count else { return }
            try connection.executeScript(migrations[found.version])
            try connection.executeScript(
                "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(found.version + 1)")
        }
        return true
    }

    private struct Identity {
        let applicationID: Int32
        let version: Int
        let isEmpty: Bool
    }

    /// In one transaction: another process may be making the database, and half of what it does would look foreign.
    private static func identifyAtOnce(_ connection: inout Connection) throws(StateError) -> Identity {
        try transaction("BEGIN", on: &connection) { (connection) throws(StateError) in try identify(&connection) }
    }

    private static func identify(_ connection: inout Connection) throws(StateError) -> Identity {
        Identity(
            applicationID: Int32(truncatingIfNeeded: try number("PRAGMA application_id", &connection)),
            version: Int(try number("PRAGMA user_version", &connection)),
            isEmpty: try number("SELECT count(*) FROM sqlite_schema", &connection) == 0)
    }

    private func check(_ found: Identity, _ known: Int, _ applicationID: Int32) throws(StateError) {
        if found.isEmpty, found.version == 0, found.applicationID == 0 { return }
        guard found.applicationID == applicationID, found.version > 0 else {
            throw StateError(.foreign, StateError.foreignMessage(path), path: path)
        }
        guard found.version <= known else {
            throw StateError(
                .newerVersion,
                "the state database \(path) was written by a newer pipectl (format \(found.version), this one knows "
                    + "\(known)): use that version or a later one",
                path: path)
        }
    }

    /// The switch needs the file for itself for a moment, and SQLite does not always call the busy handler for it.
    private static func enterWriteAheadLog(_ connection: inout Connection) throws(StateError) {
        var attempt = 0
        while true {
            do throws(StateError) {
                let mode = try connection.rows("PRAGMA journal_mode = WAL") { (row) throws(StateError) in try row.text() }
                guard mode == ["wal"] else {
                    throw StateError(
                        .unavailable,
                        "the state database \(connection.path) lies on a file system without shared memory, "
                            + "which SQLite's write-ahead log needs: choose a local folder as the environment's root",
                        path: connection.path)
                }
                return
            } catch {
                guard error.kind == .busy, attempt < 200 else { throw error }
                attempt += 1
                usleep(10_000)
            }
        }
    }

    /// What SQLite's `quick_check` finds wrong in the file; empty where it is sound. Reads the whole file.
    package func findDamage() throws(StateError) -> [String] {
        do throws(StateError) {
            let lines = try read { (connection) throws(StateError) in
                try connection.rows("PRAGMA quick_check") { (row) throws(StateError) in try row.text() }
            }
            return lines == ["ok"] ? [] : lines
        } catch {
            // Where the damage is bad enough the check itself fails.
            guard error.kind == .damaged else { throw error }
            return [error.message]
        }
    }

    private static func number(_ sql: String, _ connection: inout Connection) throws(StateError) -> Int64 {
        try connection.rows(sql) { (row) throws(StateError) in try row.integer() }.first ?? 0
    }
}
