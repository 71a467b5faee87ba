package import Age
package import Crypto
package import Diagnostics

/// Why a change of a file was not made. Never holds a value.
package enum SopsError: Error, Sendable, CustomStringConvertible {
    /// No value has these keys.
    case notFound([String])
    /// The change needs a form of file that cannot be edited in place.
    case cannotEdit([String], reason: String)
    /// The data key or its recipients cannot be changed.
    case cannotRekey(reason: String)
    /// The file as it would be does not read back.
    case rejected([Diagnostic])
    /// The data key could not be encrypted for a recipient.
    case age(AgeError)
    /// libcrypto could not be loaded or refused.
    case crypto(CryptoError)

    /// What failed and why, in one line.
    package var message: String {
        switch self {
        case .notFound(let keys): "there is no value \(keys.joined(separator: "."))"
        case .cannotEdit(let keys, let reason): "\(keys.joined(separator: ".")) cannot be changed: \(reason)"
        case .cannotRekey(let reason): "the recipients cannot be changed: \(reason)"
        case .rejected(let findings): "the file as it would be is refused: \(findings.first?.message ?? "it does not read back")"
        case .age(let error): error.message
        case .crypto(let error): error.message
        }
    }

    /// What to do about it.
    package var help: String? {
        switch self {
        case .notFound, .cannotRekey: nil
        case .cannotEdit: "change it with `pipectl secrets edit`"
        case .rejected(let findings): findings.first?.help
        case .age(let error): error.help
        case .crypto(let error): error.help
        }
    }

    package var description: String { message }
}

/// Does what libcrypto does, with its error as ours.
func crypto<R: ~Copyable>(_ body: () throws(CryptoError) -> R) throws(SopsError) -> R {
    do throws(CryptoError) { return try body() } catch { throw .crypto(error) }
}
