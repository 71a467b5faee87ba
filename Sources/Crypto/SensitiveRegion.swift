internal import Glibc

/// Memory pages for secrets: kept out of swap and of core dumps where the system allows it, cleared when the last owner goes.
final class SensitiveRegion: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer

    /// All zero.
    init(atLeast count: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = max(1, (count + page - 1) / page) * page
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED else {
            fatalError("out of memory")
        }
        // Best effort: an ordinary user may lock little memory, and a secret in swap is better than no secret.
        _ = mlock(start, size)
        _ = madvise(start, size, MADV_DONTDUMP)
        memory = UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    deinit {
        explicit_bzero(memory.baseAddress!, memory.count)
        munmap(memory.baseAddress, memory.count)
    }
}

/// Room for many secrets that live about as long as one another: they share pages, and the last of them frees these.
package struct SensitiveArena: ~Copyable {
    private var region: SensitiveRegion
    private var used = 0

    /// - Parameter capacity: bytes that are wanted in all, as far as known; more are found when needed.
    package init(capacity: Int) { region = SensitiveRegion(atLeast: capacity) }

    /// As many bytes as said, all zero until `fill` has written them.
    package mutating func bytes<E: Error>(
        count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) -> SensitiveBytes {
        precondition(count >= 0)
        if region.memory.count - used < count {
            region = SensitiveRegion(atLeast: max(count, 1 << 16))
            used = 0
        }
        let start = used
        used += count
        try fill(UnsafeMutableRawBufferPointer(rebasing: region.memory[start..<start + count]))
        return SensitiveBytes(region: region, start: start, count: count)
    }

    /// Copies the bytes; where they came from, they stay.
    package mutating func copy(_ bytes: some Collection<UInt8>) -> SensitiveBytes {
        self.bytes(count: bytes.count) { $0.copyBytes(from: bytes) }
    }
}
