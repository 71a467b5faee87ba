/// The command line is wrong.
package struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line, without a full stop: `unknown option '--evn'`.
    package let message: String
    /// What may have been meant: `did you mean '--env'?`
    package let help: String?
    /// The command that was being read, as far as it was known: `["pipectl", "run"]`.
    package internal(set) var command: [String] = []

    package init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    package var description: String { help.map { "\(message); \($0)" } ?? message }
}
