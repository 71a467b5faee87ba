extension SQL {
    /// Where a run of signs opens comments a few hundred times, as in `/*/*/*`; nil where none does.
    ///
    /// The engine's lexer reads the rest of such a run anew at each opening: 30 KB of them take it seconds. A text
    /// literal that holds so many is refused, too.
    package static func endlessComment(in sql: String) -> Int? {
        var sql = sql
        return sql.withUTF8 { bytes in
            var openings = 0
            var runStart = 0
            for i in bytes.indices {
                switch bytes[i] {
                case 0x21, 0x23, 0x25, 0x26, 0x2A, 0x2B, 0x2D, 0x2F, 0x3A, 0x3C...0x40, 0x5E, 0x60, 0x7C, 0x7E:
                    if bytes[i] == 0x2A, i > runStart, bytes[i - 1] == 0x2F { openings += 1 }
                    if openings > 200 { return runStart }
                default:
                    openings = 0
                    runStart = i + 1
                }
            }
            return nil
        }
    }
}
