internal import Age
internal import Crypto

/// The list of recipients under `sops.age`, as it is written.
enum SopsKeyList {
    static func wrapped(_ dataKey: SensitiveBytes, for recipients: [AgeRecipient]) throws(SopsError) -> [SopsRecipientKey] {
        guard !recipients.isEmpty else { throw .cannotRekey(reason: "there is nobody to encrypt to") }
        guard Set(recipients).count == recipients.count else { throw .cannotRekey(reason: "a recipient is named twice") }
        do throws(AgeError) {
            var keys: [SopsRecipientKey] = []
            for recipient in recipients { keys.append(try AgeKeyUnwrapper.wrap(dataKey, for: recipient)) }
            return keys
        } catch {
            throw .age(error)
        }
    }

    /// An item of a YAML list with its dash in a column, without the last line break.
    static func block(_ key: SopsRecipientKey, column: Int) -> String {
        let indent = String(repeating: " ", count: column)
        let lines = key.armored.split(separator: "\n").map { "\(indent)    \($0)" }
        return "\(indent)- recipient: \(key.recipient)\n\(indent)  enc: |\n\(lines.joined(separator: "\n"))"
    }

    /// JSON, which is YAML too.
    static func flow(_ key: SopsRecipientKey) -> String {
        "{\"recipient\": \(SopsText.quoted(key.recipient)), \"enc\": \(SopsText.quoted(key.armored))}"
    }
}
