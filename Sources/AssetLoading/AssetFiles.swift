package import Assets
package import Diagnostics
package import Support

/// The asset files of a project, read and not yet parsed.
package struct AssetFiles: Sendable {
    package struct File: Sendable {
        package let path: String
        /// What the folder it lies in is for.
        package let folder: AssetKind
        package let digest: ContentDigest
        private let content: Content

        private enum Content: Sendable {
            case read([UInt8])
            case refused(Diagnostic)
            /// The tree knows its digest: it is read when it is looked at.
            case later(any AssetTree)
        }

        /// nil where it could not be read; `finding` says why.
        package var bytes: [UInt8]? { try? look().get() }
        package var finding: Diagnostic? { if case .failure(let refusal) = look() { refusal.diagnostic } else { nil } }
        /// As far as is known before it is looked at.
        package var isReadable: Bool { if case .refused = content { false } else { true } }

        private func look() -> Result<[UInt8], FileReader.Refusal> {
            switch content {
            case .read(let bytes): .success(bytes)
            case .refused(let finding): .failure(.init(diagnostic: finding))
            case .later(let tree): FileReader(tree: tree).read(path)
            }
        }

        fileprivate init(_ path: String, _ folder: AssetKind, in tree: any AssetTree) {
            self.path = path
            self.folder = folder
            if tree.knowsDigests, let known = try? tree.digest(of: path) {
                digest = known
                content = .later(tree)
                return
            }
            switch FileReader(tree: tree).read(path) {
            case .success(let bytes):
                digest = ContentDigest(bytes)
                content = .read(bytes)
            case .failure(let refusal):
                digest = ContentDigest([])
                content = .refused(refusal.diagnostic)
            }
        }
    }

    package let project: Project?
    package let projectBytes: [UInt8]?
    /// Of the project file, and of folders that could not be listed.
    package let diagnostics: [Diagnostic]
    /// Of the project file.
    package var projectDigest: ContentDigest { ContentDigest(projectBytes ?? []) }
    /// Every YAML file below the folders, in order of the folders and then by path.
    package let files: [File]

    package static func read(_ tree: some AssetTree) -> AssetFiles {
        let reader = FileReader(tree: tree)
        var (project, projectBytes, diagnostics) = projectFile(reader)
        let folders = project?.folders ?? .standard
        var paths: [(path: String, folder: AssetKind)] = []
        var seen: Set<ExactText> = []
        let kinds = [
            (folders.pipelines, AssetKind.pipeline), (folders.environments, .environment), (folders.templates, .template),
            (folders.schemas, .sourceSchema),
        ]
        for (folder, kind) in kinds {
            do throws(AssetTreeError) {
                for path in try tree.files(below: folder)
                where (path.hasSuffix(".yml") || path.hasSuffix(".yaml")) && !(kind == .template && path.hasPrefix(folders.continuousIntegration + "/"))
                    && seen.insert(ExactText(path)).inserted
                {
                    paths.append((path, kind))
                }
            } catch {
                diagnostics.append(FileReader.diagnostic(error, at: nil))
            }
        }
        let files = paths.concurrentMap { path, folder in File(path, folder, in: tree) }
        return AssetFiles(project: project, projectBytes: projectBytes, diagnostics: diagnostics, files: files)
    }

    private static func projectFile(_ reader: FileReader) -> (Project?, [UInt8]?, [Diagnostic]) {
        let path = Project.fileName
        switch reader.read(path, missing: .projectNotFound, "there is no \(path) in this folder", at: nil) {
        case .failure(let refusal): return (nil, nil, [refusal.diagnostic])
        case .success(let bytes):
            let parsed = AssetDocument.parse(bytes, path: path)
            guard let root = parsed.root else { return (nil, bytes, parsed.diagnostics) }
            let context = DecodingContext(asset: "project")
            let project = Project.codec.decode(.node(root), context)
            return (project, bytes, parsed.diagnostics + context.diagnostics)
        }
    }
}

/// Reads files of a tree; what cannot be read is a finding.
struct FileReader: Sendable {
    let tree: any AssetTree

    struct Refusal: Error { let diagnostic: Diagnostic }

    func read(
        _ path: String, missing: DiagnosticCode, _ message: @autoclosure () -> String, at range: SourceRange?,
        labels: [Diagnostic.Label] = []
    ) -> Result<[UInt8], Refusal> {
        do throws(AssetTreeError) {
            return .success(try tree.read(path))
        } catch {
            guard case .notFound = error else { return .failure(Refusal(diagnostic: Self.diagnostic(error, at: range))) }
            let help = missing == .projectNotFound ? "run `pipectl init` here, or name the project's folder with --project" : nil
            return .failure(Refusal(diagnostic: Diagnostic(missing, message(), at: range, labels: labels, help: help)))
        }
    }

    /// A file that was listed.
    func read(_ path: String) -> Result<[UInt8], Refusal> {
        read(path, missing: .missingFile, "\(path) does not exist", at: SourceRange(path: path))
    }

    static func diagnostic(_ error: AssetTreeError, at range: SourceRange?) -> Diagnostic {
        let range = range ?? SourceRange(path: error.path)
        switch error {
        case .notFound(let path): return Diagnostic(.missingFile, "there is no file \(path)", at: range)
        case .outsideProject(let path):
            return Diagnostic(
                .outsideProject, "\(path) lies outside of the project", at: range,
                help: "copy the file into the project: what runs must be in its repository")
        case .tooLarge(let path, let limit):
            return Diagnostic(.unreadableFile, "\(path) is larger than \(limit >> 20) MB and was not read", at: range)
        case .unreadable(let path, let reason):
            return Diagnostic(.unreadableFile, "\(path) cannot be read: \(reason)", at: range)
        }
    }
}
