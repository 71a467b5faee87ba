/// Reads names as the engine's lexer does: words, quoted names, and what may stand between them.
struct NameReader {
    let bytes: [UInt8]
    var position: Int

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    mutating func skip(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        position += 1
        return true
    }

    /// Blanks and comments.
    mutating func skipBlanks() {
        while let byte {
            if byte <= 0x20 {
                position += 1
            } else if byte == UInt8(ascii: "-"), next == byte {
                while self.byte != nil, self.byte != 10 { position += 1 }
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                var depth = 0
                repeat {
                    if self.byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                        depth += 1
                        position += 2
                    } else if self.byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                        depth -= 1
                        position += 2
                    } else {
                        position += 1
                    }
                } while depth > 0 && position < bytes.count
            } else {
                return
            }
        }
    }

    mutating func part() -> String? {
        if skip(UInt8(ascii: "\"")) {
            var name: [UInt8] = []
            while let byte {
                position += 1
                if byte == UInt8(ascii: "\"") {
                    guard self.byte == byte else { return String(decoding: name, as: UTF8.self) }
                    position += 1
                }
                name.append(byte)
            }
            return nil
        }
        let start = position
        while let byte, byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) {
            position += 1
        }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
