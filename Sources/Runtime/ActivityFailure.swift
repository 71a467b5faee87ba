internal import Assets
internal import Connectors
internal import Diagnostics
internal import Engine
internal import Expressions
internal import Lake
internal import State
internal import Support

/// Why an activity failed, as users are told: one message, what to do, and whether trying again may help.
struct ActivityFailure: Error, Sendable {
    let message: String
    let help: String?
    let errorCode: String
    /// Where in the files the cause stands, where that is known.
    let range: SourceRange?

    init(_ message: String, help: String? = nil, errorCode: String = "ActivityFailed", at range: SourceRange? = nil) {
        self.message = Self.withoutExcerpt(message)
        self.help = help
        self.errorCode = errorCode
        self.range = range
    }

    /// A server refused user or password (PostgreSQL, class 28).
    var isAuthentication: Bool { message.contains("password authentication failed") || message.contains("no password supplied") }

    /// The failure behind any error that an activity may meet.
    init(_ error: any Error) {
        switch error {
        case let failure as ActivityFailure: self = failure
        case let error as ConnectorError: self.init(error.description, help: error.help, errorCode: "ConnectionFailed")
        case let error as ExpressionError: self.init(error.message, errorCode: "ExpressionFailed", at: error.range)
        case let error as EngineError: self.init(error.message, help: Self.help(for: error), errorCode: Self.code(of: error))
        case let error as LakeError: self.init(error.description, errorCode: "LakeFailed")
        case let error as StateError: self.init("the run's journal: \(error)", errorCode: "StateFailed")
        case let error as SystemError: self.init(error.description, errorCode: "SystemFailed")
        default: self.init("\(error)")
        }
    }

    /// A server shows the line of SQL that an error is about, cut to fit: from a part of a secret that was pasted into the query
    /// of a source, the secret would not be known.
    private static func withoutExcerpt(_ message: String) -> String {
        guard SecretScrubber.shared.isActive else { return message }
        var lines: [Substring] = []
        var isExcerpt = false
        for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
            let isCaret = isExcerpt && line.allSatisfy { $0 == " " || $0 == "^" || $0 == "~" }
            isExcerpt = line.hasPrefix("LINE ")
            if !isExcerpt, !isCaret { lines.append(line) }
        }
        return withoutQuotations(lines.joined(separator: "\n"))
    }

    /// Where an error tells of a query that holds a secret, the server's own words lose what they quote: it may be a part of the
    /// secret, or the secret in small letters, and neither would be known.
    private static func withoutQuotations(_ message: String) -> String {
        let quotes: Set<Character> = ["\"", "'", "«", "»", "„", "“", "”"]
        guard let start = message.ranges(of: "ERROR: ").last?.upperBound, SecretScrubber.shared.finds(in: String(message[..<start])) else { return message }
        let said = message[start...].split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let first = line.firstIndex(where: quotes.contains), let last = line.lastIndex(where: quotes.contains) else { return String(line) }
            return line[..<first] + "\"***\"" + line[line.index(after: last)...]
        }
        return message[..<start] + said.joined(separator: "\n")
    }

    /// A value made from a secret stands where it would be kept or shown.
    static func secretMisplaced(at range: SourceRange?) -> ActivityFailure {
        ActivityFailure(
            "a value made from a secret cannot be used here: it would be kept in the journal or the lake, or shown",
            help: "secrets may stand in connections, in the SQL of transforms, in the query of a source, in conditions and in parameters of pipelines",
            errorCode: "SecretMisplaced", at: range)
    }

    private static func code(of error: EngineError) -> String {
        switch error.kind {
        case .syntax, .catalog, .binder: "SQLInvalid"
        case .outOfMemory: "OutOfMemory"
        default: "EngineFailed"
        }
    }

    private static func help(for error: EngineError) -> String? {
        switch error.kind {
        case .outOfMemory: "give the engine more memory (engine.memory in the environment), or fewer threads"
        case .unavailable: "run scripts/setup, then `pipectl doctor`"
        default: nil
        }
    }

    /// Whether another attempt could end otherwise: not where the files or the data are at fault.
    var mayPass: Bool {
        !["CheckFailed", "SQLInvalid", "ExpressionFailed", "SecretMisplaced", "SchemaChange", "NoSuchTable", "NoSuchConnection", "NoWarehouse"].contains(errorCode)
    }

    /// With its place and help, for people.
    var text: String {
        var text = message
        if let range { text = "\(range.path):\(range.start.line):\(range.start.column): \(text)" }
        if let help { text += " (\(help))" }
        return text
    }
}

/// The attempt took longer than the activity's timeout allows.
struct TimedOut: Error {}
