internal import Glibc
internal import Support
internal import Synchronization

/// DuckDB in this process. One instance is one catalog; it is closed explicitly, after or before its sessions.
package final class DuckDBEngine: Engine {
    package let version = "DuckDB " + DuckDBLibrary.requiredVersion.dropFirst()
    /// Bytes of memory the engine keeps to before it writes intermediate results to disk.
    package let memoryLimit: Int

    private let database: DuckDBDatabase
    private let search: DuckDBSearch
    /// For the engine's own statements.
    private let control: DuckDBSession
    private let state = Mutex(State())
    private struct State {
        var isOpen = true
        var loadedExtensions: Set<String> = []
    }

    private init(database: DuckDBDatabase, search: DuckDBSearch, control: DuckDBSession, memoryLimit: Int) {
        self.database = database
        self.search = search
        self.control = control
        self.memoryLimit = memoryLimit
    }

    deinit { assert(state.withLock { !$0.isOpen }, "a DuckDBEngine was dropped without close()") }

    /// Loads the library (about 0.2 s the first time) and opens the database.
    /// Throws `.unavailable` where there is no library, with the places looked at.
    package static func open(
        _ configuration: EngineConfiguration = EngineConfiguration(), search: DuckDBSearch
    ) async throws(EngineError) -> DuckDBEngine {
        guard let memory = MemorySize.bytes(configuration.memory, of: MemorySize.available) else {
            throw EngineError(.other, "\"\(configuration.memory)\" is no amount of memory; write 75% or 4GB")
        }
        let options = Self.options(configuration, memory: memory)
        let worker = try SerialWorker()
        let result: Result<(DuckDBDatabase, DuckDBConnection), EngineError> = await withCheckedContinuation { continuation in
            worker.enqueue {
                do throws(EngineError) {
                    let database = try DuckDBDatabase(
                        try DuckDBLibrary.load(search), path: configuration.database, options: options)
                    do throws(EngineError) {
                        continuation.resume(returning: .success((database, try database.connect())))
                    } catch {
                        database.release()
                        throw error
                    }
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        switch result {
        case .failure(let error):
            worker.stop()
            throw error
        case .success(let (database, connection)):
            let control = DuckDBSession(database: database, connection: connection, worker: worker)
            let engine = DuckDBEngine(database: database, search: search, control: control, memoryLimit: memory)
            do throws(EngineError) {
                try await control.setUp()
                // The setting belongs to an extension that the official library may be built without.
                let zone = try await control.query("SELECT 1 FROM duckdb_settings() WHERE name = 'TimeZone'")
                if !zone.rows.isEmpty { try await control.execute("SET GLOBAL TimeZone = 'UTC'") }
                return engine
            } catch {
                await engine.close()
                throw error
            }
        }
    }

    /// Settings of the instance. Nothing is read from the home folder, and nothing comes from the network by itself.
    private static func options(_ configuration: EngineConfiguration, memory: Int) -> [(name: String, value: String)] {
        let temporary = configuration.temporaryDirectory ?? FileSystem.join(
            getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp", "pipectl-duckdb-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        var options = [
            ("memory_limit", "\(max(1, memory >> 20))MiB"),
            ("temp_directory", temporary),
            ("preserve_insertion_order", "\(configuration.preservesInsertionOrder)"),
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("allow_community_extensions", "false"),
            ("allow_persistent_secrets", "false"),
        ]
        if configuration.isIsolated { options.append(("enable_external_access", "false")) }
        if let threads = configuration.threads { options.append(("threads", "\(max(1, threads))")) }
        return options.map { (name: $0.0, value: $0.1) }
    }

    package func openSession() async throws(EngineError) -> any EngineSession { try await openDuckDBSession() }

    /// `openSession` with the type known.
    package func openDuckDBSession() async throws(EngineError) -> DuckDBSession {
        guard state.withLock({ $0.isOpen }) else { throw EngineError(.other, "the engine is closed") }
        let worker = try SerialWorker()
        let connection: DuckDBConnection
        do throws(EngineError) {
            connection = try database.connect()
        } catch {
            worker.stop()
            throw error
        }
        let session = DuckDBSession(database: database, connection: connection, worker: worker)
        do throws(EngineError) {
            try await session.setUp()
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    /// Makes an extension usable in all sessions, once per instance: `postgres_scanner`, or `postgres` for short.
    /// It comes from a file found by the engine's `DuckDBSearch`, never from the network.
    /// Throws `.unavailable` where there is no such file.
    package func loadExtension(_ name: String) async throws(EngineError) {
        let name = Self.longNames[name] ?? name
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 == 95 || (48...57).contains($0) || (97...122).contains($0) }) else {
            throw EngineError(.unavailable, "\"\(name)\" is no name of a DuckDB extension")
        }
        if state.withLock({ $0.loadedExtensions.contains(name) }) { return }
        let known = try await control.query("SELECT 1 FROM duckdb_extensions() WHERE loaded AND extension_name = $1", [.text(name)])
        if known.rows.isEmpty {
            let platform = try await control.query("PRAGMA platform").rows.first?.first
            guard case .text(let platform) = platform else { throw EngineError(.other, "the engine does not tell its platform") }
            let file = try search.locateExtension(name, platform: platform)
            do throws(EngineError) {
                try await control.execute("LOAD \(try SQL.literal(file))")
            } catch {
                throw EngineError(.unavailable, "cannot load the DuckDB extension \(name) from \(file): \(error.message)")
            }
        }
        state.withLock { _ = $0.loadedExtensions.insert(name) }
    }

    /// Files of these four carry a suffix.
    private static let longNames = [
        "postgres": "postgres_scanner", "mysql": "mysql_scanner", "sqlite": "sqlite_scanner", "odbc": "odbc_scanner",
    ]

    /// Ends the engine. Sessions that are still open stay usable; the last one to close closes the database.
    package func close() async {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        guard wasOpen else { return }
        await control.close(releasing: database)
    }
}
