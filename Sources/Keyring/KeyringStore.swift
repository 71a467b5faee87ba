package import Crypto
internal import Glibc

/// The age identities in the desktop's keyring (Secret Service, https://specifications.freedesktop.org/secret-service).
///
/// An item has the attributes `application=pipectl`, `kind=age-identity` and `recipient=age1…`, so `secret-tool` finds and
/// makes them too. Every call blocks its thread, for some 11 seconds at most, and never asks the user for anything.
package struct KeyringStore: Sendable {
    private static let attributes = ["application": "pipectl", "kind": "age-identity"]

    private let variables: [String: String]
    private let limit: Duration

    /// - Parameters:
    ///   - variables: the environment of this process, which is what libsecret looks at.
    ///   - limit: how long an answer may take.
    package init(variables: [String: String], limit: Duration = .seconds(10)) {
        self.variables = variables
        self.limit = limit
    }

    /// Whether there seems to be a session bus; without one nothing is loaded and nothing asked.
    package var hasSessionBus: Bool {
        if let address = variables["DBUS_SESSION_BUS_ADDRESS"], !address.isEmpty { return true }
        guard let folder = variables["XDG_RUNTIME_DIR"], !folder.isEmpty else { return false }
        return access(folder + "/bus", F_OK) == 0
    }

    /// The texts of all identities that are there and not locked.
    package func lookup() throws(KeyringError) -> [SensitiveBytes] {
        try call("looking into the keyring") { connection throws(KeyringError) in
            let (secrets, someAreLocked) = try connection.search(Self.attributes)
            // Some programs show nothing of a keyring that is locked.
            if secrets.isEmpty {
                if someAreLocked { throw KeyringError.locked }
                if try connection.defaultIsLocked() == true { throw KeyringError.locked }
            }
            return secrets
        }
    }

    /// Puts an identity in the default keyring, in the place of an earlier one of the same recipient.
    package func store(_ identity: SensitiveBytes, recipient: String, label: String) throws(KeyringError) {
        try call("storing in the keyring") { connection throws(KeyringError) in
            // Storing in a locked keyring, or where there is none, would open a dialogue and wait for it.
            guard let isLocked = try connection.defaultIsLocked() else { throw KeyringError.noCollection }
            if isLocked { throw KeyringError.locked }
            // Without a schema, as `secret-tool` does: with one, its item of the same attributes would be another.
            try connection.store(identity, Self.attributes.merging(["recipient": recipient]) { $1 }, label: label)
        }
    }

    /// Removes the identity of a recipient; false where there was none.
    package func clear(recipient: String) throws(KeyringError) -> Bool {
        try call("removing from the keyring") { connection throws(KeyringError) in
            let attributes = Self.attributes.merging(["recipient": recipient]) { $1 }
            if try connection.clear(attributes) { return true }
            // What is locked is not removed, and is no less there.
            if try connection.search(attributes).someAreLocked { throw KeyringError.locked }
            if try connection.defaultIsLocked() == true { throw KeyringError.locked }
            return false
        }
    }

    private func call<Value: Sendable>(
        _ doing: String, _ body: @escaping @Sendable (KeyringConnection) throws(KeyringError) -> Value
    ) throws(KeyringError) -> Value {
        guard hasSessionBus else { throw KeyringError.noSessionBus("there is no session bus (DBUS_SESSION_BUS_ADDRESS)") }
        let library = try KeyringLibrary.load()
        let cancellable = KeyringCancellable(library)
        let answer = TimedCall<Result<Value, KeyringError>>.run(limit: limit, cancel: { cancellable.cancel() }) {
            do throws(KeyringError) { return .success(try body(KeyringConnection(library, cancellable))) } catch { return .failure(error) }
        }
        guard let answer else { throw .timedOut(doing, after: limit) }
        do throws(KeyringError) { return try answer.get() } catch {
            throw error.kind == .timedOut ? .timedOut(doing, after: limit) : error
        }
    }
}
