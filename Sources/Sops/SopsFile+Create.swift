package import Age
internal import Crypto
package import Support

extension SopsFile {
    /// A new file without a value, with a new data key encrypted for these recipients.
    package static func create(
        path: String, format: SopsFormat, recipients: [AgeRecipient], selection: SopsSelection = .standard,
        macOnlyEncrypted: Bool = false, at now: Instant
    ) throws(SopsError) -> OpenedSopsFile {
        let dataKey = try crypto { () throws(CryptoError) in try RandomBytes.secret(count: AuthenticatedCipher.keyCount) }
        let keys = try SopsKeyList.wrapped(dataKey, for: recipients)
        var fields: [(String, JSONValue)] = [("lastmodified", .string("1970-01-01T00:00:00Z")), ("mac", .string(emptyMAC))]
        fields.append((selection.key, .string(selection.value)))
        if macOnlyEncrypted { fields.append(("mac_only_encrypted", .bool(true))) }
        // The version whose form of file this is.
        fields.append(("version", .string("3.10.0" + SopsTextCode.mark)))
        let text = format == .json ? json(keys, fields) : yaml(keys, fields)
        let file = try reread(Array(text.utf8), path: path, format: format)
        return try file.sealed(values: [], dataKey: dataKey, at: now)
    }

    /// Has the right form; the real one is made of the file as it reads.
    private static let emptyMAC = SopsEncryptedValue(
        ciphertext: [0], nonce: [UInt8](repeating: 0, count: SopsEncryptedValue.nonceSize),
        tag: [UInt8](repeating: 0, count: AuthenticatedCipher.tagCount), kind: .string
    ).text

    private static func json(_ recipients: [SopsRecipientKey], _ fields: [(String, JSONValue)]) -> String {
        var lines = ["\t\t\"age\": [\n" + recipients.map { "\t\t\t\(SopsKeyList.flow($0))" }.joined(separator: ",\n") + "\n\t\t]"]
        for (name, value) in fields { lines.append("\t\t\(SopsText.quoted(name)): \(value.text())") }
        return "{\n\t\"sops\": {\n\(lines.joined(separator: ",\n"))\n\t}\n}\n"
    }

    private static func yaml(_ recipients: [SopsRecipientKey], _ fields: [(String, JSONValue)]) -> String {
        var text = "sops:\n    age:\n"
        for key in recipients { text += SopsKeyList.block(key, column: 8) + "\n" }
        for (name, value) in fields { text += "    \(name): \(value.text())\n" }
        return text
    }
}
