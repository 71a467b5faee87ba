internal import CGit2
internal import Support

/// A repository with a working tree. Not to be used by two tasks at a time.
package struct GitRepository: ~Copyable {
    let library: GitLibrary
    let handle: GitHandle
    /// Absolute path of the working tree, links resolved.
    package let workingTree: String

    /// `libgit2 1.5.1`, where it can be loaded.
    package static func libraryVersion() throws(GitError) -> String { try GitLibrary.load().version }

    /// The repository that holds a folder: in it, or in one above. Linked worktrees are repositories like others.
    package static func open(at folder: String) throws(GitError) -> GitRepository { try GitRepository(folder: folder) }

    private init(folder: String) throws(GitError) {
        let library = try GitLibrary.load()
        let handle = try GitHandle(
            free: library.functions.repository_free,
            failure: { (code) throws(GitError) in throw Self.openingFailed(code, folder, library) },
            { library.open(&$0, folder) })
        guard library.functions.repository_is_bare(handle.pointer) == 0,
            let path = library.functions.repository_workdir(handle.pointer).map({ String(cString: $0) })
        else {
            throw GitError(.bareRepository, "the git repository of \(folder) has no working tree", help: "run this in a clone that has one")
        }
        do {
            workingTree = try FileSystem.realPath(path)
        } catch {
            throw GitError(.other, "the working tree \(path) cannot be found: \(error.reason)")
        }
        self.library = library
        self.handle = handle
    }

    private static func openingFailed(_ code: Int32, _ folder: String, _ library: GitLibrary) -> GitError {
        switch Int(code) {
        case GIT_ENOTFOUND:
            GitError(.noRepository, "\(folder) is in no git repository", help: "make one with `git init`, or run this inside of one")
        case GIT_EOWNER:
            GitError(
                .foreignOwner, "the git repository of \(folder) belongs to another user",
                help: "if you trust it: git config --global --add safe.directory \(ShellWord.quoted(GitLibrary.top(of: folder)))")
        default: library.error("cannot open the git repository of \(folder)")
        }
    }
}
