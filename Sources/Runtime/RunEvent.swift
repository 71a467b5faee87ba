package import State
internal import Support

/// What happens during a run, in the order it happens.
package enum RunEvent: Sendable {
    case runStarted(RunSummary)
    case activityStarted(path: String, type: String, attempt: Int)
    case activityProgress(path: String, fraction: Double)
    case activityFinished(ActivitySummary)
    case check(CheckSummary)
    case message(path: String?, level: LogLevel, text: String)
    case runFinished(RunResult)

}

package struct RunSummary: Sendable {
    package let id: String
    package let pipeline: String
    package let environment: String
    package let isResumed: Bool
    /// Paths and types of all activities whose number is known before the run, in the order they are likely to run.
    package let activities: [(path: String, type: String)]
}

package struct ActivitySummary: Sendable {
    package let path: String
    package let type: String
    package let status: ActivityStatus
    package let attempt: Int
    package let duration: Duration
    package let metrics: ActivityMetrics
    /// Why it failed or was skipped; what it found.
    package let message: String?
    /// Done by an earlier attempt of a resumed run.
    package let isFromEarlierAttempt: Bool
}

/// Counts of one activity; nil where they have no meaning.
package struct ActivityMetrics: Sendable, Hashable {
    package var rowsRead: Int?
    package var rowsWritten: Int?
    package var rowsDropped: Int?
    package var rowsQuarantined: Int?
    /// `silver.orders`
    package var table: String?
    package var version: Int64?

    package init() {}
}

package struct CheckSummary: Sendable {
    package let path: String
    package let title: String
    package let type: String
    package let onViolation: String
    package let violations: Int
    /// A few of the rows or values, for the message.
    package let sample: [String]

    package var passed: Bool { violations == 0 }
}

package struct RunResult: Sendable {
    package let id: String
    package let pipeline: String
    package let environment: String
    package let status: RunStatus
    package let duration: Duration
    package let message: String?
}

/// Sees a run happen: the terminal's live tree, plain lines, JSON lines. Called from many tasks, one call at a time.
package protocol RunObserver: Sendable {
    func receive(_ event: RunEvent)
}
