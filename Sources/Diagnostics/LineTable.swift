/// Where the lines of a text begin. A line ends with LF, CRLF or a lone CR.
package struct LineTable: Sendable {
    /// Byte offsets of the first characters of the lines; the first one is behind a byte order mark.
    private let starts: [UInt32]
    private let size: Int
    /// Scalars before every `blockSize` bytes, so that a place in a very long line needs no counting from the line's start.
    /// Empty where no line is so long.
    private let scalarsBeforeBlock: [UInt32]

    private static let blockSize = 1024

    /// For text whose lines were found while it was read. `starts` is not empty.
    package init(starts: [UInt32], of bytes: [UInt8]) {
        self.starts = starts
        size = bytes.count
        let long = UInt32(4 * Self.blockSize)
        let hasLongLine = starts.indices.contains { ($0 + 1 < starts.count ? starts[$0 + 1] : UInt32(bytes.count)) - starts[$0] > long }
        scalarsBeforeBlock = hasLongLine ? Self.scalarsBeforeBlock(bytes) : []
    }

    package init(_ bytes: [UInt8]) {
        var starts: [UInt32] = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        bytes.withUnsafeBufferPointer { bytes in
            for i in bytes.indices {
                let isBreak = bytes[i] == 0x0A || (bytes[i] == 0x0D && !(i + 1 < bytes.count && bytes[i + 1] == 0x0A))
                if isBreak { starts.append(UInt32(i + 1)) }
            }
        }
        self.init(starts: starts, of: bytes)
    }

    private static func scalarsBeforeBlock(_ bytes: [UInt8]) -> [UInt32] {
        var table: [UInt32] = []
        table.reserveCapacity(bytes.count / blockSize + 1)
        var scalars: UInt32 = 0
        bytes.withUnsafeBufferPointer { bytes in
            for i in bytes.indices {
                if i % blockSize == 0 { table.append(scalars) }
                if bytes[i] & 0xC0 != 0x80 { scalars += 1 }
            }
        }
        return table
    }

    private static func scalars(in range: Range<Int>, of bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            bytes[range].reduce(into: 0) { if $1 & 0xC0 != 0x80 { $0 += 1 } }
        }
    }

    private func scalars(before offset: Int, in bytes: [UInt8]) -> Int {
        let block = min(offset / Self.blockSize, scalarsBeforeBlock.count - 1)
        return Int(scalarsBeforeBlock[block]) + Self.scalars(in: block * Self.blockSize..<offset, of: bytes)
    }

    package var count: Int { starts.count }
    package var contentStart: Int { Int(starts[0]) }

    /// Number of the line, from 0, that has this byte.
    package func line(ofOffset offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low
    }

    package func start(ofLine line: Int) -> Int { Int(starts[line]) }

    /// The bytes of a line, counted from 0, without its line break.
    package func content(ofLine line: Int, in bytes: [UInt8]) -> Range<Int> {
        let start = Int(starts[line])
        var end = line + 1 < starts.count ? Int(starts[line + 1]) : size
        if line + 1 < starts.count {
            while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        }
        return start..<end
    }

    /// Line and column of a byte, brought into the text where it is outside.
    package func position(ofOffset offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let offset = max(min(offset, size), contentStart)
        let line = line(ofOffset: offset)
        let start = Int(starts[line])
        let isFar = offset - start > 2 * Self.blockSize && !scalarsBeforeBlock.isEmpty
        let column =
            isFar ? scalars(before: offset, in: bytes) - scalars(before: start, in: bytes) : Self.scalars(in: start..<offset, of: bytes)
        return SourcePosition(line: line + 1, column: column + 1, offset: offset)
    }
}
