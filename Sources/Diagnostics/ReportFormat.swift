/// The forms in which a report of findings can be given out. A new one is a case here and a file with its renderer.
package enum ReportFormat: String, Sendable, Hashable, CaseIterable {
    case text, json, sarif, junit, github, azure, gitlab, markdown

    /// Whether a service reads it, which looks for files from the root of the repository, not from the project's folder.
    var isForServices: Bool {
        switch self {
        case .text, .json: false
        case .sarif, .junit, .github, .azure, .gitlab, .markdown: true
        }
    }
}

extension ReportFormat {
    package init(_ format: OutputFormat) {
        switch format {
        case .text: self = .text
        case .json: self = .json
        }
    }
}
