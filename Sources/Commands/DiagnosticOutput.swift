internal import CommandLineKit
internal import Diagnostics
internal import Support

extension CommandContext {
    /// Writes findings in the format that was asked for: JSON to the output, text to where it was asked to go.
    func show(_ diagnostics: [Diagnostic], root: String, to terminal: Terminal? = nil) {
        show(DiagnosticReport(diagnostics), root: root, as: ReportFormat(global.output), to: terminal)
    }

    func show(
        _ report: DiagnosticReport, root: String, as format: ReportFormat, failsOnWarnings: Bool = false, to terminal: Terminal? = nil
    ) {
        let target = terminal ?? output
        var renderer = DiagnosticRenderer(format, root: root, failsOnWarnings: failsOnWarnings)
        renderer.style = target === errors ? errorStyle : style
        renderer.width = target.size?.width ?? renderer.width
        target.write(renderer.render(report))
    }

    func write(json: JSONValue) { output.write(VisibleText.withoutCommands(json: SecretScrubber.shared.scrub(json).text(.pretty)) + "\n") }
}

extension DiagnosticRenderer {
    /// For findings of the project in `root`.
    init(_ format: ReportFormat, root: String, failsOnWarnings: Bool = false) {
        self.init(
            format: format, source: { path in try? FileSystem.read(FileSystem.join(root, path), limit: 16 << 20) })
        folder = Self.folder(ofProject: root)
        toolVersion = Application.version
        self.failsOnWarnings = failsOnWarnings
    }

    /// From the nearest folder above that git knows (`.git` is a file in a worktree).
    private static func folder(ofProject root: String) -> String {
        var repository = root
        while !FileSystem.exists(FileSystem.join(repository, ".git")) {
            let parent = FileSystem.parent(of: repository)
            if parent == repository { return "" }
            repository = parent
        }
        let inside = root.utf8.dropFirst(repository.utf8.count).drop { $0 == UInt8(ascii: "/") }
        return inside.isEmpty ? "" : String(decoding: inside, as: UTF8.self) + "/"
    }
}

extension ReportTarget {
    private static let suffixesOfAssets = [".yml", ".yaml", ".sql", ".py", ".ipynb"]

    /// A slip of the hand must not cost a file of the project: none of the formats is kept in files that are called so.
    func refuseAssets(in root: String) throws {
        var file = FileSystem.absolute(path)
        if FileSystem.exists(file) {
            file = try FileSystem.realPath(file)
        } else if FileSystem.exists(FileSystem.parent(of: file)) {
            file = FileSystem.join(try FileSystem.realPath(FileSystem.parent(of: file)), FileSystem.lastComponent(of: file))
        }
        guard file.hasPrefix(root + "/"), Self.suffixesOfAssets.contains(where: file.lowercased().hasSuffix) else { return }
        throw CommandFailure(
            "the report would be written to \(path), which is, or would be, a file of the project",
            help: "name a file of its own: --report \(format.rawValue)=out/report", .usage)
    }

    /// Writes the file in one step, with the folders that lead to it.
    func write(_ report: DiagnosticReport, root: String, failsOnWarnings: Bool) throws {
        let text = SecretScrubber.shared.scrub(
            DiagnosticRenderer(format, root: root, failsOnWarnings: failsOnWarnings).render(report))
        // Renaming over a device or a pipe would replace it.
        if FileSystem.exists(path), FileSystem.kind(of: path, followLinks: true) != .file {
            throw CommandFailure(
                "cannot write the report: \(path) is no file", help: "--output \(format.rawValue) writes to the standard output")
        }
        try FileSystem.createDirectory(FileSystem.parent(of: path))
        let file = FileSystem.exists(path) ? try FileSystem.realPath(path) : path
        try FileSystem.writeAtomically(Array(text.utf8), to: file)
    }
}
