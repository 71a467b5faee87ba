internal import Support

/// GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
struct GitLabRenderer {
    private var fingerprints: FindingFingerprints

    init(source: @escaping (String) -> [UInt8]?) { fingerprints = FindingFingerprints(source: source) }

    mutating func render(_ report: DiagnosticReport) -> String {
        var findings: [JSONValue] = []
        for diagnostic in report.diagnostics { findings.append(finding(diagnostic)) }
        return JSONValue.array(findings).text(.pretty) + "\n"
    }

    private mutating func finding(_ diagnostic: Diagnostic) -> JSONValue {
        let message = VisibleText.escaped(diagnostic.message)
        var finding: JSONObject = [
            "description": .string(diagnostic.help.map { "\(message) (\(VisibleText.escaped($0)))" } ?? message),
            "check_name": .string(diagnostic.code.name),
            "fingerprint": .string(fingerprints.next(of: diagnostic)),
            "severity": .string(severity(diagnostic.severity)),
        ]
        if let range = diagnostic.range {
            finding["location"] = [
                "path": .string(range.path),
                "positions": ["begin": position(range.start), "end": position(range.end)],
            ]
        }
        return .object(finding)
    }

    private func position(_ position: SourcePosition) -> JSONValue {
        ["line": .integer(Int64(position.line)), "column": .integer(Int64(position.column))]
    }

    /// Of `info`, `minor`, `major`, `critical`, `blocker`.
    private func severity(_ severity: Severity) -> String {
        switch severity {
        case .error: "major"
        case .warning: "minor"
        case .note: "info"
        }
    }
}
