package import Crypto
package import Diagnostics

/// A value as it stands in a file, nothing decrypted.
package struct SopsWrittenValue: Sendable {
    /// The names on the way down; the items of a list share those of the list.
    package let keys: [String]
    package let isEncrypted: Bool
    package let isInList: Bool
    let node: SopsNode
    let bytes: [UInt8]

    /// `ENC[...]`, or the value where it is written in clear.
    package var text: String { node.text(in: bytes) ?? String(decoding: bytes[node.place], as: UTF8.self) }
    /// As it stands in the file, with quotes.
    package var written: ArraySlice<UInt8> { bytes[node.place] }
}

extension SopsFile {
    /// All values in the order of the file, which is that of an opened file's values: what can be told of it without a key.
    package var writtenValues: [SopsWrittenValue] {
        let isSelected = metadata.selection.matcher()
        return leaves.map { SopsWrittenValue(keys: $0.keys, isEncrypted: isSelected($0.keys), isInList: $0.isInList, node: $0.node, bytes: bytes) }
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
