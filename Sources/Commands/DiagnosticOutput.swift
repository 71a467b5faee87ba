internal import CommandLineKit
internal import Diagnostics
internal import Support

extension CommandContext {
    /// Writes findings in the format that was asked for: JSON to the output, text to where it was asked to go.
    func show(_ diagnostics: [Diagnostic], root: String, to terminal: Terminal? = nil) {
        let target = terminal ?? output
        let style = target === errors ? errorStyle : self.style
        let renderer = DiagnosticRenderer(
            format: global.output, style: style, width: target.size?.width ?? 120,
            source: { path in try? FileSystem.read(FileSystem.join(root, path), limit: 16 << 20) })
        target.write(renderer.render(DiagnosticReport(diagnostics)))
    }

    func write(json: JSONValue) { output.write(json.text(.pretty) + "\n") }
}
