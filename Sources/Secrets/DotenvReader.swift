internal import Crypto
internal import Glibc
internal import Support

/// Lines `NAME=value`, as `docker --env-file`, GitLab and the dotenv libraries read them: comments and empty lines, `export`
/// before the name, `'...'` as it is, `"..."` with `\n \r \t \" \\ \$`, both over several lines.
enum DotenvReader {
    static func parse(_ text: SensitiveBytes) throws(SecretsError) -> [ImportedSecret] {
        try text.withBytes { (bytes) throws(SecretsError) in
            var reader = Reader(bytes: bytes)
            var found: [ImportedSecret] = []
            while let secret = try reader.next() { found.append(secret) }
            return found
        }
    }

    private struct Reader: ~Copyable {
        let bytes: UnsafeRawBufferPointer
        /// A file may hold more values than a process may have stretches of memory.
        var arena: SensitiveArena
        var position = 0
        var line = 1

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
            arena = SensitiveArena(capacity: bytes.count)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }

        private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func advance() {
            if byte == 0x0A { line += 1 }
            position += 1
        }

        private mutating func skip(_ characters: String) {
            while let byte, characters.utf8.contains(byte) { advance() }
        }

        private mutating func skipLine() {
            while let byte, byte != 0x0A { advance() }
        }

        private func failure(_ reason: String) -> SecretsError { SecretsError(.invalid, "line \(line): \(reason)") }

        mutating func next() throws(SecretsError) -> ImportedSecret? {
            while true {
                skip(" \t\r\n")
                guard byte == UInt8(ascii: "#") else { break }
                skipLine()
            }
            guard byte != nil else { return nil }
            var name = word()
            skip(" \t")
            if name == "export" {
                name = word()
                skip(" \t")
            }
            guard !name.isEmpty, byte == UInt8(ascii: "=") else { throw failure("it is not NAME=value") }
            advance()
            skip(" \t")
            var value: [UInt8] = []
            defer { value.withUnsafeMutableBytes { if let start = $0.baseAddress { explicit_bzero(start, $0.count) } } }
            switch byte {
            case UInt8(ascii: "'"): try quoted(into: &value, by: UInt8(ascii: "'"), escapes: false)
            case UInt8(ascii: "\""): try quoted(into: &value, by: UInt8(ascii: "\""), escapes: true)
            default:
                while let byte, byte != 0x0A {
                    // A comment begins behind a blank.
                    if byte == UInt8(ascii: "#"), position > 0, " \t".utf8.contains(bytes[position - 1]) { skipLine(); break }
                    value.append(byte)
                    advance()
                }
                while let last = value.last, " \t\r".utf8.contains(last) { value.removeLast() }
            }
            guard String(validating: value, as: UTF8.self) != nil else { throw failure("the value of '\(name)' is not text in UTF-8") }
            return ImportedSecret(name: name, value: arena.copy(value))
        }

        private mutating func word() -> String {
            let start = position
            while let byte, (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "_-.".utf8.contains(byte) { advance() }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private mutating func quoted(into value: inout [UInt8], by quote: UInt8, escapes: Bool) throws(SecretsError) {
            let start = line
            advance()
            while let byte, byte != quote {
                if escapes, byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
                    advance()
                    switch self.byte {
                    case UInt8(ascii: "n"): value.append(0x0A)
                    case UInt8(ascii: "r"): value.append(0x0D)
                    case UInt8(ascii: "t"): value.append(0x09)
                    case UInt8(ascii: "\"")?, UInt8(ascii: "\\")?, UInt8(ascii: "$")?: value.append(self.byte ?? 0)
                    default:
                        value.append(UInt8(ascii: "\\"))
                        value.append(self.byte ?? 0)
                    }
                } else {
                    value.append(byte)
                }
                advance()
            }
            guard byte == quote else {
                line = start
                throw failure("the quoted value is not closed")
            }
            advance()
            skip(" \t\r")
            if byte == UInt8(ascii: "#") { skipLine() }
            guard byte == nil || byte == 0x0A else { throw failure("something follows the quoted value") }
        }
    }
}
