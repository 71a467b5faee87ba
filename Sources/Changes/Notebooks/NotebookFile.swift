internal import Support

/// A notebook as far as it decides what a run of it does.
struct NotebookFile: Sendable {
    /// Of code cells that name no other.
    let language: String
    let cells: [NotebookCell]

    struct Unreadable: Error { let reason: String }

    /// - Returns: nil for a file that is no notebook: a module, say.
    static func read(_ bytes: [UInt8], path: String) throws(Unreadable) -> NotebookFile? {
        if path.hasSuffix(".ipynb") { return try jupyter(bytes) }
        return DatabricksSource.read(bytes, path: path)
    }

    /// https://nbformat.readthedocs.io/en/latest/format_description.html
    private static func jupyter(_ bytes: [UInt8]) throws(Unreadable) -> NotebookFile {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
        } catch {
            let line = bytes.prefix(error.offset).count { $0 == 0x0A } + 1
            throw Unreadable(reason: "it is no JSON: \(error.message) in line \(line)")
        }
        guard let object = document.asObject else { throw Unreadable(reason: "it is no notebook: not a JSON object") }
        guard object["nbformat"]?.asInteger == 4 else {
            throw Unreadable(reason: "nbformat is \(object["nbformat"].map { DisplayedValue.text($0) } ?? "missing"), and only 4 is read")
        }
        guard let list = object["cells"]?.asArray else { throw Unreadable(reason: "it has no cells") }
        var cells: [NotebookCell] = []
        for (index, cell) in list.enumerated() {
            guard let kind = cell["cell_type"]?.asString, ["code", "markdown", "raw"].contains(kind) else {
                throw Unreadable(reason: "cell \(index + 1) is neither code, markdown nor raw")
            }
            guard let source = source(of: cell) else { throw Unreadable(reason: "cell \(index + 1) has no source") }
            let tags = cell["metadata"]?["tags"]?.asArray?.compactMap(\.asString) ?? []
            cells.append(NotebookCell(kind, source, tags: tags, number: index + 1))
        }
        let metadata = object["metadata"]
        let language = metadata?["kernelspec"]?["language"]?.asString ?? metadata?["language_info"]?["name"]?.asString ?? "python"
        return NotebookFile(language: language.lowercased(), cells: cells.filter { !$0.isEmpty })
    }

    /// One text, or its lines.
    private static func source(of cell: JSONValue) -> String? {
        switch cell["source"] {
        case .string(let text)?: text
        case .array(let lines)?: lines.allSatisfy { $0.asString != nil } ? lines.compactMap(\.asString).joined() : nil
        default: nil
        }
    }
}

private enum DisplayedValue {
    /// Short, whatever somebody wrote there.
    static func text(_ value: JSONValue) -> String { value.asInteger.map { "\($0)" } ?? "no number" }
}
