package import Assets
internal import Connectors
package import Crypto
package import Engine
internal import Expressions
package import Secrets
package import Support

/// Brings a new version of a secret into the system that it opens and into the store: the version is written, the system is told
/// (`onRotate`), connections are opened with it, it becomes current. Where that fails, the system is told the old value again.
///
/// Killed anywhere, the store holds both values, and the next rotation finds out which of them works.
package struct SecretRotator: Sendable {
    package struct Request: Sendable {
        package let name: String
        /// nil: made by the policy.
        package let value: SensitiveBytes?
        package let overlap: Duration?
        package let validFor: Duration?
        package let tests: Bool

        package init(name: String, value: SensitiveBytes?, overlap: Duration?, validFor: Duration?, tests: Bool) {
            self.name = name
            self.value = value
            self.overlap = overlap
            self.validFor = validFor
            self.tests = tests
        }
    }

    package struct Outcome: Sendable {
        package let version: String
        package let previous: String
        /// Connections that were opened with the new value.
        package let tested: [String]
        /// A rotation that was interrupted was brought to its end; no new value was made.
        package let isResumed: Bool
    }

    let environment: Environment
    let projectRoot: String
    let processEnvironment: [String: String]
    let store: SecretStoreFile
    let opener: any StoreOpener
    let clock: WallClock
    /// A new engine each time: its connections must not outlive the value they were opened with.
    let makeEngine: @Sendable (ResolvedEnvironment) async throws -> any Engine
    let tell: @Sendable (String) -> Void

    package init(
        environment: Environment, projectRoot: String, processEnvironment: [String: String], store: SecretStoreFile, opener: any StoreOpener,
        clock: WallClock, makeEngine: @escaping @Sendable (ResolvedEnvironment) async throws -> any Engine, tell: @escaping @Sendable (String) -> Void
    ) {
        self.environment = environment
        self.projectRoot = projectRoot
        self.processEnvironment = processEnvironment
        self.store = store
        self.opener = opener
        self.clock = clock
        self.makeEngine = makeEngine
        self.tell = tell
    }

    package func rotate(_ request: Request) async throws -> Outcome {
        ProcessHardening.forbidCoreDumps()
        let lock = try store.lock()
        defer { withExtendedLifetime(lock) {} }
        var opened = SecretStore(try opener.open(try store.read()))
        var entry = try opened.entry(request.name)
        let rotation = environment.secrets?.rotation.first { $0.name == request.name }?.value
        if let problem = entry.problem { throw SecretsError(.damaged, "secret '\(request.name)' \(problem)", help: "mend it: pipectl secrets edit") }
        if entry.pending != nil {
            if let outcome = try await resume(entry, &opened, request, rotation, lock) { return outcome }
            // A version was taken out: the values of the others have moved up.
            entry = try opened.entry(request.name)
        }
        let old = try opened.stored(entry, entry.current)
        let new: SensitiveBytes
        if let value = request.value {
            new = value
        } else {
            let policy = rotation?.policy ?? .standard
            new = try SecretGenerator.value(length: policy.length, of: SecretGenerator.Alphabet(policy.characters))
        }
        if try new.equals(old) { throw SecretsError(.invalid, "the new value of '\(request.name)' is the one it has") }
        for value in [old, new] { value.withBytes { SecretScrubber.shared.register($0) } }
        let id = try VersionIdentifier.new()
        opened = try write(opened.beginningRotation(id, new, of: request.name, at: clock.now()))
        tell("version \(id.prefix(8)) is in \(store.name), given out to nobody yet")
        return try await bringIn(new, before: old, &opened, request, rotation, lock)
    }

    // MARK: Steps

    private func bringIn(
        _ new: SensitiveBytes, before old: SensitiveBytes, _ opened: inout SecretStore, _ request: Request, _ rotation: SecretRotation?, _ lock: DirectoryLock
    ) async throws -> Outcome {
        let entry = try opened.entry(request.name)
        let id = entry.pending ?? entry.current
        var isTold = false
        do {
            if let step = rotation?.onRotate {
                isTold = true
                try await run(step, name: request.name, version: id, old: old, new: new, lock)
            }
            let tested = request.tests ? try await test(request.name, new, rotation) : []
            try Task.checkCancellation()
            return try complete(&opened, request, rotation, tested: tested, isResumed: false)
        } catch {
            let isInterrupted = Task.isCancelled
            let failure = isInterrupted ? ActivityFailure("it was interrupted") : ActivityFailure(error)
            tell(isInterrupted ? "interrupted" : "it failed: \(failure.text)")
            // In a task of its own: who was interrupted puts the old value back all the same.
            let (before, wasTold) = (opened, isTold)
            opened = try await Task { try await putBack(old, after: new, isTold: wasTold, before, request, rotation, failure, lock) }.value
            if isInterrupted {
                tell("'\(request.name)' was not rotated: the old value is in force")
                throw CancellationError()
            }
            throw SecretsError(.refused, "'\(request.name)' was not rotated: \(failure.message)", help: failure.help ?? "the old value is in force, and nothing was changed")
        }
    }

    private func complete(
        _ opened: inout SecretStore, _ request: Request, _ rotation: SecretRotation?, tested: [String], isResumed: Bool
    ) throws -> Outcome {
        let entry = try opened.entry(request.name)
        let overlap = request.overlap ?? rotation?.overlap?.value
        opened = try write(
            opened.completingRotation(of: request.name, overlap: overlap, validFor: request.validFor ?? rotation?.validFor?.value, at: clock.now()))
        return Outcome(version: entry.pending ?? "", previous: entry.current, tested: tested, isResumed: isResumed)
    }

    /// Tells the system the old value again, and takes the new version out where the old one works.
    private func putBack(
        _ old: SensitiveBytes, after new: SensitiveBytes, isTold: Bool, _ opened: SecretStore, _ request: Request, _ rotation: SecretRotation?,
        _ failure: ActivityFailure, _ lock: DirectoryLock
    ) async throws -> SecretStore {
        do {
            if isTold, let step = rotation?.onRotate, await !isInForce(old, request, rotation) {
                try await run(step, name: request.name, version: try opened.entry(request.name).current, old: new, new: old, lock)
                if request.tests { _ = try await test(request.name, old, rotation) }
                tell("the old value was put back")
            }
        } catch {
            throw SecretsError(
                .refused,
                "'\(request.name)' was not rotated: \(failure.message); and the old value could not be put back: \(ActivityFailure(error).message)",
                help: "\(store.name) holds both values. Once the system answers, `pipectl secrets rotate \(request.name)` finds out which of them works and goes on from there")
        }
        return try write(opened.abandoningRotation(of: request.name, at: clock.now()))
    }

    /// Whether the system certainly takes a value: connections open with it.
    private func isInForce(_ value: SensitiveBytes, _ request: Request, _ rotation: SecretRotation?) async -> Bool {
        guard !testedConnections(request.name, rotation).isEmpty else { return false }
        // Why they do not open is told where that is the question.
        return (try? await test(request.name, value, rotation)) != nil
    }

    /// After a rotation that was interrupted: which of the two values does the system take? Where it was interrupted between two
    /// systems, neither opens both: they are told the old one again.
    ///
    /// - Returns: nil where it takes the old one, and a new rotation may begin.
    private func resume(
        _ entry: SecretEntry, _ opened: inout SecretStore, _ request: Request, _ rotation: SecretRotation?, _ lock: DirectoryLock
    ) async throws -> Outcome? {
        guard let pending = entry.pending else { return nil }
        let (old, new) = (try opened.stored(entry, entry.current), try opened.stored(entry, pending))
        for value in [old, new] { value.withBytes { SecretScrubber.shared.register($0) } }
        tell("a rotation to version \(pending.prefix(8)) was interrupted")
        guard !testedConnections(request.name, rotation).isEmpty else {
            throw SecretsError(
                .invalid, "a rotation of '\(request.name)' was interrupted, and no connection tells which of its two values the system has",
                help: "if it has the new one: pipectl secrets set \(request.name) --current \(pending.prefix(8)); if the old one: pipectl secrets set \(request.name) --current \(entry.current.prefix(8))")
        }
        do {
            let tested = try await test(request.name, new, rotation)
            tell("the system takes the new value: the rotation is brought to its end")
            return try complete(&opened, request, rotation, tested: tested, isResumed: true)
        } catch let newFailure {
            do {
                try await insist(on: old, after: new, request, entry, rotation, wasRefused: ActivityFailure(newFailure).isAuthentication, lock)
            } catch {
                throw SecretsError(
                    .refused,
                    "a rotation of '\(request.name)' was interrupted, and the system takes neither of its two values: \(ActivityFailure(newFailure).message)",
                    help: "see that the system can be reached; \(store.name) holds both values")
            }
            tell("the system takes the old value: the version that was to come is taken out")
            opened = try write(opened.abandoningRotation(of: request.name, at: clock.now()))
            return nil
        }
    }

    /// Sees that the system takes the old value. Who refused both values can be reached, and is told.
    private func insist(
        on old: SensitiveBytes, after new: SensitiveBytes, _ request: Request, _ entry: SecretEntry, _ rotation: SecretRotation?, wasRefused: Bool,
        _ lock: DirectoryLock
    ) async throws {
        do {
            _ = try await test(request.name, old, rotation)
        } catch {
            guard wasRefused, ActivityFailure(error).isAuthentication, let step = rotation?.onRotate else { throw error }
            tell("the system takes neither value, or each in a part: it is told the old one")
            try await run(step, name: request.name, version: entry.current, old: new, new: old, lock)
            _ = try await test(request.name, old, rotation)
        }
    }

    private func write(_ new: SecretStore) throws(SecretsError) -> SecretStore {
        try store.write(new.opened)
        return new
    }
}

extension SecretGenerator.Alphabet {
    init(_ characters: SecretRotation.Policy.Characters) {
        self =
            switch characters {
            case .alphanumeric: .alphanumeric
            case .printable: .printable
            case .hex: .hex
            case .base64url: .base64url
            }
    }
}
