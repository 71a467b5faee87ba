import Foundation
import State
import Testing

@Suite struct DatabaseTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    static let first = "CREATE TABLE notes (text TEXT NOT NULL) STRICT"
    static let second = "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3"

    private func open(_ migrations: [String], name: String = "x.sqlite", id: Int32 = 77) throws -> Database {
        let database = try Database(path: folder(name), busyTimeout: .seconds(20))
        try database.migrate(migrations, applicationID: id)
        return database
    }

    private func numbers(_ database: Database, _ sql: String) throws -> [Int64] {
        try database.read { (connection) throws(StateError) in
            try connection.rows(sql) { (row) throws(StateError) in try row.integer() }
        }
    }

    @Test func migrationsRunInOrderAndOnce() throws {
        let old = try open([Self.first])
        try old.write { (connection) throws(StateError) in
            try connection.execute("INSERT INTO notes VALUES (?)", [.text("kept")])
        }
        try old.close()
        for _ in 0..<2 {
            let new = try open([Self.first, Self.second])
            #expect(try numbers(new, "SELECT stars FROM notes") == [3])
            #expect(try numbers(new, "PRAGMA user_version") == [2])
            try new.close()
        }
    }

    @Test func failingMigrationLeavesTheFormatBeforeIt() throws {
        let broken = [Self.first, "CREATE TABLE more (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"]
        #expect(stateError { _ = try open(broken) }?.kind == .other)
        let database = try open([Self.first])
        #expect(try numbers(database, "SELECT count(*) FROM sqlite_schema") == [1])
    }

    @Test func newerFormatIsRefused() throws {
        try open([Self.first, Self.second]).close()
        let error = stateError { _ = try open([Self.first]) }
        #expect(error?.kind == .newerVersion)
        #expect(error?.message.contains("newer pipectl (format 2, this one knows 1)") == true)
    }

    @Test func foreignDatabaseIsRefusedAndUntouched() throws {
        try open([Self.first], id: 12).close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder("x.sqlite")))
        let error = stateError { _ = try open([Self.first], id: 13) }
        #expect(error?.kind == .foreign)
        #expect(error?.message.contains("is not a pipectl state database") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder("x.sqlite"))) == before)
    }

    @Test func textFileIsRefused() throws {
        try Data(String(repeating: "not a database\n", count: 100).utf8).write(to: URL(fileURLWithPath: folder("x.sqlite")))
        #expect(stateError { _ = try open([Self.first]) }?.kind == .foreign)
    }

    @Test func emptyFileIsAFreshDatabase() throws {
        try Data().write(to: URL(fileURLWithPath: folder("x.sqlite")))
        #expect(try numbers(open([Self.first]), "SELECT count(*) FROM notes") == [0])
    }

    @Test func overwrittenPagesAreDamage() throws {
        let database = try open([Self.first])
        try database.write { (connection) throws(StateError) in
            for n in 0..<2000 { try connection.execute("INSERT INTO notes VALUES (?)", [.text("note \(n) with some length")]) }
        }
        #expect(try database.findDamage() == [])
        try database.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder("x.sqlite")))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 40960))
        try file.close()
        let again = try open([Self.first])
        let error = stateError { _ = try numbers(again, "SELECT length(text) FROM notes") }
        #expect(error?.kind == .damaged)
        #expect(error?.message.contains("move it away or restore it") == true)
        #expect(try again.findDamage() != [])
    }

    @Test func errorsCarryTheStatementButNoValues() throws {
        let database = try open([Self.first])
        let error = stateError {
            try database.write { (connection) throws(StateError) in
                try connection.execute("INSERT INTO notes (text) VALUES (coalesce(?, NULL))", [.text("s3cret")])
                try connection.execute("INSERT INTO notes (text) SELECT NULL WHERE ? = 's3' || 'cret'", [.text("s3cret")])
            }
        }
        #expect(error?.kind == .constraint)
        #expect(error?.sql == "INSERT INTO notes (text) SELECT NULL WHERE ? = 's3' || 'cret'")
        #expect(error?.path == folder("x.sqlite"))
        #expect("\(try #require(error))".contains("s3cret") == false)
        // The first insertion went with the transaction.
        #expect(try numbers(database, "SELECT count(*) FROM notes") == [0])
    }

    @Test func fullDiskIsNamedAndRollsBack() throws {
        let database = try open([Self.first])
        _ = try numbers(database, "PRAGMA max_page_count = 10")
        let error = stateError {
            try database.write { (connection) throws(StateError) in
                for _ in 0..<100 { try connection.execute("INSERT INTO notes VALUES (?)", [.text(String(repeating: "x", count: 4000))]) }
            }
        }
        #expect(error?.kind == .diskFull)
        #expect(try numbers(database, "SELECT count(*) FROM notes") == [0])
    }

    @Test func textsKeepEveryByte() throws {
        let database = try open([Self.first])
        let texts = ["", "a\u{0}b", "Zoë \u{1F6B2} e\u{301}", "\r\n", String(repeating: "x", count: 100_000)]
        let back = try database.write { (connection) throws(StateError) in
            for text in texts { try connection.execute("INSERT INTO notes VALUES (?)", [.text(text)]) }
            return try connection.rows("SELECT text FROM notes ORDER BY rowid") { (row) throws(StateError) in try row.text() }
        }
        #expect(back.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
    }

    @Test func closedDatabaseSaysSo() throws {
        let database = try open([Self.first])
        try database.close()
        try database.close()
        #expect(stateError { _ = try numbers(database, "SELECT 1") }?.kind == .closed)
    }

    @Test func missingFileIsNotMadeUnlessAsked() {
        #expect(stateError { _ = try Database(path: folder("none/x.sqlite"), create: false) }?.kind == .unavailable)
        #expect(!FileManager.default.fileExists(atPath: folder("none")))
    }

    @Test func folderThatCannotBeMade() {
        let error = stateError { _ = try Database(path: "/proc/nowhere/x.sqlite") }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("/proc/nowhere") == true)
    }

    @Test func openingAtOnceFromManyHandles() async throws {
        let path = folder("shared.sqlite")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let database = try Database(path: path, busyTimeout: .seconds(20))
                    try database.migrate([Self.first, Self.second], applicationID: 5)
                    for _ in 0..<25 {
                        try database.write { (connection) throws(StateError) in
                            try connection.execute("INSERT INTO notes (text) VALUES ('x')")
                        }
                    }
                    try database.close()
                }
            }
            try await group.waitForAll()
        }
        let database = try Database(path: path)
        #expect(try numbers(database, "SELECT count(*) FROM notes") == [200])
    }

    @Test func lockedByAnotherProcessForTooLong() async throws {
        let database = try open([Self.first])
        // `.shell echo` follows BEGIN, so its line says that the lock is held.
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        holder.arguments = [folder("x.sqlite"), "BEGIN IMMEDIATE", ".shell echo locked; sleep 30"]
        let output = Pipe()
        holder.standardOutput = output
        try holder.run()
        defer { holder.terminate() }
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        let hasty = try Database(path: database.path, busyTimeout: .milliseconds(200))
        let start = ContinuousClock.now
        let error = stateError {
            _ = try hasty.write { (connection) throws(StateError) in try connection.execute("INSERT INTO notes VALUES ('x')") }
        }
        #expect(error?.kind == .busy)
        #expect(ContinuousClock.now - start >= .milliseconds(190))
        #expect(try numbers(hasty, "SELECT count(*) FROM notes") == [0], "readers do not wait for a writer")
    }
}
