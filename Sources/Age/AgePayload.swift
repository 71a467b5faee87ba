internal import Crypto

/// The encrypted body (C2SP age, "Payload"): chunks of 64 KiB, each sealed with its number and whether it is the last.
enum AgePayload {
    static let chunkCount = 65536
    static let nonceCount = 16
    private static let sealedCount = chunkCount + AuthenticatedCipher.tagCount

    private static func key(_ fileKey: SensitiveBytes, _ nonce: [UInt8]) throws(CryptoError) -> SensitiveBytes {
        try Hash.sha256.derivedKey(from: fileKey, salt: nonce, info: "payload")
    }

    /// A counter of eleven bytes, and a byte that marks the last chunk.
    private static func nonce(_ chunk: Int, isLast: Bool) -> [UInt8] {
        [0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: chunk >> (8 * (7 - $0))) } + [isLast ? 1 : 0]
    }

    /// How many chunks so many bytes make; an empty payload is one empty chunk, and no other chunk is empty.
    private static func chunks(_ count: Int, of size: Int) -> Int { max(1, (count + size - 1) / size) }

    static func seal(_ plaintext: SensitiveBytes, fileKey: SensitiveBytes) throws(CryptoError) -> [UInt8] {
        let nonce = try RandomBytes.visible(count: nonceCount)
        let key = try key(fileKey, nonce)
        let chunks = chunks(plaintext.count, of: chunkCount)
        let count = plaintext.count + chunks * AuthenticatedCipher.tagCount
        return try plaintext.withBytes { (plaintext) throws(CryptoError) in
            // Public once it is full; SensitiveBytes is memory that a throwing closure can fill.
            let sealed = try SensitiveBytes(count: count) { (sealed) throws(CryptoError) in
                for chunk in 0..<chunks {
                    let (start, place) = (chunk * chunkCount, chunk * sealedCount)
                    let end = min(start + chunkCount, plaintext.count)
                    try AuthenticatedCipher.chaCha20Poly1305.seal(
                        UnsafeRawBufferPointer(rebasing: plaintext[start..<end]), key: key,
                        nonce: Self.nonce(chunk, isLast: chunk == chunks - 1),
                        into: UnsafeMutableRawBufferPointer(rebasing: sealed[place..<min(place + sealedCount, sealed.count)]))
                }
            }
            return nonce + sealed.withBytes { Array($0) }
        }
    }

    /// The whole plaintext or nothing: no byte is given out before the last chunk was found authentic.
    static func open(_ payload: ArraySlice<UInt8>, fileKey: SensitiveBytes) throws(AgeError) -> SensitiveBytes {
        // The format's vectors count the nonce as a part of the header.
        guard payload.count >= nonceCount else { throw AgeHeader.failure("the file is cut off") }
        let sealed = payload.dropFirst(nonceCount)
        let chunks = chunks(sealed.count, of: sealedCount)
        let count = sealed.count - chunks * AuthenticatedCipher.tagCount
        let last = sealed.count - (chunks - 1) * sealedCount
        guard last >= AuthenticatedCipher.tagCount else { throw failure("the payload is cut off") }
        guard chunks == 1 || last > AuthenticatedCipher.tagCount else { throw failure("the last chunk of the payload is empty") }
        do throws(CryptoError) {
            let key = try key(fileKey, Array(payload.prefix(nonceCount)))
            return try SensitiveBytes(count: count) { (plaintext) throws(CryptoError) in
                for chunk in 0..<chunks {
                    let (start, place) = (chunk * chunkCount, sealed.startIndex + chunk * sealedCount)
                    try AuthenticatedCipher.chaCha20Poly1305.open(
                        sealed[place..<min(place + sealedCount, sealed.endIndex)], key: key,
                        nonce: nonce(chunk, isLast: chunk == chunks - 1),
                        into: UnsafeMutableRawBufferPointer(rebasing: plaintext[start..<min(start + chunkCount, count)]))
                }
            }
        } catch {
            guard error.kind == .notAuthentic else { throw AgeError(error) }
            throw failure("the payload was changed, cut off or extended")
        }
    }

    private static func failure(_ message: String) -> AgeError { AgeError(.payload, message) }
}
