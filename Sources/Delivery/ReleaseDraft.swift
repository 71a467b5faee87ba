package import AssetLoading
package import Assets
package import Git
internal import Support

/// What a release would be made of.
package struct ReleaseDraft: Sendable {
    /// The commit that the files come from.
    package let source: GitObjectID
    package let tree: GitObjectID
    package let promotedFrom: String?
    package let rollbackTo: Int?
    /// Its files below the project's folder, by their paths from there.
    package let content: GitTree
    /// Whether it has views of the warehouse; nil where that has to be looked for.
    let hasViews: Bool?
    /// All it holds, by paths from the top of the repository; empty for a tree that is in the repository already.
    let files: [(path: String, file: GitFile?)]

    package var fileCount: Int { files.count }

    /// The files of a commit that an environment needs: project, pipelines with their SQL, templates, locked schemas, notebooks with all
    /// that lies beside them, its own file and its stores of secrets. Nothing is written.
    /// - Parameter project: loaded from that commit, and valid.
    package static func make(
        of source: GitObjectID, _ project: LoadedProject, in tree: GitTree, line: ReleaseLine, repository: borrowing GitRepository
    ) throws -> ReleaseDraft {
        guard let environment = project.environment(named: line.environment) else {
            throw DeliveryError(.notFound, "commit \(source.short) has no environment \"\(line.environment)\"")
        }
        var paths = project.files.flatMap { [$0.path] + $0.sqlPaths }
        paths += project.templates.map(\.path) + project.schemas.map(\.path)
        return try make(
            of: source, paths, environment, notebooks: (project.project?.folders ?? .standard).notebooks, hasViews: !project.views.isEmpty, in: tree,
            line: line, repository: repository)
    }

    /// - Parameter paths: of pipelines with their SQL, templates and locked schemas.
    package static func make(
        of source: GitObjectID, _ paths: [String], _ environment: AssetFile<Environment>, notebooks: String, hasViews: Bool, in tree: GitTree,
        line: ReleaseLine, repository: borrowing GitRepository
    ) throws -> ReleaseDraft {
        var paths = paths + [Project.fileName, environment.path] + environment.asset.stores.map(\.value)
        paths += try tree.files(below: notebooks)
        var files: [(path: String, file: GitFile?)] = []
        for path in Set(paths.map { ExactText(FileSystem.normalise($0)) }).sorted().map(\.text) {
            // A link becomes the file it leads to: what it names might not be part of the release.
            files.append((FileSystem.join(line.project, path), GitFile(mode: .file, id: try tree.id(of: path))))
        }
        var batch = try repository.batch()
        let id = try batch.tree(changing: nil, files)
        return ReleaseDraft(
            source: source, tree: id, promotedFrom: try repository.commit(source).trailers(Release.promotedFromTrailer).last, rollbackTo: nil,
            content: GitTree(GitFileTree(id, in: line.project, objects: batch.objects)), hasViews: hasViews, files: files)
    }

    /// An earlier release once more.
    package static func again(_ release: Release, line: ReleaseLine, repository: borrowing GitRepository) -> ReleaseDraft {
        ReleaseDraft(
            source: release.source, tree: release.tree, promotedFrom: release.promotedFrom, rollbackTo: release.number,
            content: release.content(line, repository), hasViews: nil, files: [])
    }
}

extension Release {
    /// Its files, by paths from the project's folder.
    package func content(_ line: ReleaseLine, _ repository: borrowing GitRepository) -> GitTree {
        GitTree(GitFileTree(tree, in: line.project, objects: repository.objects))
    }
}
