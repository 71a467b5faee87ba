/// Search for a text in bytes (Horspool): most bytes are never looked at.
package struct ByteSearch: Sendable {
    private let text: [UInt8]
    /// How far the window may move, by the byte under its end.
    private let shifts: [Int]
    /// What each byte is compared as.
    private let folded: [UInt8]

    /// - Parameters:
    ///   - text: not empty; in lower case where case is ignored.
    ///   - ignoresCase: of ASCII letters.
    package init(_ text: [UInt8], ignoresCase: Bool = false) {
        precondition(!text.isEmpty, "an empty text is everywhere")
        self.text = text
        let folded = (0...255).map { (byte: UInt8) in ignoresCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        var shifts = Array(repeating: text.count, count: 256)
        for (position, byte) in text.dropLast().enumerated() { shifts[Int(byte)] = text.count - 1 - position }
        self.shifts = folded.map { shifts[Int($0)] }
        self.folded = folded
    }

    /// Offsets at which the text begins, ascending, without overlaps.
    package func places(in bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        var places: [Int] = []
        shifts.withUnsafeBufferPointer { shifts in
            text.withUnsafeBufferPointer { text in
                let length = text.count
                let last = text[length - 1]
                let folded = folded
                var end = length - 1
                while end < bytes.count {
                    let byte = bytes[end]
                    if folded[Int(byte)] == last,
                        UnsafeBufferPointer(rebasing: bytes[end - length + 1...end]).elementsEqual(text, by: { folded[Int($0)] == $1 })
                    {
                        places.append(end - length + 1)
                        end += length
                    } else {
                        end += shifts[Int(byte)]
                    }
                }
            }
        }
        return places
    }
}

extension String {
    /// Whether the bytes of a text that is not empty stand in this one, whatever characters they are part of.
    package func holdsBytes(of text: String) -> Bool {
        Array(utf8).withUnsafeBufferPointer { !ByteSearch(Array(text.utf8)).places(in: $0).isEmpty }
    }
}
