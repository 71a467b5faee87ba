/// 128 bits that tell contents apart which were not made to be confused: for caches, not for signatures.
package struct ContentDigest: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Half of it is as good as all.
    package func hash(into hasher: inout Hasher) { hasher.combine(low) }

    package init(_ bytes: ArraySlice<UInt8>) {
        var builder = ContentDigestBuilder()
        builder.add(bytes)
        self = builder.digest
    }
}

/// Makes one digest of several parts; where a part ends is part of it.
///
/// Two lanes, each folding the 128-bit product of a word and the lane's state, with different odd constants.
package struct ContentDigestBuilder: Sendable {
    private var a: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var b: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    package init() {}

    private mutating func mix(_ word: UInt64) {
        let p = (a ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        a = p.high ^ p.low &+ 0xE703_7ED1_A0B4_28DB
        let q = (b &+ word).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        b = (q.high &+ q.low) ^ 0x5899_65CC_7537_4CC3 ^ (word << 32 | word >> 32)
    }

    private mutating func mix(_ buffer: UnsafeRawBufferPointer) {
        mix(UInt64(buffer.count))
        var offset = 0
        while offset + 8 <= buffer.count {
            mix(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var last: UInt64 = 0
        while offset < buffer.count {
            last = last << 8 | UInt64(buffer[offset])
            offset += 1
        }
        mix(last)
    }

    package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { mix($0) } }
    package mutating func add(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { mix($0) } }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
    }

    package mutating func add(_ number: Int) { mix(UInt64(bitPattern: Int64(number))) }

    package mutating func add(_ digest: ContentDigest) {
        mix(digest.high)
        mix(digest.low)
    }

    package var digest: ContentDigest {
        var end = self
        end.mix(0x1D8E_4E27_C47D_124F)
        end.mix(a ^ b)
        return ContentDigest(high: end.a, low: end.b)
    }
}
