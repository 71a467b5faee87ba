internal import Crypto

/// Binds the whole text of a file, which the MAC of SOPS does not: white space, comments and names over values in the clear, the
/// keys of other recipients. The nonce of `sops.mac`, which may be any 32 bytes, is a code over the text, and `sops.version` says
/// so in its build metadata: `3.10.0+pipectl`. SOPS reads such a file as any other, and writes its own version when it changes one.
enum SopsTextCode {
    static let mark = "+pipectl"

    /// HMAC-SHA256 over the text before and behind the value of `sops.mac`, with a NUL, which no text holds, in its place.
    static func nonce(
        before: ArraySlice<UInt8>, behind: ArraySlice<UInt8>, dataKey: SensitiveBytes
    ) throws(CryptoError) -> [UInt8] {
        let key = try Hash.sha256.derivedKey(from: dataKey, salt: [], info: "pipectl sops text")
        var text: [UInt8] = []
        text.reserveCapacity(before.count + behind.count + 1)
        text += before
        text.append(0)
        text += behind
        return try Hash.sha256.authenticationCode(of: text, key: key).withBytes { Array($0) }
    }

    /// `3.10.0`: three whole numbers, or two as in very old files.
    static func isPlainVersion(_ version: some StringProtocol) -> Bool {
        let parts = version.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (2...3).contains(parts.count) && parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) } && (part.count == 1 || part.first != UInt8(ascii: "0"))
        }
    }
}
