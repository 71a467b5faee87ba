/// The desktop's keyring could not be asked. Never holds a secret.
package struct KeyringError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// libsecret could not be found or loaded.
        case unavailable
        /// There is no session bus (D-Bus), or it cannot be reached.
        case noSessionBus
        /// Nothing on the session bus keeps secrets.
        case noService
        /// The keyring is locked, and nobody is asked to unlock it.
        case locked
        /// There is no default keyring to store in.
        case noCollection
        /// The keyring did not answer in time.
        case timedOut
        case other
    }

    package let kind: Kind
    /// What failed and why, in one line.
    package let message: String
    /// What to do about it.
    package let help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }
}

extension KeyringError {
    static func noSessionBus(_ reason: String) -> KeyringError {
        KeyringError(
            .noSessionBus, reason,
            help: "run this in a desktop session, or under `dbus-run-session`; a keyring is no place for a CI job: use a key file or PIPECTL_AGE_KEY")
    }

    static let noService = KeyringError(
        .noService, "no program on the session bus keeps secrets (org.freedesktop.secrets)",
        help: "start one, such as gnome-keyring, KWallet or KeePassXC")

    static let locked = KeyringError(.locked, "the keyring is locked", help: "unlock it on the desktop and try again; pipectl does not ask for its password")

    static let noCollection = KeyringError(
        .noCollection, "there is no default keyring to store in", help: "make one, for example with Seahorse (Passwords and Keys)")

    static func timedOut(_ doing: String, after limit: Duration) -> KeyringError {
        KeyringError(
            .timedOut, "\(doing): no answer after \(limit.components.seconds) s",
            help: "see whether the program that keeps secrets hangs, or waits for an answer on the desktop")
    }
}
