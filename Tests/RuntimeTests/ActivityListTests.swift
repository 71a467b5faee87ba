import Assets
import Diagnostics
import State
import Synchronization
import Testing
import Validation

import Runtime

/// Data Factory's rules for what runs after what, and for what a list comes to.
struct ActivityListTests {
    private struct Report {
        var status: ActivityStatus
        var failed: [String]
        var ran: [String]
        var skipped: [String: String]
    }

    /// Runs `wait` activities whose outcomes are given by name; any other succeeds.
    private func run(
        _ lines: [String], outcomes: [String: ActivityStatus] = [:], leavingOut: Set<Int> = []
    ) async throws -> Report {
        let (project, pipeline) = try TestProject.pipeline("activities:\n" + lines.map { "  - { type: wait, seconds: 0, \($0) }\n" }.joined())
        let activities = pipeline.activities
        let analysis = SQLAnalysis()
        let (graph, diagnostics) = ActivityGraph.make(activities, effects: activities.map { project.effects(of: $0, in: pipeline, analysis) })
        try #require(diagnostics.isEmpty)
        let log = Log()
        let runner = ActivityListRunner(
            graph: graph, leftOut: leavingOut,
            run: { activity in
                log.ran.withLock { $0.append(activity.name.value) }
                return outcomes[activity.name.value] ?? .succeeded
            },
            skip: { activity, reason in log.skipped.withLock { $0[activity.name.value] = reason } })
        let outcome = await runner()
        return Report(
            status: outcome.status, failed: outcome.failed, ran: log.ran.withLock { $0 }.sorted(),
            skipped: log.skipped.withLock { $0 })
    }

    private final class Log: Sendable {
        let ran = Mutex<[String]>([])
        let skipped = Mutex<[String: String]>([:])
    }

    @Test func `all that succeed make a success`() async throws {
        let report = try await run(["name: a", "name: b, dependsOn: [ { activity: a } ]"])
        #expect(report.status == .succeeded)
        #expect(report.ran == ["a", "b"])
    }

    @Test func `a failure that nobody handled is the list's, by the name of its cause`() async throws {
        let report = try await run(
            ["name: a", "name: b, dependsOn: [ { activity: a } ]", "name: c, dependsOn: [ { activity: b } ]"],
            outcomes: ["a": .failed])
        #expect(report.status == .failed)
        #expect(report.failed == ["a"])
        #expect(report.ran == ["a"])
        #expect(report.skipped == ["b": "\"a\" failed", "c": "\"b\" was skipped"])
    }

    @Test func `a failure that was handled is none`() async throws {
        let report = try await run(
            ["name: a", "name: b, dependsOn: [ { activity: a, conditions: [failed] } ]"], outcomes: ["a": .failed])
        #expect(report.status == .succeeded)
        #expect(report.ran == ["a", "b"])
    }

    /// "Try" with both ways: the way that was not taken is judged by what stands before it.
    @Test func `with a way for success beside the one for failure the failure counts`() async throws {
        let lines = [
            "name: a", "name: good, dependsOn: [ { activity: a } ]",
            "name: bad, dependsOn: [ { activity: a, conditions: [failed] } ]",
        ]
        let failed = try await run(lines, outcomes: ["a": .failed])
        #expect(failed.status == .failed)
        #expect(failed.failed == ["a"])
        #expect(failed.ran == ["a", "bad"])
        let succeeded = try await run(lines)
        #expect(succeeded.status == .succeeded)
        #expect(succeeded.ran == ["a", "good"])
    }

    @Test func `a handler that fails is the failure`() async throws {
        let report = try await run(
            ["name: a", "name: b, dependsOn: [ { activity: a, conditions: [failed] } ]"], outcomes: ["a": .failed, "b": .failed])
        #expect(report.failed == ["b"])
    }

    @Test(arguments: [
        (ActivityStatus.succeeded, "succeeded", true), (.succeeded, "failed", false), (.succeeded, "completed", true),
        (.succeeded, "skipped", false), (.failed, "succeeded", false), (.failed, "failed", true), (.failed, "completed", true),
        (.failed, "skipped", false),
    ])
    func `a condition holds for the outcomes it names`(_ status: ActivityStatus, _ condition: String, _ runs: Bool) async throws {
        let report = try await run(
            ["name: a", "name: b, dependsOn: [ { activity: a, conditions: [\(condition)] } ]"], outcomes: ["a": status])
        #expect(report.ran.contains("b") == runs)
    }

    @Test func `skipped is a condition of its own, and several conditions are alternatives`() async throws {
        let report = try await run(
            [
                "name: a", "name: b, dependsOn: [ { activity: a } ]",
                "name: c, dependsOn: [ { activity: b, conditions: [skipped] } ]",
                "name: d, dependsOn: [ { activity: b, conditions: [succeeded, skipped] } ]",
                "name: e, dependsOn: [ { activity: b, conditions: [completed] } ]",
            ], outcomes: ["a": .failed])
        #expect(report.ran == ["a", "c", "d"])
    }

    @Test func `what is left out counts as done`() async throws {
        let report = try await run(["name: a", "name: b, dependsOn: [ { activity: a } ]"], leavingOut: [0])
        #expect(report.ran == ["b"])
        #expect(report.status == .succeeded)
    }

    @Test func `after a cancellation nothing more starts`() async throws {
        let report = try await run(
            ["name: a", "name: b, dependsOn: [ { activity: a, conditions: [completed, failed] } ]"], outcomes: ["a": .cancelled])
        #expect(report.status == .cancelled)
        #expect(report.ran == ["a"])
    }
}
