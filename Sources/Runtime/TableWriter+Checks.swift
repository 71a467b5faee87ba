internal import Assets
internal import Engine
internal import Lake
internal import State
internal import Support
internal import Validation

extension TableWriter {
    /// The tables that checks look into, as this run sees them.
    func scans(_ checks: [Check]) async throws -> (LakeName) throws -> String {
        var known: [LakeName: String] = [:]
        for case .relationship(_, let to) in checks.map(\.kind) where known[to.value.table] == nil {
            known[to.value.table] = try await session.tables.requiredSnapshot(to.value.table).scanSQL()
        }
        return { [known] name in
            guard let scan = known[name] else { preconditionFailure("every table of a check was looked up") }
            return scan
        }
    }

    func checkSQL(_ checks: [Check]) async throws -> [CheckSQL] {
        let scan = try await scans(checks)
        return checks.map { CheckSQL(check: $0, scan: scan) }
    }

    /// Journal and events for every check; throws where one that must hold does not.
    func report(_ findings: [TableChecks.Finding], on table: String) throws {
        try session.journal.recordChecks(
            findings.enumerated().map { index, finding in
                CheckRecord(
                    run: session.record.id, path: work.path, name: "\(index + 1) \(finding.check.title)", table: table,
                    kind: finding.check.typeName, onViolation: finding.check.onViolation.rawValue, violations: Int64(finding.violations),
                    passed: finding.violations == 0, sample: .array(finding.sample.map { .string($0) }))
            })
        for finding in findings {
            session.events.send(
                .check(
                    CheckSummary(
                        path: work.path, title: finding.check.title, type: finding.check.typeName,
                        onViolation: finding.check.onViolation.rawValue, violations: finding.violations, sample: finding.sample)))
        }
        let broken = findings.filter { $0.violations > 0 && $0.check.onViolation == .fail }
        guard let first = broken.first else { return }
        let list = broken.map { finding in
            let count = finding.check.concernsRows || finding.check.typeName == "unique" ? " (\(finding.violations) rows)" : ""
            let sample = finding.sample.first.map { ", for example \($0)" } ?? ""
            return finding.check.title + count + sample
        }
        throw ActivityFailure(
            "\(table) stays as it was: \(list.joined(separator: "; ")) does not hold", errorCode: "CheckFailed", at: first.check.range)
    }
}
