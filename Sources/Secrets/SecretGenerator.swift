package import Crypto
internal import Support

/// New values by chance.
package enum SecretGenerator {
    package enum Alphabet: Sendable {
        case alphanumeric, printable, hex, base64url

        /// Without quotes, backslashes, blanks and what shells and addresses read in their own way, where that can be helped.
        var characters: [UInt8] {
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            return switch self {
            case .alphanumeric: letters
            case .printable: letters + Array("!#%()*+,-./:;<=>?@[]^_{|}~".utf8)
            case .hex: Array("0123456789abcdef".utf8)
            case .base64url: letters + Array("-_".utf8)
            }
        }
    }

    /// Every character is as likely as every other.
    package static func value(length: Int, of alphabet: Alphabet) throws(SecretsError) -> SensitiveBytes {
        let characters = alphabet.characters
        // Bytes at the end of the range would make the first characters likelier.
        let limit = 256 / characters.count * characters.count
        do throws(CryptoError) {
            return try SensitiveBytes(count: length) { (memory) throws(CryptoError) in
                var filled = 0
                while filled < length {
                    try RandomBytes.secret(count: length).withBytes { bytes in
                        for byte in bytes where filled < length && Int(byte) < limit {
                            memory[filled] = characters[Int(byte) % characters.count]
                            filled += 1
                        }
                    }
                }
            }
        } catch {
            throw SecretsError(.system, error.message, help: error.help)
        }
    }
}
