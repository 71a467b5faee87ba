internal import Crypto
package import Diagnostics

/// A file whose values were decrypted and whose MAC fits.
package struct OpenedSopsFile: Sendable {
    package struct Value: Sendable {
        /// The names on the way down; the items of a list share those of the list.
        package let keys: [String]
        package let value: SopsPlainValue
        package let isEncrypted: Bool
        /// One of a list's items, or below one.
        package let isInList: Bool
    }

    package let file: SopsFile
    /// In the order of the file.
    package let values: [Value]
    let dataKey: SensitiveBytes

    /// The value with these keys, looked for one by one.
    package subscript(keys: [String]) -> SopsPlainValue? { values.first { SopsKeys($0.keys) == SopsKeys(keys) }?.value }

    /// Where the value with that number in `values` stands.
    package func range(ofValue index: Int) -> SourceRange { file.range(file.leaves[index].node.place) }
}

/// Names that are equal where their bytes are.
struct SopsKeys: Hashable {
    let keys: [String]

    init(_ keys: [String]) { self.keys = keys }

    static func == (one: Self, two: Self) -> Bool {
        one.keys.count == two.keys.count && zip(one.keys, two.keys).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(keys.count)
        for key in keys {
            var key = key
            key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
