internal import Connectors
internal import Engine
internal import Secrets

/// The databases a run has attached to its engine, each once.
actor DatabaseCatalog {
    private let environment: ResolvedEnvironment
    private let engine: any Engine
    private let session: any EngineSession
    /// Connections that may be written; nil: all.
    private let written: Set<String>?
    private var attached: [String: Task<Void, any Error>] = [:]
    private var writers: [String: AsyncSemaphore] = [:]
    /// Connections whose databases were attached: their passwords are read again when a store has changed.
    private var opened: [String: ResolvedConnection] = [:]

    init(environment: ResolvedEnvironment, engine: any Engine, session: any EngineSession, written: Set<String>?) {
        self.environment = environment
        self.engine = engine
        self.session = session
        self.written = written
    }

    nonisolated func connection(named name: String) throws(ActivityFailure) -> ResolvedConnection {
        if let connection = environment.connections[name] { return connection }
        throw ActivityFailure(
            "environment \"\(environment.name)\" has no connection \"\(name)\"", help: "declare it under `connections`",
            errorCode: "NoSuchConnection")
    }

    /// Lets one writer after the other into a database. A file has only one writer at a time, and several would meet
    /// its lock; a server's tables are written one by one as well, so that all databases behave alike.
    func writer(of connection: ResolvedConnection) -> AsyncSemaphore {
        if let writer = writers[connection.name] { return writer }
        let writer = AsyncSemaphore(1)
        writers[connection.name] = writer
        return writer
    }

    /// Makes the tables of a connection visible in the engine.
    func attach(_ connection: ResolvedConnection) async throws {
        guard connection.isDatabase else { return }
        _ = try takeRotatedSecrets()
        opened[connection.name] = connection
        if let task = attached[connection.name] { return try await task.value }
        let access: Attachment.Access =
            written?.contains(connection.name) ?? true || connection.name == ResolvedEnvironment.warehouseName ? .write : .read
        let (engine, session) = (engine, session)
        let task = Task { try await Attachment.attach(connection, access: access, engine: engine, session: session) }
        attached[connection.name] = task
        do {
            try await task.value
        } catch {
            // The next attempt tries again.
            attached[connection.name] = nil
            throw error
        }
    }

    /// Whoever rotates a password of the environment's store writes its file: connections made from then on use the new one.
    ///
    /// - Returns: whether a store has changed.
    func takeRotatedSecrets() throws(ConnectorError) -> Bool {
        guard environment.secrets.refresh() else { return false }
        for connection in opened.values { try PasswordFile.refresh(connection) }
        return true
    }
}
