/// Commits and tags: lines `key value`, which go on where a line begins with a space, an empty line, the message.
struct GitTextObject {
    private let bytes: [UInt8]
    private var headers: [(key: String, value: String, range: Range<Int>)] = []
    private(set) var messageStart: Int

    init(parsing bytes: [UInt8]) {
        self.bytes = bytes
        messageStart = bytes.count
        var lines: [(range: Range<Int>, isContinued: Bool)] = []
        var at = 0
        while at < bytes.count {
            let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if end == at {
                messageStart = at + 1
                break
            }
            lines.append((at..<end, bytes[at] == UInt8(ascii: " ")))
            at = end + 1
        }
        for (range, isContinued) in lines {
            if isContinued, let last = headers.popLast() {
                let value = last.value + "\n" + text(bytes[(range.lowerBound + 1)..<range.upperBound])
                headers.append((last.key, value, last.range.lowerBound..<range.upperBound))
            } else {
                let space = bytes[range].firstIndex(of: UInt8(ascii: " ")) ?? range.upperBound
                headers.append((text(bytes[range.lowerBound..<space]), text(bytes[min(space + 1, range.upperBound)..<range.upperBound]), range))
            }
        }
    }

    func values(_ key: String) -> [String] { headers.filter { $0.key == key }.map(\.value) }

    var message: String { text(bytes[messageStart...]) }

    /// The whole object without some of its lines: what a signature was made of.
    func bytes(without keys: Set<String>) -> [UInt8] {
        var result = bytes
        for header in headers.reversed() where keys.contains(header.key) {
            // With the end of its line, where there is one.
            result.removeSubrange(header.range.lowerBound..<min(header.range.upperBound + 1, bytes.count))
        }
        return result
    }

    /// UTF-8; where it is none, one character a byte, as old tools wrote Latin 1.
    func text(_ slice: ArraySlice<UInt8>) -> String {
        String(validating: slice, as: UTF8.self) ?? String(String.UnicodeScalarView(slice.map { Unicode.Scalar($0) }))
    }
}
