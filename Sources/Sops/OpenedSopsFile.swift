package import Crypto
package import Diagnostics
internal import YAML

/// A file whose values were decrypted and whose MAC fits.
package struct OpenedSopsFile: Sendable {
    package struct Value: Sendable {
        /// The names on the way down; the items of a list share those of the list.
        package let keys: [String]
        package let value: SopsPlainValue
        package let isEncrypted: Bool
    }

    package let file: SopsFile
    /// In the order of the file.
    package let values: [Value]

    package subscript(keys: [String]) -> SopsPlainValue? { values.first { $0.keys == keys }?.value }
}

extension SopsFile {
    /// Decrypts every value and comment and compares the MAC. Each value that is refused is named, none is shown.
    package func open(
        dataKey: SensitiveBytes, cipher: some DataCipher
    ) -> (opened: OpenedSopsFile?, diagnostics: [Diagnostic]) {
        let (values, diagnostics) = decrypt(dataKey: dataKey, cipher: cipher)
        guard diagnostics.isEmpty else { return (nil, diagnostics) }
        let stored = decrypt(
            metadata.mac, keys: nil, additionalData: metadata.lastModified, dataKey: dataKey, cipher: cipher)
        guard let stored else {
            let message = "the code over all values cannot be decrypted: sops.mac or sops.lastmodified was changed"
            return (nil, [Diagnostic(.sopsMAC, message, at: metadata.macRange)])
        }
        guard stored == mac(of: values, cipher: cipher) else {
            let message = "the code over all values does not fit: values were added, removed, reordered or changed"
            return (nil, [Diagnostic(.sopsMAC, message, at: metadata.macRange)])
        }
        return (OpenedSopsFile(file: self, values: values), [])
    }

    /// Opens the data key with the first recipient's key that fits, then the file.
    package func open(
        unwrapper: some DataKeyUnwrapper, cipher: some DataCipher
    ) -> (opened: OpenedSopsFile?, dataKey: SensitiveBytes?, diagnostics: [Diagnostic]) {
        for recipient in metadata.recipients {
            guard let key = unwrapper.unwrap(recipient), key.count == 32 else { continue }
            let (opened, diagnostics) = open(dataKey: key, cipher: cipher)
            return (opened, key, diagnostics)
        }
        let names = metadata.recipients.map(\.recipient).joined(separator: ", ")
        let message = names.isEmpty
            ? "this file has no age recipient" : "no identity opens this file; it is encrypted for \(names)"
        return (nil, nil, [Diagnostic(.sopsUnsupported, message, at: SourceRange(path: path))])
    }

    /// Everything but the comparison of the MAC.
    func decrypt(
        dataKey: SensitiveBytes, cipher: some DataCipher
    ) -> (values: [OpenedSopsFile.Value], diagnostics: [Diagnostic]) {
        let isSelected = metadata.selection.matcher()
        var values: [OpenedSopsFile.Value] = []
        var diagnostics: [Diagnostic] = []
        values.reserveCapacity(leaves.count)
        for leaf in leaves {
            do throws(SopsRefusal) {
                let isEncrypted = isSelected(leaf.keys)
                let value = try plainValue(of: leaf, isEncrypted: isEncrypted, dataKey: dataKey, cipher: cipher)
                values.append(OpenedSopsFile.Value(keys: leaf.keys, value: value, isEncrypted: isEncrypted))
            } catch {
                diagnostics.append(error.diagnostic)
            }
        }
        for comment in comments {
            let value = SopsEncryptedValue(comment.text)
            let fits = value.map { value in
                value.kind == .comment
                    && comment.owners.contains { decrypt(value, keys: $0, dataKey: dataKey, cipher: cipher) != nil }
            }
            if fits != true {
                let start = root.document.position(ofFileOffset: comment.offset)
                let range = SourceRange(path: path, start: start, end: start)
                diagnostics.append(Diagnostic(.sopsValue, "an encrypted comment was changed or moved", at: range))
            }
        }
        return (values, diagnostics)
    }

    func plainValue(
        of leaf: SopsLeaf, isEncrypted: Bool, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsRefusal) -> SopsPlainValue {
        isEncrypted ? try decrypt(leaf, dataKey: dataKey, cipher: cipher) : SopsPlainValue(written: leaf.node, format: format)
    }

    private func decrypt(
        _ leaf: SopsLeaf, dataKey: SensitiveBytes, cipher: some DataCipher
    ) throws(SopsRefusal) -> SopsPlainValue {
        // SOPS leaves nothing and empty text as they are.
        if leaf.node.isNull { return .null }
        guard let text = leaf.node.string, !text.isEmpty else {
            if leaf.node.text?.isEmpty == true { return .string([]) }
            throw SopsRefusal(
                .sopsValue, "\(leaf.name) is not encrypted, and should be", leaf.node.range,
                help: "set it with the tool; treat what stands here as known", hidesText: true)
        }
        guard let value = SopsEncryptedValue(text) else {
            if SopsEncryptedValue.resembles(text) {
                throw SopsRefusal(.sopsValue, "\(leaf.name) is damaged: it is not an encrypted value in full", leaf.node.range)
            }
            throw SopsRefusal(
                .sopsValue, "\(leaf.name) is not encrypted, and should be", leaf.node.range,
                help: "set it with the tool; treat what stands here as known", hidesText: true)
        }
        guard value.kind != .comment, let plain = decrypt(value, keys: leaf.keys, dataKey: dataKey, cipher: cipher) else {
            throw SopsRefusal(
                .sopsValue, "\(leaf.name) cannot be decrypted: it was changed, renamed or moved", leaf.node.range)
        }
        guard let result = SopsPlainValue(plain, kind: value.kind) else {
            throw SopsRefusal(.sopsValue, "\(leaf.name) is not of the type \(value.kind.rawValue) that it names", leaf.node.range)
        }
        return result
    }

    private func decrypt(
        _ value: SopsEncryptedValue, keys: [String]?, additionalData: String = "", dataKey: SensitiveBytes, cipher: some DataCipher
    ) -> [UInt8]? {
        let additionalData = keys.map(Self.additionalData) ?? additionalData
        return cipher.open(
            value.ciphertext, tag: value.tag, key: dataKey, nonce: value.nonce, additionalData: Array(additionalData.utf8))
    }

    static func additionalData(_ keys: [String]) -> String { keys.joined(separator: ":") + ":" }

    /// SHA-512 over the values in order, as upper case hexadecimal text.
    func mac(of values: [OpenedSopsFile.Value], cipher: some DataCipher) -> [UInt8]? {
        // SHA-256 of "sops": so that the two kinds of MAC always differ.
        var bytes: [UInt8] = metadata.macOnlyEncrypted ? [
            0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
            0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
        ] : []
        for value in values where value.isEncrypted || !metadata.macOnlyEncrypted { bytes += value.value.encoded }
        let digits = Array("0123456789ABCDEF".utf8)
        defer { for i in bytes.indices { bytes[i] = 0 } }
        return cipher.sha512(bytes)?.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}

extension SopsPlainValue {
    /// What a value in the clear means to SOPS.
    init(written node: YAMLNode, format: SopsFormat) {
        if node.isNull {
            self = .null
        } else if let value = node.bool {
            self = .bool(value)
        } else if let value = node.integer {
            self = .integer(value)
        } else if let value = node.double {
            self = .float(value)
        } else {
            let text = node.text ?? ""
            let moment = format == .yaml && node.isPlain && node.tag == nil ? SopsPlainValue.time(text) : nil
            self = moment.map { .time($0) } ?? .string(Array(text.utf8))
        }
    }
}
