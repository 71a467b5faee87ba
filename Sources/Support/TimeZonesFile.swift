extension TimeZoneRules {
    /// Reads a compiled zone, version 2 or later (RFC 8536): the 64-bit block and the footer.
    init(name: String, compiled bytes: [UInt8]) throws(TimeZoneError) {
        var reader = CompiledZoneReader(name: name, bytes: bytes)
        let first = try reader.header()
        guard first.version >= UInt8(ascii: "2") else { throw .malformed(name, reason: "it is of version 1") }
        try reader.skip(first.blockLength(timeSize: 4))
        let header = try reader.header()
        guard header.leapCount == 0 else { throw .malformed(name, reason: "it counts leap seconds") }
        guard header.typeCount > 0 else { throw .malformed(name, reason: "it has no offsets") }

        var times: [Int64] = []
        for _ in 0..<header.timeCount { times.append(Int64(bitPattern: try reader.unsigned(8))) }
        var types: [Int] = []
        for _ in 0..<header.timeCount { types.append(Int(try reader.unsigned(1))) }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            offsets.append(Int(Int32(bitPattern: UInt32(try reader.unsigned(4)))))
            try reader.skip(2)
        }
        guard types.allSatisfy({ $0 < offsets.count }) else { throw .malformed(name, reason: "an offset is missing") }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .malformed(name, reason: "its transitions are out of order")
        }
        try reader.skip(header.characterCount + header.standardCount + header.universalCount)
        let footer = try reader.footer()

        self.name = name
        transitions = zip(times, types).map { (at: $0, offset: offsets[$1]) }
        initialOffset = offsets[0]
        if footer.isEmpty {
            afterwards = nil
        } else {
            guard let rule = PosixTimeZone(footer) else { throw .malformed(name, reason: "its last rule is unreadable") }
            afterwards = rule
        }
    }
}

private struct CompiledZoneReader {
    struct Header {
        let version: UInt8
        let universalCount, standardCount, leapCount, timeCount, typeCount, characterCount: Int

        func blockLength(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + universalCount
        }
    }

    let name: String
    let bytes: [UInt8]
    var position = 0

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    mutating func header() throws(TimeZoneError) -> Header {
        guard position + 44 <= bytes.count, bytes[position..<position + 4].elementsEqual("TZif".utf8) else {
            throw .malformed(name, reason: "it does not begin as it should")
        }
        let version = bytes[position + 4]
        position += 20
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try unsigned(4))) }
        return Header(
            version: version, universalCount: counts[0], standardCount: counts[1], leapCount: counts[2],
            timeCount: counts[3], typeCount: counts[4], characterCount: counts[5])
    }

    /// A big-endian number of so many bytes.
    mutating func unsigned(_ size: Int) throws(TimeZoneError) -> UInt64 {
        try need(size)
        var value: UInt64 = 0
        for byte in bytes[position..<position + size] { value = value << 8 | UInt64(byte) }
        position += size
        return value
    }

    mutating func skip(_ count: Int) throws(TimeZoneError) {
        try need(count)
        position += count
    }

    private func need(_ count: Int) throws(TimeZoneError) {
        guard count <= bytes.count - position else { throw .malformed(name, reason: "it ends too early") }
    }

    /// The rule between the two newlines at the end of the file.
    mutating func footer() throws(TimeZoneError) -> String {
        try need(2)
        guard bytes[position] == 0x0A, bytes.last == 0x0A else { throw .malformed(name, reason: "it has no last rule") }
        return String(decoding: bytes[(position + 1)..<(bytes.count - 1)], as: UTF8.self)
    }
}
