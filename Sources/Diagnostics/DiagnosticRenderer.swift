internal import Support

/// The forms in which findings can be given out. A new one is a case here and a file with its renderer.
package enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    case text, json
}

/// Writes a report in one of the formats.
package struct DiagnosticRenderer {
    package let format: OutputFormat
    /// Used by text only.
    package let style: TerminalStyle
    /// Cells in a line; longer lines of source are cut around the place.
    package let width: Int
    /// The bytes of a file by the path that ranges carry; nil where it cannot be read.
    package let source: (_ path: String) -> [UInt8]?

    package init(
        format: OutputFormat, style: TerminalStyle = .plain, width: Int = 120, source: @escaping (String) -> [UInt8]?
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
        let mask = SecretMask(report.diagnostics, source: source)
        let report = mask.applied(to: report)
        let source = { mask.source($0) }
        switch format {
        case .text:
            var renderer = TextDiagnosticRenderer(style: style, width: width, source: source)
            return renderer.render(report)
        case .json: return report.json.text(.pretty) + "\n"
        }
    }
}
