internal import Support

/// Lines `Key: value` at the end of a message, as `git interpret-trailers` reads them.
package struct GitTrailer: Sendable, Hashable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

package enum GitMessage {
    /// A message with trailers at its end; they join those that are there.
    package static func text(_ body: String, trailers: [GitTrailer]) throws(GitError) -> String {
        for trailer in trailers {
            guard isKey(trailer.key) else { throw GitError(.invalid, "\"\(trailer.key)\" cannot be the key of a trailer: letters, digits and -") }
            guard !trailer.value.isEmpty, !trailer.value.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }),
                trailer.value.first != " ", trailer.value.last != " "
            else { throw GitError(.invalid, "the value of the trailer \(trailer.key) is not one line of text") }
        }
        guard !body.utf8.contains(0) else { throw GitError(.invalid, "a commit's message holds a zero byte") }
        var lines = body.textLines.map { line in
            String(line.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
        }
        while lines.last == "" { lines.removeLast() }
        lines = Array(lines.drop { $0 == "" })
        guard !lines.isEmpty else { throw GitError(.invalid, "a commit needs a message") }
        if !trailers.isEmpty {
            if block(lines) == nil { lines.append("") }
            lines += trailers.map { "\($0.key): \($0.value)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The trailers of a message: its last paragraph, where that is no subject and every line of it is one.
    package static func trailers(of message: String) -> [GitTrailer] {
        var lines = message.textLines
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return block(lines) ?? []
    }

    private static func block(_ lines: [String]) -> [GitTrailer]? {
        guard let start = lines.lastIndex(where: { $0.allSatisfy(\.isWhitespace) }) else { return nil }
        var trailers: [GitTrailer] = []
        for line in lines[(start + 1)...] {
            if let last = trailers.last, line.first == " " || line.first == "\t" {
                // Continued: git joins the lines with one space.
                trailers[trailers.count - 1] = GitTrailer(last.key, last.value + " " + trimmed(line))
                continue
            }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let key = String(line[..<colon])
            guard isKey(key) else { return nil }
            trailers.append(GitTrailer(key, trimmed(String(line[line.index(after: colon)...]))))
        }
        return trailers.isEmpty ? nil : trailers
    }

    private static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
