package import Diagnostics

/// A value with the place where it was written.
package struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
    package let value: Value
    package let range: SourceRange

    package init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }

    /// Equal where the values are: where something stands is not part of what it means.
    package static func == (a: Self, b: Self) -> Bool { a.value == b.value }
    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension Located<String> {
    /// The place of some bytes of the text; all of it where they do not stand as they are in one line of the file.
    package func range(ofBytes bytes: Range<Int>) -> SourceRange {
        let written = range.end.offset - range.start.offset
        // Plain, or in quotes with nothing escaped in them.
        let margin = written == value.utf8.count ? 0 : 1
        guard range.start.line == range.end.line, written == value.utf8.count + 2 * margin, value.utf8.allSatisfy({ $0 < 0x80 }),
            bytes.upperBound <= value.utf8.count
        else { return range }
        func position(_ offset: Int) -> SourcePosition {
            var position = range.start
            position.column += margin + offset
            position.offset += margin + offset
            return position
        }
        return SourceRange(path: range.path, start: position(bytes.lowerBound), end: position(bytes.upperBound))
    }
}
