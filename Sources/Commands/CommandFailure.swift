internal import Age
package import CommandLineKit
internal import Diagnostics
internal import Connectors
internal import Crypto
internal import Delivery
internal import Engine
internal import Git
internal import Keyring
internal import Lake
internal import Runtime
internal import Secrets
internal import State
internal import Support

/// A command that cannot go on: what happened, what to do about it, and the exit code.
package struct CommandFailure: Error, Sendable {
    package let message: String
    package let help: String?
    package let exitCode: ExitCode

    package init(_ message: String, help: String? = nil, _ exitCode: ExitCode = .environment) {
        self.message = message
        self.help = help
        self.exitCode = exitCode
    }

    /// The failure behind any error that reaches the top.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as RunError:
            self.init(error.message, help: error.help, error.kind == .invalidRequest ? .usage : error.kind == .refused ? .failure : .environment)
        case let error as EngineError:
            self.init(error.message, help: error.kind == .unavailable ? "`pipectl doctor` tells what is missing" : nil, error.kind == .interrupted ? .interrupted : .environment)
        case let error as LakeError: self.init(error.description)
        case let error as GitError: self.init(error.message, help: error.help, error.kind == .unknownRevision ? .usage : .environment)
        case let error as DeliveryError:
            self.init(error.message, help: error.help, error.kind == .notFound ? .usage : error.kind == .damaged ? .environment : .failure)
        case let error as StateError:
            self.init("\(error)", error.kind == .notFound || error.kind == .ambiguous ? .usage : .environment)
        case let error as SystemError: self.init(error.description)
        case let error as ConnectorError: self.init(error.description, help: error.help)
        case let error as SecretsError:
            self.init(
                error.detailed, help: error.remedy,
                error.kind == .invalid || error.kind == .notFound ? .usage : error.kind == .system || error.kind == .busy ? .environment : .failure)
        case let error as IdentityError: self.init(error.message, help: error.help, error.kind == .exists ? .usage : .environment)
        case let error as KeyringError: self.init(error.message, help: error.help)
        case let error as AgeError: self.init(error.message, help: error.help, .usage)
        case let error as CryptoError: self.init(error.message, help: error.help)
        case is CancellationError: self.init("interrupted", .interrupted)
        default: self.init("\(error)")
        }
    }
}
