internal import Assets
internal import Engine
internal import Expressions
internal import Secrets
internal import State
internal import Support
internal import Validation

/// Runs one activity: attempts, time limit, journal, events.
struct ActivityRunner {
    let scope: RunScope
    private var session: RunSession { scope.session }

    /// Runs a list of activities in the order their data asks for.
    /// - Parameter from: at the top, the activity to start at: what does not come after it counts as done.
    func run(list activities: [Activity], leavingOut: Set<Int> = []) async -> ActivityListRunner.Outcome {
        let runner = ActivityListRunner(
            graph: session.plan.graph(activities, in: session.pipeline), leftOut: leavingOut,
            run: { await run($0) }, skip: { recordSkipped($0, $1) })
        return await runner()
    }

    private func path(of activity: Activity) -> String { scope.prefix + activity.name.value }

    private func recordSkipped(_ activity: Activity, _ reason: String) {
        let path = path(of: activity)
        let status: ActivityStatus = Task.isCancelled ? .cancelled : .skipped
        do {
            try session.journal.recordUnstarted(
                run: session.record.id, path: path, name: activity.name.value, type: activity.kind.typeName, status, reason: reason,
                at: session.now)
        } catch {
            session.events.send(.message(path: path, level: .error, text: "\(error)"))
        }
        scope.outputs.set(activity.name.value, status: status, output: .null, failure: nil)
        session.events.send(
            .activityFinished(
                ActivitySummary(
                    path: path, type: activity.kind.typeName, status: status, attempt: 0, duration: .zero, metrics: .init(),
                    message: reason, isFromEarlierAttempt: false)))
    }

    func run(_ activity: Activity) async -> ActivityStatus {
        let path = path(of: activity)
        if let output = session.done[path], !activity.kind.hasLost(output) {
            scope.outputs.set(activity.name.value, status: .succeeded, output: output, failure: nil)
            session.events.send(
                .activityFinished(
                    ActivitySummary(
                        path: path, type: activity.kind.typeName, status: .succeeded, attempt: 0, duration: .zero,
                        metrics: .init(), message: nil, isFromEarlierAttempt: true)))
            return .succeeded
        }
        var pause = activity.retry.interval
        var mayAwaitRotation = true
        for attempt in 0... {
            let outcome = await attemptOnce(activity, path: path)
            // A password that is rotated while the activity runs is no failure of the activity.
            if mayAwaitRotation, outcome.status == .failed, outcome.failure?.isAuthentication ?? false, await awaitRotation(path) {
                mayAwaitRotation = false
                continue
            }
            guard outcome.status == .failed, attempt < activity.retry.count, !Task.isCancelled, outcome.mayBeRepeated,
                outcome.failure?.mayPass ?? true
            else {
                scope.outputs.set(activity.name.value, status: outcome.status, output: outcome.output, failure: outcome.failure)
                return outcome.status
            }
            session.events.send(
                .message(
                    path: path, level: .warning,
                    text: "attempt \(attempt + 1) failed: \(outcome.failure?.text ?? ""); next in \(Durations.text(pause))"))
            do { try await Task.sleep(for: pause) } catch { return .cancelled }
            pause = pause * activity.retry.backoff
        }
        return .failed
    }

    /// The database refuses a password while its rotation is under way: first the database is told, then the store is written.
    private func awaitRotation(_ path: String) async -> Bool {
        for _ in 0..<150 {
            do {
                let isRotating = session.plan.environment.secrets.isRotating
                if try await session.databases.takeRotatedSecrets() {
                    session.events.send(.message(path: path, level: .warning, text: "a password was rotated; trying again with the new one"))
                    return true
                }
                guard isRotating else { return false }
                try await Task.sleep(for: .milliseconds(200))
            } catch {
                return false
            }
        }
        return false
    }

    private struct Outcome {
        var status: ActivityStatus
        var output: JSONValue = .null
        var failure: ActivityFailure?
        /// False where the journal itself failed: trying again would only lose more.
        var mayBeRepeated = true
    }

    private func attemptOnce(_ activity: Activity, path: String) async -> Outcome {
        let clock = ContinuousClock()
        let type = activity.kind.typeName
        if activity.kind.isContainer { return await attempt(activity, path: path, started: clock.now) }
        do {
            // Waiting for a place is not part of the attempt.
            return try await session.slots.withPermit { await attempt(activity, path: path, started: clock.now) }
        } catch {
            session.events.send(
                .activityFinished(
                    ActivitySummary(
                        path: path, type: type, status: .cancelled, attempt: 0, duration: .zero, metrics: .init(),
                        message: "the run was cancelled", isFromEarlierAttempt: false)))
            return Outcome(status: .cancelled)
        }
    }

    private func attempt(_ activity: Activity, path: String, started: ContinuousClock.Instant) async -> Outcome {
        let type = activity.kind.typeName
        let number: Int
        do {
            number = try session.journal.beginAttempt(
                run: session.record.id, path: path, name: activity.name.value, type: type, at: session.now)
        } catch {
            let failure = ActivityFailure(error)
            session.events.send(.message(path: path, level: .error, text: failure.text))
            return Outcome(status: .failed, failure: failure, mayBeRepeated: false)
        }
        session.events.send(.activityStarted(path: path, type: type, attempt: number))
        var outcome = Outcome(status: .succeeded)
        var metrics = ActivityMetrics()
        do {
            let work = ActivityWork(activity: activity, path: path, scope: scope)
            let result = try await withTimeLimit(activity.timeout?.value) { try await work.run() }
            outcome.output = result.output
            metrics = result.metrics
        } catch {
            let failure = error is TimedOut
                ? ActivityFailure(
                    "it took longer than its timeout of \(Durations.text(activity.timeout?.value ?? .zero))", errorCode: "TimedOut")
                : ActivityFailure(error)
            let cancelled = Task.isCancelled
            outcome = Outcome(status: cancelled ? .cancelled : .failed, failure: cancelled ? nil : failure)
        }
        do {
            try session.journal.finishAttempt(
                run: session.record.id, path: path, attempt: number, outcome.status, output: outcome.output,
                error: outcome.failure?.text,
                rows: RowCounts(
                    read: metrics.rowsRead.map(Int64.init), written: metrics.rowsWritten.map(Int64.init),
                    quarantined: metrics.rowsQuarantined.map(Int64.init)),
                at: session.now)
        } catch {
            outcome = Outcome(status: .failed, failure: ActivityFailure(error), mayBeRepeated: false)
        }
        session.events.send(
            .activityFinished(
                ActivitySummary(
                    path: path, type: type, status: outcome.status, attempt: number,
                    duration: ContinuousClock().now - started, metrics: metrics, message: outcome.failure?.text,
                    isFromEarlierAttempt: false)))
        return outcome
    }

    private func withTimeLimit<Value: Sendable>(
        _ limit: Duration?, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await body() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw TimedOut() }
            guard let value = first else { throw TimedOut() }
            return value
        }
    }
}

extension ActivityKind {
    /// Holds activities and does no work itself.
    var isContainer: Bool {
        switch self {
        case .forEach, .if, .pipeline: true
        default: false
        }
    }

    /// What a lookup found held a text that was a secret's as well, and the journal has `***` in its place: it is done again.
    fileprivate func hasLost(_ output: JSONValue) -> Bool {
        if case .lookup = self { output.text().contains(SecretScrubber.replacement) } else { false }
    }
}
