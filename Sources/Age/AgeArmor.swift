internal import Crypto

/// An age file as text (C2SP age, "ASCII armor"; RFC 7468, strict). Space before and after is allowed, and CRLF.
package enum AgeArmor {
    private static let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
    private static let end = "-----END AGE ENCRYPTED FILE-----"
    private static let width = 64

    package static func encode(_ file: [UInt8]) -> String {
        let text = Base64.padded.encode(file)
        var result = "\(begin)\n"
        for start in stride(from: 0, to: text.count, by: width) {
            result += String(decoding: text[start..<min(start + width, text.count)], as: UTF8.self) + "\n"
        }
        return result + "\(end)\n"
    }

    package static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        let space = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        guard let first = text.firstIndex(where: { !space.contains($0) }),
            let last = text.lastIndex(where: { !space.contains($0) })
        else { throw failure("there is no armored file") }
        var lines = text[first...last].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for place in lines.indices.dropLast() where lines[place].last == UInt8(ascii: "\r") { lines[place] = lines[place].dropLast() }
        guard lines[0].elementsEqual(begin.utf8) else { throw failure("the first line is not `\(begin)`") }
        guard lines.count > 1, lines[lines.count - 1].elementsEqual(end.utf8) else { throw failure("the last line is not `\(end)`") }
        var result: [UInt8] = []
        let body = lines[1..<(lines.count - 1)]
        for (place, line) in zip(body.indices, body) {
            let isLast = place == body.endIndex - 1
            guard isLast ? (1...width).contains(line.count) : line.count == width else {
                throw failure("line \(place + 1) has another length than the format demands")
            }
            // Padding belongs to the last line only.
            guard let bytes = Base64.padded.decode(line), isLast || bytes.count == width / 4 * 3 else {
                throw failure("line \(place + 1) is not base 64")
            }
            result += bytes
        }
        return result
    }

    private static func failure(_ message: String) -> AgeError { AgeError(.armor, "malformed armor: \(message)") }
}
