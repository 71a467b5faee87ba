/// JUnit's XML as Jenkins, GitLab and Azure Pipelines read it (the schema is that of Jenkins' xUnit plugin, junit-10.xsd).
///
/// A test suite for each file that has findings and a test case for each finding; what is no error passes and is told in
/// the case's output. A project without findings is one case that passes, since services refuse files without any.
struct JUnitRenderer {
    private let failsOnWarnings: Bool
    private var text: TextDiagnosticRenderer
    private var out = ""

    init(failsOnWarnings: Bool, source: @escaping (String) -> [UInt8]?) {
        self.failsOnWarnings = failsOnWarnings
        text = TextDiagnosticRenderer(style: .plain, width: 100, source: source)
    }

    mutating func render(_ report: DiagnosticReport) -> String {
        out = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        let count = max(1, report.diagnostics.count)
        openTag(
            "testsuites",
            [("name", "pipectl validate"), ("tests", "\(count)"), ("failures", "\(failures(in: report.diagnostics))"), ("errors", "0")])
        if report.diagnostics.isEmpty {
            openSuite("pipectl validate", file: nil, [], count: 1)
            out += "    " + tag("testcase", [("classname", "pipectl validate"), ("name", "the project is valid")], isEmpty: true)
            out += "  </testsuite>\n"
        }
        var rest = report.diagnostics[...]
        while let first = rest.first {
            let file = rest.prefix { $0.range?.path == first.range?.path }
            rest = rest.dropFirst(file.count)
            write(Array(file), of: first.range?.path)
        }
        return out + "</testsuites>\n"
    }

    private func failures(in diagnostics: [Diagnostic]) -> Int { diagnostics.count(where: isFailure) }

    private func isFailure(_ diagnostic: Diagnostic) -> Bool {
        switch diagnostic.severity {
        case .error: true
        case .warning: failsOnWarnings
        case .note: false
        }
    }

    private mutating func write(_ diagnostics: [Diagnostic], of path: String?) {
        let suite = path ?? "pipectl validate"
        openSuite(suite, file: path, diagnostics, count: diagnostics.count)
        var names: [String: Int] = [:]
        for diagnostic in diagnostics {
            // Without its line, so that a case has a history; services take cases of one name for one.
            var name = "\(diagnostic.code.name): \(diagnostic.message)"
            names[name, default: 0] += 1
            if let number = names[name], number > 1 { name += " (\(number))" }
            out += "    " + tag("testcase", [("classname", suite), ("name", name)], isEmpty: false)
            let body = Self.escaped(text.render(diagnostic))
            if isFailure(diagnostic) {
                let message = [diagnostic.range?.place, diagnostic.message].compactMap { $0 }.joined(separator: ": ")
                out += "      " + tag("failure", [("type", diagnostic.code.name), ("message", message)], isEmpty: false, ownLine: false)
                out += body + "</failure>\n"
            } else {
                out += "      <system-out>\(body)</system-out>\n"
            }
            out += "    </testcase>\n"
        }
        out += "  </testsuite>\n"
    }

    private mutating func openSuite(_ name: String, file: String?, _ diagnostics: [Diagnostic], count: Int) {
        out += "  "
        let counts = [("tests", "\(count)"), ("failures", "\(failures(in: diagnostics))"), ("errors", "0")]
        openTag("testsuite", [("name", name)] + (file.map { [("file", $0)] } ?? []) + counts)
    }

    private mutating func openTag(_ name: String, _ attributes: [(String, String)]) {
        out += tag(name, attributes, isEmpty: false)
    }

    private func tag(_ name: String, _ attributes: [(String, String)], isEmpty: Bool, ownLine: Bool = true) -> String {
        "<" + name + attributes.map { " \($0)=\"\(Self.escaped(VisibleText.escaped($1)))\"" }.joined()
            + (isEmpty ? "/>" : ">") + (ownLine ? "\n" : "")
    }

    /// For content and attributes of XML 1.0, of text without control characters.
    private static func escaped(_ text: String) -> String {
        text.replacing(["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"])
    }
}
