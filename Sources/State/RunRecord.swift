package import Support

package enum RunStatus: String, Sendable, Hashable, CaseIterable {
    case running, succeeded, failed, cancelled
    /// Its process ended without saying how: killed, or the machine went down.
    case interrupted
}

/// What is known when a run begins.
package struct NewRun: Sendable {
    package var pipeline: String
    package var environment: String
    /// Id of the run that started this one by a `pipeline` activity.
    package var parent: String?
    /// Resolved parameters, without secrets.
    package var parameters: JSONObject
    /// What started it: `manual`, `schedule`, `pipeline`, ...
    package var trigger: String
    /// The release that runs, and the digest of its files; nil for a working tree.
    package var release: String?
    package var digest: String?
    package var process: ProcessIdentity

    package init(
        pipeline: String, environment: String, parent: String? = nil, parameters: JSONObject = [:],
        trigger: String = "manual", release: String? = nil, digest: String? = nil, process: ProcessIdentity = .current
    ) {
        self.pipeline = pipeline
        self.environment = environment
        self.parent = parent
        self.parameters = parameters
        self.trigger = trigger
        self.release = release
        self.digest = digest
        self.process = process
    }
}

/// One run of a pipeline.
package struct RunRecord: Sendable, Hashable {
    /// See `RunIdentifier`.
    package let id: String
    /// Milliseconds since the epoch at the start, made strictly increasing within a state database.
    package let sequence: Int64
    package let pipeline: String
    package let environment: String
    package let parent: String?
    package let parameters: JSONObject
    package let trigger: String
    package let release: String?
    package let digest: String?
    package let status: RunStatus
    package let started: Instant
    package let finished: Instant?
    package let error: String?
    /// The process that runs it, or ran it last.
    package let process: ProcessIdentity
}

extension RunRecord {
    /// In the order in which `init(_ row:)` reads.
    static let columns = """
        id, sequence, pipeline, environment, parent, parameters, trigger_name, release_name, digest, status, started, \
        finished, error, pid, process_start, process_scope
        """

    init(_ row: inout Row) throws(StateError) {
        id = try row.text()
        sequence = try row.integer()
        pipeline = try row.text()
        environment = try row.text()
        parent = row.optionalText()
        parameters = try row.json().asObject ?? [:]
        trigger = try row.text()
        release = row.optionalText()
        digest = row.optionalText()
        status = try row.choice()
        started = try row.instant()
        finished = row.optionalInstant()
        error = row.optionalText()
        process = ProcessIdentity(
            pid: Int32(truncatingIfNeeded: try row.integer()), startTicks: try row.integer(), scope: try row.text())
    }
}

/// Which runs to list; what is nil or empty does not restrict.
package struct RunFilter: Sendable {
    package var pipeline: String?
    package var environment: String?
    package var statuses: [RunStatus]
    /// Runs started at or after this moment.
    package var since: Instant?
    /// Runs started before this moment.
    package var before: Instant?
    /// Runs another run started are listed only where this is true.
    package var includesChildren: Bool

    package init(
        pipeline: String? = nil, environment: String? = nil, statuses: [RunStatus] = [], since: Instant? = nil,
        before: Instant? = nil, includesChildren: Bool = false
    ) {
        self.pipeline = pipeline
        self.environment = environment
        self.statuses = statuses
        self.since = since
        self.before = before
        self.includesChildren = includesChildren
    }
}
