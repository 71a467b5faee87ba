internal import Crypto
internal import Support

extension SopsFile {
    static func reread(_ bytes: [UInt8], path: String, format: SopsFormat) throws(SopsError) -> SopsFile {
        let (result, diagnostics) = read(bytes, path: path, format: format)
        guard let result else { throw .rejected(diagnostics) }
        return result
    }

    /// With the time, the code over all values and the code over the text anew; read back and found to fit.
    func sealed(
        values: [OpenedSopsFile.Value], dataKey: SensitiveBytes, at now: Instant
    ) throws(SopsError) -> OpenedSopsFile {
        let moment = String(now.description.prefix(19)) + "Z"
        var edits = [replacement(of: metadata.lastModifiedPlace, with: moment)]
        if let version = metadata.version, let node = metadata.versionNode, !metadata.isTextBound {
            edits.append(replacement(of: node.place, with: version + SopsTextCode.mark))
        }
        // The place of the code over all values is left empty until the rest of the text is known.
        let macPlace: Range<Int>
        if case .verbatim(let place) = metadata.macNode.content {
            macPlace = place
            edits.append(SopsTextEdit(place: place, text: ""))
        } else {
            throw .cannotEdit(["sops", "mac"], reason: "it is written in a form that SOPS does not use")
        }
        let moved = edits.filter { $0.place.lowerBound < macPlace.lowerBound }.reduce(0) { $0 + $1.text.utf8.count - $1.place.count }
        let text = SopsTextEdit.applied(edits, to: bytes)
        let start = macPlace.lowerBound + moved
        let mac = try crypto { () throws(CryptoError) in
            let nonce = metadata.version == nil
                ? try RandomBytes.visible(count: SopsEncryptedValue.nonceSize)
                : try SopsTextCode.nonce(before: text[..<start], behind: text[start...], dataKey: dataKey)
            var sealer = try SopsSealer(dataKey)
            let code = SopsPlainValue.string(SensitiveBytes(try self.mac(of: values)))
            return try sealer.seal(code, kind: .string, data: Array(moment.utf8), nonce: nonce)
        }
        let result = Array(text[..<start]) + Array(mac.utf8) + text[start...]
        let (opened, problems) = try Self.reread(result, path: path, format: format).open(dataKey: dataKey)
        guard let opened else { throw .rejected(problems) }
        return opened
    }

    /// A text without special characters in the quotes of what it replaces.
    func replacement(of place: Range<Int>, with text: String) -> SopsTextEdit {
        SopsTextEdit(place: place, text: SopsText.replacement(text, for: bytes[place]))
    }
}
