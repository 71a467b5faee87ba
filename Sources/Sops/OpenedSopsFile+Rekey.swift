package import Age
internal import Crypto
package import Support

extension OpenedSopsFile {
    /// With a new data key, for these recipients only: every value and comment is encrypted anew, the text is otherwise as it was.
    package func rekeyed(to recipients: [AgeRecipient], at now: Instant) throws(SopsError) -> OpenedSopsFile {
        guard file.metadata.otherKeys.isEmpty else {
            throw .cannotRekey(reason: "the file is encrypted with \(file.metadata.otherKeys.joined(separator: ", ")) too; `sops rotate` can do it")
        }
        let newKey = try crypto { () throws(CryptoError) in try RandomBytes.secret(count: AuthenticatedCipher.keyCount) }
        let list = try ageList()
        var editor = SopsEditor(file: file)
        editor.add(Self.edit(replacing: list, with: try SopsKeyList.wrapped(newKey, for: recipients), in: file, editor))
        do throws(CryptoError) {
            var sealer = try SopsSealer(newKey)
            for (leaf, value) in zip(file.leaves, values) where value.isEncrypted && !value.value.isEmpty {
                editor.replace(leaf.node, with: try sealer.seal(value.value, at: leaf.keys))
            }
            var opener = try SopsOpener(dataKey, capacity: 0)
            for comment in file.comments {
                guard let (keys, text) = try file.opened(comment, with: &opener) else { preconditionFailure("it was opened before") }
                editor.add(SopsTextEdit(place: comment.place, text: try sealer.seal(.string(text), kind: .comment, at: keys)))
            }
        } catch {
            throw .crypto(error)
        }
        return try changed(to: editor.bytes, dataKey: newKey, at: now)
    }

    /// With more recipients for the same data key: only their list, `lastmodified` and `mac` change.
    package func adding(recipients: [AgeRecipient], at now: Instant) throws(SopsError) -> OpenedSopsFile {
        let known = Set(file.metadata.recipients.map(\.recipient))
        if let double = recipients.first(where: { known.contains("\($0)") }) {
            throw .cannotRekey(reason: "\(double) is a recipient already")
        }
        let list = try ageList()
        let keys = try SopsKeyList.wrapped(dataKey, for: recipients)
        var editor = SopsEditor(file: file)
        editor.add(Self.edit(adding: keys, to: list, in: file, editor))
        return try changed(to: editor.bytes, at: now)
    }

    private func ageList() throws(SopsError) -> SopsNode {
        guard let node = file.metadata.ageNode, !node.items.isEmpty else {
            throw .cannotRekey(reason: "the file has no list of age recipients")
        }
        return node
    }

    private static func isFlow(_ list: SopsNode, in file: SopsFile) -> Bool { file.bytes[list.place.lowerBound] == UInt8(ascii: "[") }

    private static func edit(
        replacing list: SopsNode, with keys: [SopsRecipientKey], in file: SopsFile, _ editor: SopsEditor
    ) -> SopsTextEdit {
        let start = list.place.lowerBound
        if isFlow(list, in: file) {
            let space = editor.spaces(before: list.items[0].place.lowerBound)
            let text = keys.map { space + SopsKeyList.flow($0) }.joined(separator: ",")
            return SopsTextEdit(place: start..<list.place.upperBound, text: "[\(text)\(editor.spaces(before: list.place.upperBound - 1))]")
        }
        let line = editor.lineStart(start)
        let text = keys.map { SopsKeyList.block($0, column: start - line) }.joined(separator: "\n")
        return SopsTextEdit(place: line..<editor.lineEnd(list.place.upperBound), text: text + "\n")
    }

    private static func edit(
        adding keys: [SopsRecipientKey], to list: SopsNode, in file: SopsFile, _ editor: SopsEditor
    ) -> SopsTextEdit {
        if isFlow(list, in: file) {
            let last = list.items[list.items.count - 1]
            let space = editor.spaces(before: last.place.lowerBound)
            let text = keys.map { "," + space + SopsKeyList.flow($0) }.joined()
            return SopsTextEdit(place: last.place.upperBound..<last.place.upperBound, text: text)
        }
        let start = list.place.lowerBound
        let text = keys.map { SopsKeyList.block($0, column: start - editor.lineStart(start)) + "\n" }.joined()
        let end = editor.lineEnd(list.place.upperBound)
        let isOpen = file.bytes[end - 1] != 0x0A
        return SopsTextEdit(place: end..<end, text: (isOpen ? "\n" : "") + text)
    }
}
