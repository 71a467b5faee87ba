internal import Glibc

/// Memory for bytes nobody else may see: kept out of swap and of core dumps where the system allows it, cleared before it is
/// given back. What is put in stays where it is. At the end of the process the kernel takes the pages, and clears them before
/// anyone gets them: there is no handler at exit, behind which a thread could still write unscrubbed text.
struct ScrubMemory: ~Copyable {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    private static let blockSize = 256 << 10

    deinit {
        for block in blocks {
            explicit_bzero(block.baseAddress!, block.count)
            munmap(block.baseAddress, block.count)
        }
    }

    mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        if blocks.isEmpty || blocks[blocks.count - 1].count - used < bytes.count { grow(for: bytes.count) }
        let room = UnsafeMutableRawBufferPointer(rebasing: blocks[blocks.count - 1][used..<used + bytes.count])
        room.copyMemory(from: UnsafeRawBufferPointer(bytes))
        used += bytes.count
        return UnsafeBufferPointer(room.bindMemory(to: UInt8.self))
    }

    private mutating func grow(for count: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = max(Self.blockSize, (count + page - 1) / page * page)
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED else {
            fatalError("out of memory")
        }
        // Best effort: an ordinary user may lock little memory.
        _ = mlock(start, size)
        _ = madvise(start, size, MADV_DONTDUMP)
        blocks.append(UnsafeMutableRawBufferPointer(start: start, count: size))
        used = 0
    }
}
