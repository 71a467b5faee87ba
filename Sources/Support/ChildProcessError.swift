/// Why a program was not started. Never holds a variable's value.
package struct ChildProcessError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// There is no such program.
        case notFound
        /// It is there and cannot be run.
        case notExecutable
        /// The folder that it is to run in is not there.
        case folder
        /// The system refused for another reason.
        case system
    }

    package let kind: Kind
    /// In one line.
    package let message: String
    package let help: String?

    init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
