package import Diagnostics
package import Sops

/// A secret or its store cannot be had. Never holds a value.
package struct SecretsError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The store has no secret, or no version, of this name.
        case notFound
        /// It is there and not given out: disabled, not yet valid, expired.
        case refused
        /// Nobody here can decrypt the store.
        case noIdentity
        /// The store is not what it should be.
        case damaged
        /// The request makes no sense.
        case invalid
        /// Somebody else writes.
        case busy
        /// The system refused.
        case system
    }

    package let kind: Kind
    package let message: String
    package let help: String?
    /// Where in the store's file.
    package let diagnostics: [Diagnostic]

    package init(_ kind: Kind, _ message: String, help: String? = nil, diagnostics: [Diagnostic] = []) {
        self.kind = kind
        self.message = message
        self.help = help
        self.diagnostics = diagnostics
    }

    package var description: String { message }
}

extension SecretsError {
    /// The message with what to do about it, in one line.
    package var line: String { help.map { "\(message); \($0)" } ?? message }
}

extension SecretsError {
    package init(_ error: SopsError) {
        switch error {
        case .rejected(let findings): self.init(.damaged, error.message, help: error.help, diagnostics: findings)
        case .notFound: self.init(.notFound, error.message, help: error.help)
        case .cannotEdit, .cannotRekey, .age: self.init(.invalid, error.message, help: error.help)
        case .crypto: self.init(.system, error.message, help: error.help)
        }
    }
}
