/// A stretch of the text and what takes its place. Edits of one text do not overlap.
struct SopsTextEdit {
    var place: Range<Int>
    var text: String
    /// Of insertions in one place, the deeper comes first.
    var depth = 0

    /// The text with the edits made, in one pass.
    static func applied(_ edits: [SopsTextEdit], to bytes: [UInt8]) -> [UInt8] {
        // Equal places keep their order.
        let sorted = edits.enumerated().sorted { one, two in
            let (a, b) = (one.element, two.element)
            let first = (a.place.lowerBound, a.place.upperBound, -a.depth, one.offset)
            return first < (b.place.lowerBound, b.place.upperBound, -b.depth, two.offset)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.text.utf8.count })
        var position = 0
        for (_, edit) in sorted {
            precondition(edit.place.lowerBound >= position)
            result += bytes[position..<edit.place.lowerBound]
            result += edit.text.utf8
            position = edit.place.upperBound
        }
        return result + bytes[position...]
    }
}
