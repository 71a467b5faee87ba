internal import Support

/// Paths in the log are URIs ("The path is a URI as specified by RFC 2396").
enum FilePath {
    /// The file on disk: relative paths lie in the table's folder; `file:` URIs and absolute paths stand for themselves.
    /// Throws for other schemes.
    static func location(of path: String, in directory: String) throws(LakeError) -> String {
        var rest = path
        for scheme in ["file://localhost", "file://", "file:"] where rest.hasPrefix(scheme) {
            rest = String(rest.dropFirst(scheme.count))
            break
        }
        if rest == path, let colon = path.utf8.firstIndex(of: UInt8(ascii: ":")),
            path.utf8[path.utf8.index(after: colon)...].starts(with: "//".utf8)
        {
            throw LakeError(
                .unsupportedFeature("data files at \(path[..<colon])://"), "the data file \(path) is not on this machine")
        }
        return FileSystem.join(directory, decode(rest))
    }

    /// Undoes `%41`; a `%` that begins no such thing stays.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var i = 0
        while i < bytes.count {
            if bytes[i] == UInt8(ascii: "%"), i + 2 < bytes.count, let high = hex(bytes[i + 1]), let low = hex(bytes[i + 2]) {
                out.append(high << 4 | low)
                i += 3
            } else {
                out.append(bytes[i])
                i += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A key for a path that is equal only where the bytes are: Swift takes composed and decomposed letters for equal.
    static func key(_ path: String) -> String {
        guard path.utf8.contains(where: { $0 >= 0x80 }) else { return path }
        var out = ""
        for byte in path.utf8 {
            if byte < 0x80 { out.unicodeScalars.append(Unicode.Scalar(byte)) } else { out += "%" + String(byte, radix: 16) }
        }
        return out
    }

    /// The engine takes `*`, `?` and `[` in a file name for a pattern; in brackets each stands for itself.
    static func withoutPatterns(_ path: String) -> String {
        guard path.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") })
        else { return path }
        var out = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "*", "?", "[": out += "[\(scalar)]"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
