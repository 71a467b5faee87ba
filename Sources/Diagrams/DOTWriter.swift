/// Writes a directed graph in Graphviz's language; every name is quoted.
package struct DOTWriter {
    private var lines: [String] = []
    private var depth = 1

    package init(_ name: String) { lines = ["digraph \(Self.quoted(name)) {"] }

    package var text: String { (lines + ["}"]).joined(separator: "\n") + "\n" }

    /// Attributes of all that follows: `graph`, `node`, `edge`.
    package mutating func attributes(_ kind: String, _ attributes: [String: String]) { add("\(kind)\(Self.list(attributes));") }

    package mutating func node(_ name: String, _ attributes: [String: String] = [:]) {
        add("\(Self.quoted(name))\(Self.list(attributes));")
    }

    package mutating func edge(_ start: String, _ end: String, _ attributes: [String: String] = [:]) {
        add("\(Self.quoted(start)) -> \(Self.quoted(end))\(Self.list(attributes));")
    }

    /// Opens a subgraph; Graphviz draws a box around one whose name begins with `cluster`.
    package mutating func open(_ name: String, _ attributes: [String: String] = [:]) {
        add("subgraph \(Self.quoted(name)) {")
        depth += 1
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { add("\(key)=\(Self.quoted(value));") }
    }

    package mutating func close() {
        depth -= 1
        add("}")
    }

    private mutating func add(_ line: String) { lines.append(String(repeating: "  ", count: depth) + line) }

    private static func list(_ attributes: [String: String]) -> String {
        guard !attributes.isEmpty else { return "" }
        return " [" + attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: ", ") + "]"
    }

    /// A backslash is an escape to Graphviz wherever a label is shown, so it is doubled; a line break becomes `\n`.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
