internal import CGit2
internal import Support

/// Name of a commit, tree or file: the SHA-1 of its kind, size and content.
package struct GitObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
    // Its twenty bytes, the first ones highest.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt32

    /// Twenty bytes.
    package init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 20, "an id has 20 bytes")
        first = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        second = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        third = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    }

    /// Forty hexadecimal digits.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 40 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 20)
        for (place, digit) in digits.enumerated() {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            bytes[place / 2] = bytes[place / 2] << 4 | UInt8(value)
        }
        self = bytes.withUnsafeBytes { GitObjectID(bytes: $0) }
    }

    init(_ id: git_oid) { self = withUnsafeBytes(of: id) { GitObjectID(bytes: $0) } }

    /// Twenty bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: oid) { Array($0) } }

    var oid: git_oid {
        var id = git_oid()
        withUnsafeMutableBytes(of: &id) { bytes in
            bytes.storeBytes(of: first.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return id
    }

    package static func < (a: Self, b: Self) -> Bool { (a.first, a.second, a.third) < (b.first, b.second, b.third) }

    /// Forty hexadecimal digits.
    package var description: String { Hexadecimal.text(first) + Hexadecimal.text(second) + Hexadecimal.text(UInt64(third), bits: 32) }

    /// As people write it.
    package var short: String { String(description.prefix(10)) }
}
