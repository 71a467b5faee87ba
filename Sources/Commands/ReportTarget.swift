internal import CommandLineKit
internal import Diagnostics

/// `FORMAT=FILE` of `--report`: a report to write beside what is shown.
struct ReportTarget: ArgumentValue {
    let format: ReportFormat
    /// As given: relative to the current folder, or absolute.
    let path: String

    init?(argument: String) {
        guard let assignment = Assignment(argument: argument), let format = ReportFormat(argument: assignment.name),
            !assignment.value.isEmpty
        else { return nil }
        self.format = format
        path = assignment.value
    }

    static var expectation: String { "FORMAT=FILE, where FORMAT is " + ReportFormat.expectation }
    var word: String { "\(format.rawValue)=\(path)" }
}
