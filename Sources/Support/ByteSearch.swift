/// Search for a text in bytes (Horspool): most bytes are never looked at.
package struct ByteSearch: Sendable {
    private let text: [UInt8]
    /// How far the window may move, by the byte under its end.
    private let shifts: [Int]

    /// - Parameter text: not empty.
    package init(_ text: [UInt8]) {
        precondition(!text.isEmpty, "an empty text is everywhere")
        self.text = text
        var shifts = Array(repeating: text.count, count: 256)
        for (position, byte) in text.dropLast().enumerated() { shifts[Int(byte)] = text.count - 1 - position }
        self.shifts = shifts
    }

    /// Offsets at which the text begins, ascending, without overlaps.
    package func places(in bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        var places: [Int] = []
        shifts.withUnsafeBufferPointer { shifts in
            text.withUnsafeBufferPointer { text in
                let length = text.count
                let last = text[length - 1]
                var end = length - 1
                while end < bytes.count {
                    let byte = bytes[end]
                    if byte == last, UnsafeBufferPointer(rebasing: bytes[end - length + 1...end]).elementsEqual(text) {
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
