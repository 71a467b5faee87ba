internal import Diagnostics

/// Maps bytes of one text to places in the file it was written in.
struct TextPlaces {
    let path: String
    private let position: (Int) -> SourcePosition

    init(path: String, position: @escaping (Int) -> SourcePosition) {
        self.path = path
        self.position = position
    }

    func range(_ bytes: Range<Int>) -> SourceRange {
        SourceRange(path: path, start: position(bytes.lowerBound), end: position(bytes.upperBound))
    }

    /// The same places, computed by counting where a stretch of the file holds just these bytes: in ASCII, on one line.
    func counting(_ range: Range<Int>, of bytes: [UInt8]) -> TextPlaces {
        let (start, end) = (position(range.lowerBound), position(range.upperBound))
        guard start.line == end.line, end.offset - start.offset == range.count, end.column - start.column == range.count,
            bytes[range].allSatisfy({ $0 < 0x80 })
        else { return self }
        return TextPlaces(path: path) { offset in
            let distance = offset - range.lowerBound
            return SourcePosition(line: start.line, column: start.column + distance, offset: start.offset + distance)
        }
    }
}
