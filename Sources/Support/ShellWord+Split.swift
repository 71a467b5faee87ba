extension ShellWord {
    /// The words of a text as a shell divides them: by blanks, with '...', "..." and \ to keep them together; nothing is expanded. nil
    /// where a quote is not closed.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch (byte, quote) {
            case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")?):
                guard let next = bytes.next() else { return nil }
                // In double quotes it stays, but before what is special there.
                if quote != nil, !"\"\\$`".utf8.contains(next) { word = (word ?? []) + [byte] }
                word = (word ?? []) + [next]
            case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil):
                quote = byte
                word = word ?? []
            case (_, byte?): quote = nil
            case (0x20, nil), (0x09, nil), (0x0A, nil):
                if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
                word = nil
            default: word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
