internal import Age
internal import Crypto
internal import Support

/// The text of a key file, wherever it stands: one identity a line, with empty lines and comments.
enum IdentityText {
    /// - Parameter place: what messages call it.
    static func parse(_ text: SensitiveBytes, place: String) throws(IdentityError) -> [AgeIdentity] {
        if let refusal = refusal(of: text, place: place) { throw refusal }
        do throws(AgeError) {
            var known: Set<AgeRecipient> = []
            return try AgeIdentity.parse(file: text).filter { known.insert($0.recipient).inserted }
        } catch {
            throw IdentityError(error, place: place)
        }
    }

    /// Keys that other programs take and this one does not.
    private static func refusal(of text: SensitiveBytes, place: String) -> IdentityError? {
        if text.begins(with: "age-encryption.org/v1") || text.holds("-----BEGIN AGE ENCRYPTED FILE-----") {
            return IdentityError(
                .unsupported, "\(place) is encrypted with a passphrase, and nobody is asked for one",
                help: "decrypt it with `age -d`, and keep the identity in the keyring or in a file that only you can read")
        }
        // `OPENSSH PRIVATE KEY`, `RSA PRIVATE KEY`, `PRIVATE KEY`.
        if text.holds("PRIVATE KEY-----") {
            return IdentityError(
                .unsupported, "\(place) holds an SSH or PEM key, and only age's X25519 identities are supported",
                help: "make an identity with `pipectl secrets keygen`, and add its recipient to the store")
        }
        return nil
    }
}

extension IdentityError {
    init(_ error: AgeError, place: String) {
        if case .crypto = error.kind {
            self.init(.crypto, error.message, help: error.help)
        } else {
            self.init(.malformed, "\(place): \(error.message)", help: error.help)
        }
    }
}

extension SensitiveBytes {
    fileprivate func begins(with text: String) -> Bool { withBytes { $0.starts(with: text.utf8) } }

    fileprivate func holds(_ text: String) -> Bool {
        withBytes { !ByteSearch(Array(text.utf8)).places(in: $0.assumingMemoryBound(to: UInt8.self)).isEmpty }
    }
}
