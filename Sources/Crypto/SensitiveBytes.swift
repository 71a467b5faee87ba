internal import Glibc

/// Bytes nobody else may see: a key, a passphrase, a plaintext. They have memory pages of their own, which are kept out of swap
/// and of core dumps where the system allows it, and are cleared when the last owner goes. They never show in a description, a
/// dump or an encoding. Filled once, then constant.
package final class SensitiveBytes: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let count: Int
    private let memory: UnsafeMutableRawBufferPointer

    /// As many bytes as said, all zero until `fill` has written them.
    package init<E: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        precondition(count >= 0)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = max(1, (count + page - 1) / page) * page
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED else {
            fatalError("out of memory")
        }
        // Best effort: an ordinary user may lock little memory, and a secret in swap is better than no secret.
        _ = mlock(start, size)
        _ = madvise(start, size, MADV_DONTDUMP)
        self.count = count
        memory = UnsafeMutableRawBufferPointer(start: start, count: size)
        // Every stored property is set, so a throw from here runs deinit.
        try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Takes the bytes over, and clears the array they were in.
    package convenience init(taking bytes: inout [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
        bytes.withUnsafeMutableBytes { explicit_bzero($0.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!, $0.count) }
        bytes = []
    }

    /// Copies the bytes; where they came from, they stay.
    package convenience init(_ bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    deinit {
        explicit_bzero(memory.baseAddress!, memory.count)
        munmap(memory.baseAddress, memory.count)
    }

    /// The pointer is good in the closure only.
    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        // In two steps, so that the owner outlives the use of its memory.
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
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
