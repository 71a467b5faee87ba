internal import Git

extension GitRepository {
    /// A project's path from the top of the repository. A bare repository has no folders: a project in one lies at its top.
    func path(ofProject folder: String) throws(GitError) -> String { workingTree == nil ? "" : try path(of: folder) }
}
