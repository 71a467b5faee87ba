internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Git
internal import Support

/// Files of CI services as `init --ci` writes them.
struct CIFiles: Sendable {
    /// Of the repository, or of the project where there is none.
    let top: String
    /// The project's, from there; empty for the top itself.
    let folder: String
    let files: [CIFile]
    let notes: [String]

    /// What is said as a warning: it was left out.
    let warnings: [String]

    /// - Parameters:
    ///   - root: the project's folder, with links resolved; it may not be there yet.
    ///   - planned: files of a project that are still to be written.
    static func of(_ services: [CIService], projectRoot root: String, planned: [(path: String, text: String)]) throws -> CIFiles {
        let tree = FileSystem.kind(of: root) == nil ? nil : try WorkingTree(root: root)
        let project = ProjectLoader.load(PlannedTree(tree: tree, planned: planned))
        if project.diagnostics.hasErrors { throw Workspace.Invalid(diagnostics: project.diagnostics, root: root) }
        let (top, folder) = try place(of: root)
        let flow = try DeliveryFlow.of(project, folder: folder)
        var files: [CIFile] = []
        var notes = flow.notes
        for service in services {
            try service.check(flow)
            for file in service.files(flow) {
                let target = FileSystem.join(top, file.path)
                guard let shared = file.shared, FileSystem.kind(of: target) == .file else { files.append(file); continue }
                // Other projects and jobs of the team are in there.
                if try !text(of: target).contains(shared.mark) { notes.append("\(file.path) is there and was left as it is: \(shared.need)") }
            }
        }
        return CIFiles(top: top, folder: folder, files: files, notes: notes, warnings: flow.warnings)
    }

    private static func text(of path: String) throws -> String { String(decoding: try FileSystem.read(path, limit: 16 << 20), as: UTF8.self) }

    /// Services look for their files at the top of a repository.
    private static func place(of root: String) throws(GitError) -> (top: String, folder: String) {
        do throws(GitError) {
            let present = FilesToWrite.present(root)
            let repository = try GitRepository.open(at: present)
            let rest = String(decoding: root.utf8.dropFirst(present.utf8.count), as: UTF8.self)
            let folder = try repository.path(of: present) + rest
            return (repository.workingTree ?? root, folder.utf8.first == UInt8(ascii: "/") ? String(decoding: folder.utf8.dropFirst(), as: UTF8.self) : folder)
        } catch {
            guard error.kind == .noRepository else { throw error }
            return (root, "")
        }
    }

    /// - Parameter isForced: whether files are replaced that hold something else.
    /// - Returns: what is to be written; what is there already is not.
    func wanted(isForced: Bool) throws -> [CIFile] {
        var wanted: [CIFile] = []
        var changed: [String] = []
        for file in files {
            let target = FileSystem.join(top, file.path)
            if FileSystem.kind(of: target) == .file {
                let there = try Self.text(of: target)
                if there.utf8.elementsEqual(file.text.utf8) { continue }
                if let other = CIFile.folder(ofHead: there), let own = CIFile.folder(ofHead: file.text), other != own {
                    throw CommandFailure(
                        "nothing was written: \(VisibleText.escaped(file.path)) delivers the project in \(VisibleText.escaped(other))",
                        help: "the folders of two projects of a repository need names that differ in letters and digits", .failure)
                }
            }
            if FileSystem.kind(of: target) != nil { changed.append(file.path) }
            wanted.append(file)
        }
        guard changed.isEmpty || isForced else {
            throw CommandFailure(
                "nothing was written: \(changed.map(VisibleText.escaped).joined(separator: ", ")) \(changed.count == 1 ? "is" : "are") there and would be changed",
                help: "--force replaces \(changed.count == 1 ? "it" : "them")", .failure)
        }
        return wanted
    }
}
