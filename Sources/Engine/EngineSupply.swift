/// An engine, and sessions on it, that are opened when they are first asked for.
package actor EngineSupply {
    private let open: @Sendable () async throws(EngineError) -> any Engine
    /// Under way or done.
    private var opening: Task<Result<any Engine, EngineError>, Never>?
    private var opened: [any EngineSession] = []

    package init(_ open: @escaping @Sendable () async throws(EngineError) -> any Engine) { self.open = open }

    /// As many sessions of one engine; the same ones each time.
    package func sessions(_ count: Int) async throws(EngineError) -> [any EngineSession] {
        let engine = try await startedEngine()
        while opened.count < count { opened.append(try await engine.openSession()) }
        return Array(opened[..<count])
    }

    /// Opens the engine in the background, so that who asks later waits less.
    package func prepare() { _ = start() }

    private func start() -> Task<Result<any Engine, EngineError>, Never> {
        if let opening { return opening }
        let open = open
        let task = Task<Result<any Engine, EngineError>, Never> {
            do throws(EngineError) {
                return .success(try await open())
            } catch {
                return .failure(error)
            }
        }
        opening = task
        return task
    }

    private func startedEngine() async throws(EngineError) -> any Engine { try await start().value.get() }

    /// Ends what was opened; nothing can be asked for afterwards.
    package func close() async {
        for session in opened { await session.close() }
        if case .success(let engine)? = await opening?.value { await engine.close() }
        opened = []
        opening = nil
    }
}

extension EngineSupply {
    /// Calls `body` with a supply that is closed afterwards, whatever happens.
    package static func with<Value: Sendable>(
        _ open: @escaping @Sendable () async throws(EngineError) -> any Engine, _ body: (EngineSupply) async throws -> Value
    ) async throws -> Value {
        let supply = EngineSupply(open)
        do {
            let value = try await body(supply)
            await supply.close()
            return value
        } catch {
            await supply.close()
            throw error
        }
    }

    /// Splits items over two sessions and puts the answers together in order; few are not worth the second one.
    package func divide<Item: Sendable, Answer: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (any EngineSession, [Item]) async -> Result<[Answer], EngineError>
    ) async throws(EngineError) -> [Answer] {
        guard !items.isEmpty else { return [] }
        guard items.count >= 16 else { return try await work(try await sessions(1)[0], items).get() }
        let sessions = try await sessions(2)
        let middle = items.count / 2
        let (head, tail) = (Array(items[..<middle]), Array(items[middle...]))
        async let first = work(sessions[0], head)
        async let second = work(sessions[1], tail)
        let (one, two) = (await first, await second)
        return try one.get() + two.get()
    }
}
