/// A release could not be made, or must not be.
package struct DeliveryError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// A rule says no: a branch, a hold, a plan that is out of date.
        case refused
        /// Somebody else was faster.
        case raced
        /// What was asked for is not there.
        case notFound
        /// What the repository or the folder of the environment holds is not what it should be.
        case damaged
    }

    package let kind: Kind
    package let message: String
    package let help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
