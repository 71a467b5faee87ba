internal import Age
package import Crypto
package import Diagnostics

extension SopsFile {
    /// Opens the data key with the first recipient's key that fits, then the file.
    package func open(with unwrapper: some DataKeyUnwrapper) -> (opened: OpenedSopsFile?, diagnostics: [Diagnostic]) {
        for recipient in metadata.recipients {
            do throws(AgeError) {
                guard let key = try unwrapper.unwrap(recipient) else { continue }
                guard key.count == AuthenticatedCipher.keyCount else {
                    let message = "the data key for \(recipient.recipient) has \(key.count) bytes; a data key has \(AuthenticatedCipher.keyCount)"
                    return (nil, [Diagnostic(.sopsKey, message, at: SourceRange(path: path))])
                }
                return open(dataKey: key)
            } catch {
                let message = "the data key for \(recipient.recipient) cannot be opened: \(error.message)"
                return (nil, [Diagnostic(.sopsKey, message, at: SourceRange(path: path), help: error.help)])
            }
        }
        let names = metadata.recipients.map(\.recipient).joined(separator: ", ")
        let message = names.isEmpty
            ? "this file has no age recipient" : "no identity opens this file; it is encrypted for \(names)"
        let help = names.isEmpty ? nil : "give the identity of one of them, or have one of them add your recipient"
        return (nil, [Diagnostic(.sopsKey, message, at: SourceRange(path: path), help: help)])
    }

    /// Decrypts every value and comment, and compares the codes over all values and over the text. What is refused is named,
    /// none is shown.
    package func open(dataKey: SensitiveBytes) -> (opened: OpenedSopsFile?, diagnostics: [Diagnostic]) {
        do throws(CryptoError) {
            var opener = try SopsOpener(dataKey, capacity: bytes.count * 3 / 4)
            let (values, diagnostics) = try decrypt(with: &opener)
            guard diagnostics.isEmpty else { return (nil, diagnostics) }
            if let refusal = try refusal(of: values, dataKey: dataKey, with: &opener) { return (nil, [refusal]) }
            return (OpenedSopsFile(file: self, values: values, dataKey: dataKey), [])
        } catch {
            return (nil, [Diagnostic(.sopsKey, error.message, at: SourceRange(path: path), help: error.help)])
        }
    }

    /// Compares the MAC of SOPS, then the code over the text where there is one.
    private func refusal(
        of values: [OpenedSopsFile.Value], dataKey: SensitiveBytes, with opener: inout SopsOpener
    ) throws(CryptoError) -> Diagnostic? {
        guard let stored = try opener.open(metadata.mac, additionalData: metadata.lastModified) else {
            let message = "the code over all values cannot be decrypted: sops.mac or sops.lastmodified was changed"
            return Diagnostic(.sopsMAC, message, at: range(metadata.macNode.place), help: Self.restoring)
        }
        guard try stored.equals(SensitiveBytes(mac(of: values))) else {
            let message = "the code over all values does not fit: values were added, removed, reordered or changed"
            return Diagnostic(.sopsMAC, message, at: range(metadata.macNode.place), help: Self.restoring)
        }
        guard metadata.isTextBound else { return nil }
        if case .verbatim(let place) = metadata.macNode.content {
            let (before, behind) = (bytes[..<place.lowerBound], bytes[place.upperBound...])
            let nonce = try SopsTextCode.nonce(before: before, behind: behind, dataKey: dataKey)
            if try ConstantTime.equal(nonce, metadata.mac.nonce) { return nil }
        }
        let message = "the text of the file was changed since it was written"
        return Diagnostic(.sopsText, message, at: SourceRange(path: path), help: Self.restoring)
    }

    private static let restoring = "restore the file from git, and make the change with `pipectl secrets set` or `pipectl secrets edit`"

    /// Everything but the comparison of the codes.
    func decrypt(
        with opener: inout SopsOpener
    ) throws(CryptoError) -> (values: [OpenedSopsFile.Value], diagnostics: [Diagnostic]) {
        let isSelected = metadata.selection.matcher()
        var values: [OpenedSopsFile.Value] = []
        var diagnostics: [Diagnostic] = []
        values.reserveCapacity(leaves.count)
        for leaf in leaves {
            let isEncrypted = isSelected(leaf.keys)
            let value: SopsPlainValue
            if isEncrypted {
                switch try decrypted(leaf, with: &opener) {
                case .success(let plain): value = plain
                case .failure(let refusal):
                    diagnostics.append(refusal.diagnostic)
                    continue
                }
            } else {
                value = written(leaf.node, with: &opener)
            }
            values.append(OpenedSopsFile.Value(keys: leaf.keys, value: value, isEncrypted: isEncrypted, isInList: leaf.isInList))
        }
        for comment in comments where try opened(comment, with: &opener) == nil {
            diagnostics.append(Diagnostic(.sopsValue, "an encrypted comment was changed or moved", at: range(comment.place)))
        }
        return (values, diagnostics)
    }

    /// The text of a comment and whose it is; nil where no owner fits.
    func opened(
        _ comment: SopsComment, with opener: inout SopsOpener
    ) throws(CryptoError) -> (keys: [String], text: SensitiveBytes)? {
        guard let value = SopsEncryptedValue(comment.text), value.kind == .comment else { return nil }
        for keys in comment.owners {
            if let text = try opener.open(value, at: keys) { return (keys, text) }
        }
        return nil
    }

    private func decrypted(
        _ leaf: SopsLeaf, with opener: inout SopsOpener
    ) throws(CryptoError) -> Result<SopsPlainValue, SopsRefusal> {
        func refusal(_ message: String) -> SopsRefusal { SopsRefusal(.sopsValue, "\(leaf.name) \(message)", range(leaf.node.place)) }
        let value: SopsEncryptedValue?
        switch leaf.node.content {
        // SOPS leaves nothing and empty text as they are.
        case .null: return .success(.null)
        case .string(let text) where text.isEmpty: return .success(.string(opener.keep("")))
        case .string(let text) where SopsEncryptedValue.resembles(text): value = SopsEncryptedValue(text)
        case .verbatim(let place):
            value = bytes.withUnsafeBufferPointer { SopsEncryptedValue(UnsafeBufferPointer(rebasing: $0[place])) }
        default:
            return .failure(.unencrypted(leaf.name, range(leaf.node.place)))
        }
        guard let value else { return .failure(refusal("is damaged: it is not an encrypted value in full")) }
        guard value.kind != .comment, let bytes = try opener.open(value, at: leaf.keys) else {
            return .failure(refusal("cannot be decrypted: it was changed, renamed or moved"))
        }
        guard let plain = SopsPlainValue(bytes, kind: value.kind) else {
            return .failure(refusal("is not of the type \(value.kind.rawValue) that it names"))
        }
        return .success(plain)
    }

    /// What a value in the clear means to SOPS.
    private func written(_ node: SopsNode, with opener: inout SopsOpener) -> SopsPlainValue {
        switch node.content {
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .double(let value): .float(value)
        case .time(let text): .time(SopsPlainValue.time(text) ?? text)
        case .string, .verbatim: .string(opener.keep(node.text(in: bytes) ?? ""))
        case .null, .mapping, .sequence: .null
        }
    }

    /// SHA-512 over the values in order, as upper case hexadecimal text.
    func mac(of values: [OpenedSopsFile.Value]) throws(CryptoError) -> [UInt8] {
        let hash = try RunningHash(.sha512)
        if metadata.macOnlyEncrypted {
            try Self.macOnlyEncryptedStart.withUnsafeBufferPointer { (bytes) throws(CryptoError) in
                try hash.update(UnsafeRawBufferPointer(bytes))
            }
        }
        for value in values where value.isEncrypted || !metadata.macOnlyEncrypted {
            try value.value.withEncoded { (bytes) throws(CryptoError) in try hash.update(bytes) }
        }
        let digits = Array("0123456789ABCDEF".utf8)
        return try hash.digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// SHA-256 of "sops": so that the two kinds of MAC always differ.
    private static let macOnlyEncryptedStart: [UInt8] = [
        0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
        0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
    ]
}
