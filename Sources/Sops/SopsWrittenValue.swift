package import Crypto
package import Diagnostics

/// A value as it stands in a file, nothing decrypted.
package struct SopsWrittenValue: Sendable {
    /// The names on the way down; the items of a list share those of the list.
    package let keys: [String]
    /// `ENC[...]`, or the value where it is written in clear.
    package let text: String
    package let isEncrypted: Bool
    package let isInList: Bool

    package init(keys: [String], text: String, isEncrypted: Bool, isInList: Bool) {
        self.keys = keys
        self.text = text
        self.isEncrypted = isEncrypted
        self.isInList = isInList
    }
}

extension SopsFile {
    /// All values in the order of the file: what can be told of it without a key.
    package var writtenValues: [SopsWrittenValue] {
        let isSelected = metadata.selection.matcher()
        return leaves.map { leaf in
            let text = leaf.node.text(in: bytes) ?? String(decoding: bytes[leaf.node.place], as: UTF8.self)
            return SopsWrittenValue(keys: leaf.keys, text: text, isEncrypted: isSelected(leaf.keys), isInList: leaf.isInList)
        }
    }
}

extension SopsPlainValue {
    /// As text: what SOPS encrypts of it.
    package var sensitiveText: SensitiveBytes {
        switch self {
        case .string(let bytes), .bytes(let bytes): bytes
        default: encoded
        }
    }
}

extension SopsSelection {
    /// Whether the value at these keys is encrypted.
    package func encrypts(_ keys: [String]) -> Bool { matcher()(keys) }
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

extension SopsFile {
    /// Values in the clear that should not be: known without a key. Empty ones are left as they are, as SOPS does.
    package var unencryptedValues: [Diagnostic] {
        let isSelected = metadata.selection.matcher()
        return leaves.compactMap { leaf in
            guard isSelected(leaf.keys), !leaf.isEncrypted(in: bytes) else { return nil }
            return SopsRefusal.unencrypted(leaf.name, range(leaf.node.place)).diagnostic
        }
    }
}

extension SopsLeaf {
    fileprivate func isEncrypted(in bytes: [UInt8]) -> Bool {
        switch node.content {
        case .null: true
        case .string(let text): text.isEmpty || SopsEncryptedValue.resembles(text)
        case .verbatim: true
        default: false
        }
    }
}

extension SopsRefusal {
    static func unencrypted(_ name: String, _ range: SourceRange) -> SopsRefusal {
        SopsRefusal(
            .sopsValue, "\(name) is not encrypted, and should be", range, help: "set it with the tool; treat what stands here as known", hidesText: true)
    }
}
