internal import Support

/// A notebook as Databricks keeps it in git: source, with cells behind `COMMAND ----------` and other languages in comments `MAGIC`.
///
/// https://docs.databricks.com/en/notebooks/notebook-export-import.html
enum DatabricksSource {
    private static let header = "Databricks notebook source"

    /// nil for a file without the header.
    static func read(_ bytes: [UInt8], path: String) -> NotebookFile? {
        guard let (language, comment) = language(of: path) else { return nil }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        if let first = lines.first, first.starts(with: [0xEF, 0xBB, 0xBF]) { lines[0] = first.dropFirst(3) }
        guard let first = lines.first, text(first) == "\(comment) \(header)" else { return nil }
        let separator = Array("\(comment) COMMAND ----------".utf8)
        let chunks = lines.dropFirst().split(omittingEmptySubsequences: false) { trimmed($0).elementsEqual(separator) }
        let cells = chunks.enumerated().map { cell(Array($1), number: $0 + 1, language, comment) }
        return NotebookFile(language: language, cells: cells.filter { !$0.isEmpty })
    }

    private static func language(of path: String) -> (name: String, comment: String)? {
        if path.hasSuffix(".py") { return ("python", "#") }
        if path.hasSuffix(".sql") { return ("sql", "--") }
        return nil
    }

    private static func cell(_ lines: [ArraySlice<UInt8>], number: Int, _ language: String, _ comment: String) -> NotebookCell {
        let magic = Array("\(comment) MAGIC".utf8)
        let title = Array("\(comment) DBTITLE ".utf8)
        let body = lines.filter { !$0.starts(with: title) }
        let said = body.filter { !trimmed($0).isEmpty }
        guard !said.isEmpty, said.allSatisfy({ $0.starts(with: magic) }) else {
            return NotebookCell("code", join(body.map { $0 }), number: number)
        }
        // `%sql` in its first line gives the language of the cell.
        var source = body.map { line -> ArraySlice<UInt8> in
            let rest = line.starts(with: magic) ? line.dropFirst(magic.count) : line
            return rest.first == 0x20 ? rest.dropFirst() : rest
        }
        while let first = source.first, trimmed(first).isEmpty { source.removeFirst() }
        guard let first = source.first, first.first == UInt8(ascii: "%") else { return NotebookCell("code", join(source), number: number) }
        let word = first.dropFirst().prefix { $0 != 0x20 && $0 != 0x09 }
        var kind = text(word)
        if kind == "md" { kind = "markdown" }
        if kind == language { kind = "code" }
        let rest = first.dropFirst(1 + word.count)
        source[0] = rest.first == 0x20 ? rest.dropFirst() : rest
        if trimmed(source[0]).isEmpty { source.removeFirst() }
        // What one word says is all of it: `%restart_python`.
        return source.isEmpty ? NotebookCell("code", "%" + text(word), number: number) : NotebookCell(kind, join(source), number: number)
    }

    private static func join(_ lines: [ArraySlice<UInt8>]) -> String {
        var lines = lines[...]
        while let first = lines.first, trimmed(first).isEmpty { lines.removeFirst() }
        return String(decoding: Array(lines.joined(separator: [0x0A])), as: UTF8.self)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: trimmed(bytes), as: UTF8.self) }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let last = bytes.last, last == 0x20 || last == 0x09 || last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
