internal import Support

/// The forms in which every command can give out its answer.
package enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    case text, json
}

/// Writes a report in one of the formats.
package struct DiagnosticRenderer {
    package let format: ReportFormat
    /// Used by text only.
    package var style = TerminalStyle.plain
    /// Cells in a line; longer lines of source are cut around the place.
    package var width = 120
    /// The project's folder seen from the root of its repository, with a slash at its end; empty where they are one.
    package var folder = ""
    /// Where findings stand that have no place, in the formats that want one for each; a path in the project.
    package var projectFile = "pipectl.yml"
    /// Of this program, as SARIF names it.
    package var toolVersion = ""
    /// Whether warnings, too, are failed tests (JUnit).
    package var failsOnWarnings = false
    /// The bytes of a file by the path that ranges carry; nil where it cannot be read.
    package let source: (_ path: String) -> [UInt8]?

    package init(
        format: ReportFormat, style: TerminalStyle = .plain, width: Int = 120, source: @escaping (String) -> [UInt8]?
    ) {
        self.format = format
        self.style = style
        self.width = width
        self.source = source
    }

    /// The whole text, with a line break at its end; empty for text where there is nothing to tell.
    ///
    /// What findings call secret is masked here, before any format sees it.
    package func render(_ report: DiagnosticReport) -> String {
        let mask = SecretMask(report.diagnostics + report.waived.map(\.diagnostic), source: self.source)
        var report = mask.applied(to: report)
        var source: (String) -> [UInt8]? = { mask.source($0) }
        if format.isForServices {
            report = report.placed(in: folder, orAt: projectFile)
            let length = folder.utf8.count
            source = { path in mask.source(String(decoding: path.utf8.dropFirst(length), as: UTF8.self)) }
        }
        switch format {
        case .text:
            var renderer = TextDiagnosticRenderer(style: style, width: width, source: source)
            return renderer.render(report)
        case .json: return VisibleText.withoutCommands(json: report.json.text(.pretty)) + "\n"
        case .sarif:
            var renderer = SARIFRenderer(toolVersion: toolVersion, source: source)
            return VisibleText.withoutCommands(json: renderer.render(report))
        case .junit:
            var renderer = JUnitRenderer(failsOnWarnings: failsOnWarnings, source: source)
            return renderer.render(report)
        case .github: return GitHubRenderer.render(report)
        case .azure: return AzureRenderer.render(report)
        case .gitlab:
            var renderer = GitLabRenderer(source: source)
            return VisibleText.withoutCommands(json: renderer.render(report))
        case .markdown:
            var renderer = MarkdownRenderer(source: source)
            return renderer.render(report)
        }
    }
}

extension DiagnosticReport {
    /// The same findings with every path below `folder`, which ends with a slash, and with a path each.
    func placed(in folder: String, orAt file: String) -> DiagnosticReport {
        func placed(_ range: SourceRange) -> SourceRange {
            SourceRange(path: folder + range.path, start: range.start, end: range.end)
        }
        func placed(_ diagnostic: Diagnostic) -> Diagnostic {
            var result = diagnostic
            result.range = placed(diagnostic.range ?? SourceRange(path: file))
            result.labels = diagnostic.labels.map { .init(placed($0.range), $0.text) }
            return result
        }
        return DiagnosticReport(diagnostics.map(placed), waived: waived.map { (placed($0.diagnostic), $0.reason) })
    }
}
