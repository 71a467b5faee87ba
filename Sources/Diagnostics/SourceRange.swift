/// A place in a text file. Lines and columns start at 1; a column counts Unicode scalars; the offset counts bytes.
package struct SourcePosition: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int
    package var offset: Int

    package init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    package static let start = SourcePosition(line: 1, column: 1, offset: 0)
    package static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// A stretch of a file, end exclusive. `path` is relative to the project's folder.
package struct SourceRange: Sendable, Hashable {
    package var path: String
    package var start: SourcePosition
    package var end: SourcePosition

    package init(path: String, start: SourcePosition, end: SourcePosition) {
        self.path = path
        self.start = start
        self.end = end
    }

    /// The whole file, where no place in it is meant.
    package init(path: String) {
        self.init(path: path, start: .start, end: .start)
    }
}
