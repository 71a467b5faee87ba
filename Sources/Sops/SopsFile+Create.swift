package import Crypto
internal import Diagnostics
package import Support

extension SopsFile {
    /// A new file without a value, with its data key encrypted for these recipients.
    package static func create(
        path: String, format: SopsFormat, recipients: [SopsRecipientKey], selection: SopsSelection = .standard,
        macOnlyEncrypted: Bool = false, at now: Instant, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> OpenedSopsFile {
        // Any code that has the right form: the real one is made of the file as it reads.
        let start = try encrypt(.string([0]), additionalData: "", dataKey: dataKey, cipher: cipher)
        var fields: [(String, JSONValue)] = [("lastmodified", .string("1970-01-01T00:00:00Z")), ("mac", .string(start))]
        fields.append((selection.key, .string(selection.value)))
        if macOnlyEncrypted { fields.append(("mac_only_encrypted", .bool(true))) }
        // The version whose form of file this is.
        fields.append(("version", "3.10.0"))
        let text = format == .json ? json(recipients, fields) : yaml(recipients, fields)
        let (file, diagnostics) = read(Array(text.utf8), path: path, format: format)
        guard let file else { throw .rejected(diagnostics) }
        let sealed = try file.sealed(values: [], at: now, dataKey: dataKey, cipher: cipher)
        let (opened, problems) = try reread(sealed, like: file).open(dataKey: dataKey, cipher: cipher)
        guard let opened else { throw .rejected(problems) }
        return opened
    }

    private static func json(_ recipients: [SopsRecipientKey], _ fields: [(String, JSONValue)]) -> String {
        let keys = recipients.map { JSONValue.object(["recipient": .string($0.recipient), "enc": .string($0.armored)]) }
        let sops = JSONObject([("age", JSONValue.array(keys))] + fields)
        let lines = sops.members.map { "\t\t\(SopsText.quoted($0.key)): \($0.value.text())" }
        return "{\n\t\"sops\": {\n\(lines.joined(separator: ",\n"))\n\t}\n}\n"
    }

    private static func yaml(_ recipients: [SopsRecipientKey], _ fields: [(String, JSONValue)]) -> String {
        var text = "sops:\n    age:\n"
        for key in recipients {
            text += "        - recipient: \(key.recipient)\n          enc: |\n"
            for line in key.armored.split(separator: "\n") { text += "            \(line)\n" }
        }
        for (name, value) in fields { text += "    \(name): \(value.text())\n" }
        return text
    }
}
