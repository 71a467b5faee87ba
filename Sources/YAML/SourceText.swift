internal import Diagnostics

/// The bytes of one file, known to be UTF-8 text, and the way from bytes and characters to lines and columns.
///
/// A byte order mark is no part of the first line.
struct SourceText: Sendable {
    let bytes: [UInt8]
    let lines: LineTable
    /// Byte offset of every 128th scalar of the content; empty where the content is ASCII.
    private let checkpoints: [UInt32]

    struct Flaw: Error {
        enum Kind { case control(UInt8), invalidUTF8, utf16 }
        let kind: Kind
        let position: SourcePosition
    }

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let checkpointDistance = 128

    init(_ bytes: [UInt8]) throws(Flaw) {
        if Self.looksLikeUTF16(bytes) { throw Flaw(kind: .utf16, position: .start) }
        let start = bytes.starts(with: Self.byteOrderMark) ? 3 : 0
        let scan = bytes.withUnsafeBufferPointer { Self.scan($0, from: start) }
        self.bytes = bytes
        lines = LineTable(starts: scan.lineStarts, of: bytes)
        if let flaw = scan.flaw {
            checkpoints = []
            let column = flaw.scalars + 1
            throw Flaw(
                kind: flaw.kind, position: SourcePosition(line: lines.count, column: column, offset: flaw.offset))
        }
        checkpoints = scan.isASCII ? [] : bytes.withUnsafeBufferPointer { Self.checkpoints($0, from: start) }
    }

    private static func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2 else { return false }
        return switch (bytes[0], bytes[1]) {
        case (0xFE, 0xFF), (0xFF, 0xFE): true
        case (0, 1...), (1..., 0): bytes.count % 2 == 0 && bytes.count >= 4 && (bytes[2] == 0) != (bytes[3] == 0)
        default: false
        }
    }

    private struct Scan {
        var lineStarts: [UInt32]
        var isASCII = true
        var flaw: (kind: Flaw.Kind, offset: Int, scalars: Int)?
    }

    private static func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Scan {
        var scan = Scan(lineStarts: [UInt32(start)])
        scan.lineStarts.reserveCapacity(bytes.count / 24)
        var i = start
        func fail(_ kind: Flaw.Kind) {
            let lineStart = Int(scan.lineStarts[scan.lineStarts.count - 1])
            scan.flaw = (kind, i, scalars(in: bytes[lineStart..<i]))
        }
        while i < bytes.count {
            let byte = bytes[i]
            if byte >= 0x20 && byte < 0x7F {
                i += 1
            } else if byte >= 0x80 {
                scan.isASCII = false
                let length = sequenceLength(bytes, at: i)
                if length == 0 { fail(.invalidUTF8); return scan }
                i += length
            } else if byte == 0x0A {
                i += 1
                scan.lineStarts.append(UInt32(i))
            } else if byte == 0x0D {
                i += i + 1 < bytes.count && bytes[i + 1] == 0x0A ? 2 : 1
                scan.lineStarts.append(UInt32(i))
            } else if byte == 0x09 {
                i += 1
            } else {
                fail(.control(byte))
                return scan
            }
        }
        return scan
    }

    /// Length of the well-formed sequence at `i` (Unicode standard, table 3-7), 0 where there is none.
    private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> Int {
        func at(_ k: Int) -> UInt8 { i + k < bytes.count ? bytes[i + k] : 0 }
        func continues(_ k: Int) -> Bool { at(k) & 0xC0 == 0x80 }
        switch bytes[i] {
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0: return (0xA0...0xBF).contains(at(1)) && continues(2) ? 3 : 0
        case 0xED: return (0x80...0x9F).contains(at(1)) && continues(2) ? 3 : 0
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
        case 0xF0: return (0x90...0xBF).contains(at(1)) && continues(2) && continues(3) ? 4 : 0
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
        case 0xF4: return (0x80...0x8F).contains(at(1)) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }

    private static func checkpoints(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> [UInt32] {
        var table: [UInt32] = []
        table.reserveCapacity((bytes.count - start) / checkpointDistance + 1)
        var scalars = 0
        for i in start..<bytes.count where bytes[i] & 0xC0 != 0x80 {
            if scalars % checkpointDistance == 0 { table.append(UInt32(i)) }
            scalars += 1
        }
        return table
    }

    private static func scalars(in bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }

    /// 3 where the file begins with a byte order mark, else 0.
    var contentStart: Int { lines.contentStart }

    /// Byte offset of the content's scalar number `index`, counted from 0 as libyaml's marks do.
    func offset(ofScalar index: Int) -> Int {
        if checkpoints.isEmpty { return min(contentStart + index, bytes.count) }
        let checkpoint = index / Self.checkpointDistance
        guard checkpoint < checkpoints.count else { return bytes.count }
        var offset = Int(checkpoints[checkpoint])
        var remaining = index % Self.checkpointDistance
        while remaining > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            remaining -= 1
        }
        return offset
    }

    func position(ofOffset offset: Int) -> SourcePosition {
        guard checkpoints.isEmpty else { return lines.position(ofOffset: offset, in: bytes) }
        let offset = max(min(offset, bytes.count), contentStart)
        let line = lines.line(ofOffset: offset)
        return SourcePosition(line: line + 1, column: offset - lines.start(ofLine: line) + 1, offset: offset)
    }

    func position(ofScalar index: Int) -> SourcePosition { position(ofOffset: offset(ofScalar: index)) }
}
