internal import Glibc

/// Bytes nobody else may see: a key, a passphrase, a plaintext. Their memory is kept out of swap and of core dumps where the
/// system allows it, and is cleared when the last owner goes. They never show in a description, a dump or an encoding. Filled
/// once, then constant.
package struct SensitiveBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let count: Int
    private let start: Int
    private let region: SensitiveRegion

    init(region: SensitiveRegion, start: Int, count: Int) {
        self.region = region
        self.start = start
        self.count = count
    }

    /// As many bytes as said, all zero until `fill` has written them, in pages of their own.
    package init<E: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        precondition(count >= 0)
        let region = SensitiveRegion(atLeast: count)
        try fill(UnsafeMutableRawBufferPointer(rebasing: region.memory[..<count]))
        self.init(region: region, start: 0, count: count)
    }

    /// Takes the bytes over, and clears the array they were in.
    package init(taking bytes: inout [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
        bytes.withUnsafeMutableBytes { explicit_bzero($0.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!, $0.count) }
        bytes = []
    }

    /// Copies the bytes; where they came from, they stay.
    package init(_ bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// The pointer is good in the closure only.
    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        // In two steps, so that the owner outlives the use of its memory.
        defer { withExtendedLifetime(region) {} }
        return try body(UnsafeRawBufferPointer(rebasing: region.memory[start..<start + count]))
    }

    /// Whether both hold the same bytes, in a time that tells only whether the counts differ.
    package func equals(_ other: SensitiveBytes) throws(CryptoError) -> Bool {
        try withBytes { (one) throws(CryptoError) in
            try other.withBytes { (two) throws(CryptoError) in try ConstantTime.equal(one, two) }
        }
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SensitiveBytes: Hashable {
    /// Looks at every byte wherever the first difference is.
    package static func == (one: Self, two: Self) -> Bool {
        guard one.count == two.count else { return false }
        return one.withBytes { first in two.withBytes { second in zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0 } }
    }

    package func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}
