package enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
    case error, warning, note

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// Something a user wrote that is wrong, or worth telling. A value, never thrown.
package struct Diagnostic: Sendable, Hashable {
    /// A second place with a few words: "first defined here".
    package struct Label: Sendable, Hashable {
        package let range: SourceRange
        package let text: String

        package init(_ range: SourceRange, _ text: String) {
            self.range = range
            self.text = text
        }
    }

    package var code: DiagnosticCode
    package var severity: Severity
    /// One line, no full stop at its end.
    package var message: String
    package var range: SourceRange?
    package var labels: [Label]
    package var notes: [String]
    /// What to do: `did you mean "customers"?`
    package var help: String?
    /// Which asset it is about, as `pipeline sales / activity orders`.
    package var asset: String?

    package init(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange? = nil, severity: Severity? = nil,
        labels: [Label] = [], notes: [String] = [], help: String? = nil, asset: String? = nil
    ) {
        self.code = code
        self.severity = severity ?? code.severity
        self.message = message
        self.range = range
        self.labels = labels
        self.notes = notes
        self.help = help
        self.asset = asset
    }
}

extension Diagnostic {
    /// By path, position, severity, code and message.
    func isShown(before other: Diagnostic) -> Bool {
        let (path, otherPath) = (range?.path ?? "", other.range?.path ?? "")
        if path != otherPath { return path.utf8.lexicographicallyPrecedes(otherPath.utf8) }
        let (start, otherStart) = (range?.start ?? .start, other.range?.start ?? .start)
        if start != otherStart { return start < otherStart }
        if severity != other.severity { return severity < other.severity }
        if code.name != other.code.name { return code.name < other.code.name }
        return message.utf8.lexicographicallyPrecedes(other.message.utf8)
    }
}

extension Sequence<Diagnostic> {
    /// Without exact repetitions, in the one order in which they are shown.
    package func inOrder() -> [Diagnostic] {
        var seen = Set<Diagnostic>()
        return filter { seen.insert($0).inserted }.sorted { $0.isShown(before: $1) }
    }

    package var hasErrors: Bool { contains { $0.severity == .error } }
}
