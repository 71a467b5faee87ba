extension String {
    /// Its lines, each up to a line feed, or to a carriage return and one. Nothing else ends a line, and no Character hides the end of one:
    /// `\r\n` is a single Character, and U+2028 counts as a new line among Characters. After a line feed at the end comes an empty line.
    package var textLines: [String] {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
    }
}
