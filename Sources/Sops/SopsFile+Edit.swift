package import Crypto
package import Support
internal import Diagnostics
internal import YAML

/// A change of one value; `nil` removes it.
package struct SopsChange: Sendable {
    package let keys: [String]
    package let value: SopsPlainValue?

    package init(keys: [String], value: SopsPlainValue?) {
        self.keys = keys
        self.value = value
    }
}

extension OpenedSopsFile {
    /// The file with changes made: each touches its own lines, `lastmodified` and `mac`; a value that stays the same
    /// keeps its ciphertext. The result was read back and its MAC compared.
    package func applying(
        _ changes: [SopsChange], at now: Instant, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> OpenedSopsFile {
        var file = file
        var isChanged = false
        for change in changes {
            guard let bytes = try file.bytes(with: change, dataKey: dataKey, cipher: cipher) else { continue }
            file = try SopsFile.reread(bytes, like: file)
            isChanged = true
        }
        guard isChanged else { return self }
        let (values, findings) = file.decrypt(dataKey: dataKey, cipher: cipher)
        guard findings.isEmpty else { throw .rejected(findings) }
        let sealed = try file.sealed(values: values, at: now, dataKey: dataKey, cipher: cipher)
        let (opened, problems) = try SopsFile.reread(sealed, like: file).open(dataKey: dataKey, cipher: cipher)
        guard let opened else { throw .rejected(problems) }
        return opened
    }
}

extension SopsFile {
    static func reread(_ bytes: [UInt8], like file: SopsFile) throws(SopsError) -> SopsFile {
        let (result, diagnostics) = read(bytes, path: file.path, format: file.format)
        guard let result else { throw .rejected(diagnostics) }
        return result
    }

    /// With the time and the code over all values anew.
    func sealed(
        values: [OpenedSopsFile.Value], at now: Instant, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> [UInt8] {
        let moment = String(now.description.prefix(19)) + "Z"
        guard let code = mac(of: values, cipher: cipher) else { throw .cipher }
        let mac = try Self.encrypt(
            .string(code), additionalData: moment, dataKey: dataKey, cipher: cipher)
        let places = [(metadata.lastModifiedRange, moment), (metadata.macRange, mac)]
        var result = bytes
        for (range, text) in places.sorted(by: { $0.0.start > $1.0.start }) {
            let stretch = range.start.offset..<range.end.offset
            result.replaceSubrange(stretch, with: Array(SopsText.replacement(text, for: bytes[stretch]).utf8))
        }
        return result
    }

    /// nil where the change changes nothing.
    fileprivate func bytes(
        with change: SopsChange, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> [UInt8]? {
        guard let first = change.keys.first, first != "sops" else {
            throw .cannotEdit(change.keys, reason: "this key belongs to the encryption itself")
        }
        let editor = SopsEditor(file: self)
        guard let value = change.value else { return try editor.removing(change.keys) }
        let existing = leaves.first { $0.keys == change.keys }
        if let existing {
            guard !existing.isInList else { throw .cannotEdit(change.keys, reason: "it is in a list") }
            do throws(SopsRefusal) {
                let isEncrypted = metadata.selection.matcher()(change.keys)
                let old = try plainValue(of: existing, isEncrypted: isEncrypted, dataKey: dataKey, cipher: cipher)
                if old == value { return nil }
            } catch {
                throw .rejected([error.diagnostic])
            }
        }
        let text = try written(value, keys: change.keys, dataKey: dataKey, cipher: cipher)
        if let existing { return editor.replacing(existing.node, with: text) }
        return try editor.inserting(change.keys, text: text)
    }

    /// As a value is written in this file. Encrypted ones hold no character that a quoted string must escape.
    private func written(
        _ value: SopsPlainValue, keys: [String], dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> String {
        if value == .null { return "null" }
        guard metadata.selection.matcher()(keys) else {
            switch value {
            case .string(let bytes): return SopsText.quoted(String(decoding: bytes, as: UTF8.self))
            case .bool(let flag): return flag ? "true" : "false"
            case .integer, .float: return String(decoding: value.encoded, as: UTF8.self)
            case .null, .bytes, .time: throw .cannotEdit(keys, reason: "a value of this type is written encrypted only")
            }
        }
        if value.encoded.isEmpty { return "\"\"" }
        return try Self.encrypt(value, additionalData: Self.additionalData(keys), dataKey: dataKey, cipher: cipher)
    }

    static func encrypt(
        _ value: SopsPlainValue, additionalData: String, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsError) -> String {
        guard let nonce = cipher.random(count: SopsEncryptedValue.nonceSize),
            let (ciphertext, tag) = cipher.seal(
                value.encoded, key: dataKey, nonce: nonce, additionalData: Array(additionalData.utf8))
        else { throw .cipher }
        return SopsEncryptedValue(ciphertext: ciphertext, nonce: nonce, tag: tag, kind: value.kind).text
    }
}
