internal import AssetLoading
package import Assets
package import Engine
internal import Lake
package import State
package import Support
internal import Validation

/// What a run is asked to do.
package struct RunRequest: Sendable {
    package var pipeline: String
    package var parameters: JSONObject
    package var trigger: String
    /// Activity at the top to start at; those that do not come after it are left out.
    package var startingAt: String?
    /// Id of a run to take up again.
    package var resuming: RunRecord?

    package init(
        pipeline: String, parameters: JSONObject = [:], trigger: String = "manual", startingAt: String? = nil,
        resuming: RunRecord? = nil
    ) {
        self.pipeline = pipeline
        self.parameters = parameters
        self.trigger = trigger
        self.startingAt = startingAt
        self.resuming = resuming
    }
}

/// A run that could not start, or whose bookkeeping failed. Failures of activities are results, not errors.
package struct RunError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable { case refused, invalidRequest, environment }
    package let kind: Kind
    package let message: String
    package let help: String?

    init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }
}

/// Runs of pipelines in one environment.
package struct PipelineRun: Sendable {
    let plan: RunPlan
    let engine: any Engine
    let journal: Journal
    let events: RunEvents

    package init(plan: RunPlan, engine: any Engine, journal: Journal, events: RunEvents) {
        self.plan = plan
        self.engine = engine
        self.journal = journal
        self.events = events
    }

    package func callAsFunction(_ request: RunRequest) async throws(RunError) -> RunResult {
        guard let pipeline = plan.project.pipeline(named: request.pipeline)?.asset else {
            let near = Suggestion.nearest(to: request.pipeline, in: plan.project.pipelines.map(\.asset.name.value))
            throw RunError(.invalidRequest, "there is no pipeline \"\(request.pipeline)\"", help: near.map { "did you mean \"\($0)\"?" })
        }
        if let resumed = request.resuming { try Self.refuseLostSecrets(of: resumed) }
        let parameters = try Self.parameters(of: pipeline, given: request.resuming?.parameters ?? request.parameters)
        let lock = try lock(pipeline, resuming: request.resuming)
        defer { lock.release() }
        do {
            _ = try journal.interruptDeadRuns(at: plan.clock.now())
            let record = try begin(pipeline, parameters, request)
            return try await withSessions { session, lakeSession in
                let written = plan.writtenConnections(of: pipeline)
                let lake = Lake(root: plan.environment.lakeRoot, engineInfo: plan.engineInfo, clock: plan.clock) { lakeSession }
                let run = RunSession(
                    plan: plan, pipeline: pipeline, record: record, parameters: parameters, engine: engine,
                    tables: LakeCatalog(lake: lake, journal: journal, run: record.id, session: session),
                    databases: DatabaseCatalog(environment: plan.environment, engine: engine, session: session, written: written),
                    journal: journal, events: events, slots: AsyncSemaphore(parallelActivities),
                    done: try journal.succeededActivities(run: record.id), variables: try journal.variables(run: record.id))
                return try await Self.execute(run, startingAt: request.startingAt, isResumed: request.resuming != nil)
            }
        } catch let error as RunError {
            throw error
        } catch {
            throw RunError(.environment, ActivityFailure(error).text)
        }
    }

    private var parallelActivities: Int {
        plan.environment.engine.parallelActivities ?? max(1, plan.environment.engine.threads.flatMap { $0 > 0 ? $0 : nil } ?? ProcessorCount.available)
    }

    private func withSessions<Value: Sendable>(
        _ body: (any EngineSession, any EngineSession) async throws -> Value
    ) async throws -> Value {
        try await engine.withSession { session in
            try await engine.withSession { lakeSession in try await body(session, lakeSession) }
        }
    }

    /// One of as many locks as the pipeline may have runs at a time.
    private func lock(_ pipeline: Pipeline, resuming: RunRecord?) throws(RunError) -> FileLock {
        var holder: FileLock.Owner?
        for slot in 0..<pipeline.concurrency {
            let path = plan.environment.lockPath("pipeline-\(pipeline.name.value)-\(slot)")
            do {
                return try FileLock.acquire(path, purpose: "a run of \(pipeline.name.value)", at: plan.clock.now())
            } catch .held(_, let owner) {
                holder = owner ?? holder
            } catch {
                throw RunError(.environment, "\(error)")
            }
        }
        let who = holder.map { " by \($0.words)" } ?? ""
        throw RunError(
            .refused, "pipeline \"\(pipeline.name.value)\" is being run in environment \"\(plan.environment.name)\" already\(who)",
            help: "wait for it to end, or raise `concurrency` in the pipeline")
    }

    private func begin(_ pipeline: Pipeline, _ parameters: JSONObject, _ request: RunRequest) throws -> RunRecord {
        guard let resumed = request.resuming else {
            return try journal.beginRun(
                NewRun(
                    pipeline: pipeline.name.value, environment: plan.environment.name, parameters: parameters,
                    trigger: request.trigger, release: plan.release?.name, digest: plan.release?.digest),
                at: plan.clock.now())
        }
        let newer = try journal.runs(RunFilter(pipeline: pipeline.name.value), limit: 1).first
        if let newer, newer.sequence > resumed.sequence {
            throw RunError(
                .refused, "run \(resumed.id) cannot be resumed: run \(newer.id) of the same pipeline came after it",
                help: "start a new run")
        }
        if let restoration = try journal.restorations(environment: plan.environment.name).last, restoration.sequence > resumed.sequence {
            throw RunError(
                .refused, "run \(resumed.id) cannot be resumed: since it began, the tables went back to release \(restoration.target)",
                help: "start a new run")
        }
        return try journal.resumeRun(resumed.id)
    }

    /// Where a value given on the command line held a secret, the journal has `***` for it. A run that another started is never
    /// taken up by itself: that one gives it its parameters anew.
    private static func refuseLostSecrets(of run: RunRecord) throws(RunError) {
        for parameter in run.parameters.members where parameter.value.text().contains(SecretScrubber.replacement) {
            throw RunError(
                .refused, "run \(run.id) cannot be resumed: its parameter \"\(parameter.key)\" held a secret, which the journal does not keep",
                help: "start a new run; a pipeline reads a secret itself with ${{ secret('name') }}")
        }
    }

    /// Declared parameters with the values given, or their defaults.
    package static func parameters(of pipeline: Pipeline, given: JSONObject) throws(RunError) -> JSONObject {
        var result = JSONObject()
        // As in expressions, case makes no difference.
        var values: [String: JSONValue] = [:]
        for member in given.members {
            guard values.updateValue(member.value, forKey: member.key.lowercased()) == nil else {
                throw RunError(
                    .invalidRequest, "parameter \"\(member.key)\" is given twice", help: "names of parameters are compared without case")
            }
        }
        for name in given.keys where !pipeline.parameters.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            let known = pipeline.parameters.map(\.name)
            throw RunError(
                .invalidRequest, "pipeline \"\(pipeline.name.value)\" has no parameter \"\(name)\"",
                help: Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
                    ?? (known.isEmpty ? "it has none" : "its parameters: " + known.joined(separator: ", ")))
        }
        for parameter in pipeline.parameters {
            guard let value = values[parameter.name.lowercased()] ?? parameter.value.defaultValue else {
                throw RunError(
                    .invalidRequest, "parameter \"\(parameter.name)\" of pipeline \"\(pipeline.name.value)\" has no default and was not given",
                    help: "give it with --param \(parameter.name)=VALUE")
            }
            if let problem = parameter.value.type.problem(with: value) {
                throw RunError(.invalidRequest, "parameter \"\(parameter.name)\": \(problem)")
            }
            result[parameter.name] = value
        }
        return result
    }

    // MARK: Execution

    static func execute(_ session: RunSession, startingAt: String?, isResumed: Bool) async throws -> RunResult {
        let started = ContinuousClock().now
        let activities = session.pipeline.activities
        let graph = session.plan.graph(activities, in: session.pipeline)
        let leftOut = try startingAt.map { try Self.leftOut(of: graph, startingAt: $0) } ?? []
        session.events.send(
            .runStarted(
                RunSummary(
                    id: session.record.id, pipeline: session.record.pipeline, environment: session.record.environment,
                    isResumed: isResumed,
                    activities: graph.order.filter { !leftOut.contains($0) }.map {
                        (graph.activities[$0].name.value, graph.activities[$0].kind.typeName)
                    })))
        let scope = RunScope(session: session, prefix: "", outputs: ActivityOutputs(), item: nil)
        let outcome = await ActivityRunner(scope: scope).run(list: activities, leavingOut: leftOut)
        let status: RunStatus =
            switch outcome.status {
            case .succeeded: .succeeded
            case .cancelled: .cancelled
            default: .failed
            }
        let message = outcome.failed.isEmpty ? nil : "failed: " + outcome.failed.joined(separator: ", ")
        try session.journal.finishRun(session.record.id, status, error: message, at: session.now)
        let result = RunResult(
            id: session.record.id, pipeline: session.record.pipeline, environment: session.record.environment, status: status,
            duration: ContinuousClock().now - started, message: message)
        session.events.send(.runFinished(result))
        return result
    }

    private static func leftOut(of graph: ActivityGraph, startingAt name: String) throws -> Set<Int> {
        guard let start = graph.activities.firstIndex(where: { $0.name.value == name }) else {
            let near = Suggestion.nearest(to: name, in: graph.activities.map(\.name.value))
            throw RunError(.invalidRequest, "there is no activity \"\(name)\" at the top of the pipeline", help: near.map { "did you mean \"\($0)\"?" })
        }
        var kept: Set<Int> = [start]
        for position in graph.order where graph.edges(into: position).contains(where: { kept.contains($0.before) }) {
            kept.insert(position)
        }
        return Set(graph.activities.indices).subtracting(kept)
    }

    /// Runs a pipeline for an activity of another: with a journal entry of its own, on the same engine and view of the lake.
    /// - Returns: the id of the run.
    /// - Parameter sensitive: names, in lower case, of parameters made from secrets: the journal keeps `***` for these, and when
    ///   the parent is resumed, it gives the values again.
    static func runChild(
        _ pipeline: Pipeline, parameters: JSONObject, sensitive: Set<String>, of parent: RunSession, path: String
    ) async throws -> String {
        let values: JSONObject
        do { values = try Self.parameters(of: pipeline, given: parameters) } catch {
            // The message shows the value.
            guard sensitive.isEmpty else {
                throw ActivityFailure("the parameters do not fit pipeline \"\(pipeline.name.value)\": one that is made from a secret may be of another type")
            }
            throw ActivityFailure(error.message, help: error.help)
        }
        let kept = JSONObject(values.members.map { ($0.key, sensitive.contains($0.key.lowercased()) ? .string(SecretScrubber.replacement) : $0.value) })
        let lock = try await FileLock.acquire(
            parent.plan.environment.lockPath("pipeline-\(pipeline.name.value)-0"), purpose: "run \(parent.record.id)",
            clock: parent.plan.clock, timeout: .seconds(86_400))
        defer { lock.release() }
        let key = "_child:" + path
        let record: RunRecord
        if let id = try parent.journal.variables(run: parent.record.id)[key]?.asString, let earlier = try parent.journal.run(id) {
            if earlier.status == .succeeded { return id }
            record = try parent.journal.resumeRun(id)
        } else {
            record = try parent.journal.beginRun(
                NewRun(
                    pipeline: pipeline.name.value, environment: parent.record.environment, parent: parent.record.id,
                    parameters: kept, trigger: "pipeline", release: parent.plan.release?.name, digest: parent.plan.release?.digest),
                at: parent.now)
            try parent.journal.setVariable(run: parent.record.id, name: key, value: .string(record.id))
        }
        let session = RunSession(
            plan: parent.plan, pipeline: pipeline, record: record, parameters: values, sensitiveParameters: sensitive,
            engine: parent.engine, tables: parent.tables, databases: parent.databases, journal: parent.journal, events: parent.events, slots: parent.slots,
            done: try parent.journal.succeededActivities(run: record.id), variables: try parent.journal.variables(run: record.id))
        let result = try await execute(session, startingAt: nil, isResumed: false)
        switch result.status {
        case .succeeded: return record.id
        case .cancelled: throw CancellationError()
        default: throw ActivityFailure("run \(record.id) of pipeline \"\(pipeline.name.value)\" \(result.message ?? "failed")", errorCode: "PipelineFailed")
        }
    }
}
