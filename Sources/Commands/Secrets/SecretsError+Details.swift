internal import Diagnostics
internal import Secrets

extension SecretsError {
    /// In one line, with the first of what was found in the file.
    var detailed: String {
        let shown = diagnostics.prefix(3).map { finding in finding.range.map { "line \($0.start.line): \(finding.message)" } ?? finding.message }
        let rest = diagnostics.count - shown.count
        let parts = shown + (rest > 0 ? ["\(rest) more"] : [])
        return parts.isEmpty ? message : "\(message): \(parts.joined(separator: "; "))"
    }

    /// What to do about it, from wherever that is told.
    var remedy: String? { help ?? diagnostics.lazy.compactMap(\.help).first }
}
