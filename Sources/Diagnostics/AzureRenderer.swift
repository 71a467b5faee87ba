/// Logging commands of Azure Pipelines:
/// https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
///
/// No `task.complete`: the exit code fails the step already, and a pipeline may have chosen to go on with it.
enum AzureRenderer {
    static func render(_ report: DiagnosticReport) -> String {
        var out = ""
        for diagnostic in report.diagnostics {
            guard diagnostic.severity != .note else {
                // There is no issue of that kind.
                let place = diagnostic.range.map { $0.place + ": " } ?? ""
                out += VisibleText.escaped("\(place)note: \(diagnostic.message) [\(diagnostic.code.name)]") + "\n"
                continue
            }
            var properties = [("type", diagnostic.severity.rawValue)]
            if let range = diagnostic.range {
                properties.append(("sourcepath", VisibleText.escaped(range.path)))
                if !range.isWholeFile {
                    properties.append(("linenumber", String(range.start.line)))
                    properties.append(("columnnumber", String(range.start.column)))
                }
            }
            properties.append(("code", diagnostic.code.name))
            out += "##vso[task.logissue "
            out += properties.map { "\($0)=\(escaped($1));" }.joined()
            out += "]\(escaped(diagnostic.lines.joined(separator: "\n")))\n"
        }
        if let summary = report.summary { out += summary + "\n" }
        return out
    }

    /// The agent decodes values and message alike; `%AZP25` is its own for the percent sign.
    static func escaped(_ text: String) -> String {
        text.replacing(["%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"])
    }
}
