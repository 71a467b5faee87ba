internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// What a project makes of its findings: their severity by its project file, and those that a comment allows.
///
/// Both are for advice alone (`DiagnosticCode.isAdvice`): what keeps a project from running cannot be talked away.
struct FindingPolicy {
    private let levels: [String: Project.RuleLevel]
    private let waivers: [Waiver]
    /// What is wrong with the settings and waivers themselves.
    private var found: [Diagnostic] = []

    struct Outcome {
        var kept: [Diagnostic] = []
        var waived: [(diagnostic: Diagnostic, reason: String)] = []
    }

    init(_ levels: [MapEntry<Project.RuleLevel>], waivers: [Waiver]) {
        var found: [Diagnostic] = []
        var valid: [String: Project.RuleLevel] = [:]
        for entry in levels {
            if let problem = Self.problem(with: entry.name, at: entry.key.range, wanted: entry.value) {
                found.append(problem)
            } else {
                valid[entry.name] = entry.value
            }
        }
        self.levels = valid
        // A file that several pipelines share is looked at with each.
        var seen: Set<Waiver> = []
        self.waivers = waivers.filter { waiver in
            guard seen.insert(waiver).inserted else { return false }
            if waiver.code.isEmpty {
                found.append(
                    Diagnostic(.unknownCode, "the waiver names no code", at: waiver.range, help: "write it as: pipectl: allow CODE - reason"))
                return false
            }
            if let problem = Self.problem(with: waiver.code, at: waiver.codeRange, wanted: nil) {
                found.append(problem)
                return false
            }
            if waiver.reason == nil {
                // Told once, however many codes it names.
                let codes = waivers.filter { $0.range == waiver.range && !$0.code.isEmpty }.map(\.code)
                if codes.first == waiver.code {
                    found.append(
                        Diagnostic(
                            .waiverWithoutReason, "the waiver gives no reason, so it does not hold", at: waiver.range,
                            help: "write it as: pipectl: allow \(codes.joined(separator: ", ")) - why this is right here"))
                }
                return false
            }
            return true
        }
        self.found = found
    }

    func apply(to findings: [Diagnostic]) -> Outcome {
        var outcome = Outcome()
        var used: Set<Waiver> = []
        let byPlace = Dictionary(grouping: waivers) { Place(path: $0.range.path, code: $0.code) }
        for finding in findings {
            let waiver = finding.range.flatMap { range in
                byPlace[Place(path: range.path, code: finding.code.name)]?.first { $0.line == range.start.line || $0.range.start.line == range.start.line }
            }
            guard let waiver, let reason = waiver.reason else {
                keep(finding, in: &outcome)
                continue
            }
            used.insert(waiver)
            outcome.waived.append((finding, reason))
        }
        // In a file with errors not all is looked at, so a waiver may well be needed again.
        let broken = Set(findings.lazy.filter { $0.severity == .error }.compactMap(\.range?.path))
        let unused = waivers.filter { !used.contains($0) && !broken.contains($0.range.path) }
        // Those of `unused-waiver` last, when it is known what they allow.
        let name = DiagnosticCode.unusedWaiver.name
        for waiver in unused.filter({ $0.code != name }) + unused.filter({ $0.code == name }) where !used.contains(waiver) {
            let shared = waivers.contains { $0.range == waiver.range && $0.code != waiver.code }
            let finding = Diagnostic(
                .unusedWaiver, "there is nothing here for this waiver\(shared ? " of \"\(waiver.code)\"" : "") to allow", at: shared ? waiver.codeRange : waiver.range,
                help: shared ? "remove that code" : "remove it")
            let other = byPlace[Place(path: waiver.range.path, code: name)]?.first { $0.line == waiver.line && $0 != waiver }
            guard let other, let reason = other.reason, waiver.code != name else {
                keep(finding, in: &outcome)
                continue
            }
            used.insert(other)
            outcome.waived.append((finding, reason))
        }
        outcome.kept += found
        return outcome
    }

    private func keep(_ finding: Diagnostic, in outcome: inout Outcome) {
        var finding = finding
        switch levels[finding.code.name] {
        case nil: break
        case .off: return
        case .note: finding.severity = .note
        case .warning: finding.severity = .warning
        case .error: finding.severity = .error
        }
        outcome.kept.append(finding)
    }

    private struct Place: Hashable {
        let path: String
        let code: String
    }

    /// What speaks against setting, or waiving, findings of that code.
    private static func problem(with name: String, at range: SourceRange, wanted: Project.RuleLevel?) -> Diagnostic? {
        guard let code = DiagnosticCode.known[name] else {
            let near = Suggestion.nearest(to: name, in: DiagnosticCode.known.keys.sorted())
            return Diagnostic(
                .unknownCode, "there is no code \"\(name)\"", at: range,
                help: near.map { "did you mean \"\($0)\"?" } ?? "`pipectl explain` lists all codes")
        }
        guard !code.isAdvice, wanted.map({ $0.rawValue != code.severity.rawValue }) ?? true else { return nil }
        return Diagnostic(
            .fixedSeverity,
            wanted == nil
                ? "\"\(name)\" cannot be waived: what it tells is no matter of taste"
                : "\"\(name)\" is always \(code.severity == .error ? "an" : "a") \(code.severity.rawValue)",
            at: range, help: "mend what it tells; `pipectl explain` says which codes are advice")
    }
}

extension DiagnosticCode {
    static let unknownCode = DiagnosticCode(
        "unknown-code", summary: "A setting or waiver names a code that does not exist.",
        explanation: "`pipectl explain` lists all codes. A name that is mistyped would silently allow nothing.",
        example: "validation: { rules: { unused-parametre: off } }", fix: "validation: { rules: { unused-parameter: off } }")
    static let fixedSeverity = DiagnosticCode(
        "fixed-severity", summary: "A setting or waiver is about a finding that is no advice.",
        explanation: "Codes of advice may be set to off, note, warning or error in pipectl.yml, and waived by a comment. All others tell that something cannot run, or cannot be understood; that is not changed by not telling it.",
        example: "validation: { rules: { unknown-column: off } }", fix: "validation: { rules: { unused-parameter: off } }")
    static let waiverWithoutReason = DiagnosticCode(
        "waiver-without-reason", summary: "A comment allows a finding and does not say why.",
        explanation: "The next reader has to know why the rule does not hold here. A waiver without a reason is not applied.",
        example: "# pipectl: allow absolute-path", fix: "# pipectl: allow absolute-path - the scanner writes there on every machine")
    static let unusedWaiver = DiagnosticCode(
        "unused-waiver", .warning, isAdvice: true, summary: "A comment allows a finding that there is not.",
        explanation: "A waiver holds for findings of its own line, or of the line below where it stands on a line of its own. What it allowed has been mended, or stands elsewhere. Where the finding comes and goes, allow this one too: `allow CODE, unused-waiver - reason`.",
        example: "# pipectl: allow unused-parameter - used from next week on\nparameters: {}", fix: "parameters: {}")
}
