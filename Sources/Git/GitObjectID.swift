internal import CGit2

/// Name of a commit, tree or file: the SHA-1 of its content.
package struct GitObjectID: Sendable, Hashable, CustomStringConvertible {
    /// Twenty bytes.
    package let bytes: [UInt8]

    init(_ id: git_oid) { bytes = withUnsafeBytes(of: id) { Array($0) } }

    var oid: git_oid {
        var id = git_oid()
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: bytes) }
        return id
    }

    /// Forty hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
