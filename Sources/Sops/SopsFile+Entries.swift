/// A value as it stands in a file, nothing decrypted.
package struct SopsEntry: Sendable {
    /// The names on the way down; the items of a list share those of the list.
    package let keys: [String]
    /// `ENC[...]`, or the value where it is written in clear.
    package let text: String
    package let isEncrypted: Bool
    package let isInList: Bool
}

extension SopsFile {
    /// All values in the order of the file: what can be told of it without a key.
    package var entries: [SopsEntry] {
        let isSelected = metadata.selection.matcher()
        return leaves.map {
            SopsEntry(keys: $0.keys, text: $0.node.written(in: bytes), isEncrypted: isSelected($0.keys), isInList: $0.isInList)
        }
    }
}

extension SopsFormat {
    /// By the end of a file's name; nil for the formats of SOPS that are not read here (dotenv, INI, binary).
    package init?(path: String) {
        switch path.split(separator: ".").last.map({ $0.lowercased() }) {
        case "yml", "yaml": self = .yaml
        case "json": self = .json
        default: return nil
        }
    }
}
