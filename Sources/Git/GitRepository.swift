internal import CGit2
internal import Support

/// A repository. Not to be used by two tasks at a time.
package struct GitRepository: ~Copyable {
    let library: GitLibrary
    let handle: GitHandle
    /// Absolute path of the working tree, links resolved; nil for a bare repository.
    package let workingTree: String?
    /// Reads commits, trees and files.
    package let objects: GitObjects

    /// `libgit2 1.5.1`, where it can be loaded.
    package static func libraryVersion() throws(GitError) -> String { try GitLibrary.load().version }

    /// The repository that holds a folder: in it, or in one above. Linked worktrees are repositories like others.
    /// - Parameter allowsBare: whether a repository without a working tree will do.
    package static func open(at folder: String, allowsBare: Bool = false) throws(GitError) -> GitRepository {
        try GitRepository(folder: folder, allowsBare: allowsBare)
    }

    /// The same repository once more.
    func reopened() throws(GitError) -> GitRepository { try GitRepository(folder: gitFolder, allowsBare: true) }

    private init(folder: String, allowsBare: Bool) throws(GitError) {
        let library = try GitLibrary.load()
        let functions = library.functions
        let handle = try GitHandle(
            free: functions.repository_free, failure: { (code) throws(GitError) in throw Self.openingFailed(code, folder, library) },
            { library.open(&$0, folder) })
        var workingTree: String?
        if functions.repository_is_bare(handle.pointer) == 0, let path = functions.repository_workdir(handle.pointer).map({ String(cString: $0) }) {
            do {
                workingTree = try FileSystem.realPath(path)
            } catch {
                throw GitError(.other, "the working tree \(path) cannot be found: \(error.reason)")
            }
        } else if !allowsBare {
            throw GitError(.bareRepository, "the git repository of \(folder) has no working tree", help: "run this in a clone that has one")
        }
        guard let common = functions.repository_commondir(handle.pointer).map({ String(cString: $0) }) else {
            throw library.error("cannot open the git repository of \(folder)")
        }
        let isShallow = functions.repository_is_shallow(handle.pointer) == 1
        self.workingTree = workingTree
        objects = GitObjects(library, folder: common + "objects", isShallow: isShallow)
        self.library = library
        self.handle = handle
    }

    /// The repository's own folder, `.git` in most cases; that of a linked worktree is its own. Ends with `/`.
    var gitFolder: String { library.functions.repository_path(handle.pointer).map { String(cString: $0) } ?? "" }

    /// The folder that all worktrees share. Ends with `/`.
    package var commonFolder: String { library.functions.repository_commondir(handle.pointer).map { String(cString: $0) } ?? gitFolder }

    /// How the repository is called in messages.
    var place: String { workingTree ?? gitFolder }

    private static func setting(_ name: String, inFile path: String, _ library: GitLibrary) -> String? {
        var config: OpaquePointer?
        guard library.functions.config_open_ondisk(&config, path) == GIT_OK else { return nil }
        defer { library.functions.config_free(config) }
        return library.setting(name, config)
    }

    /// The value of a setting, of the repository, the user or the machine.
    package func setting(_ name: String) -> String? {
        var config: OpaquePointer?
        guard library.functions.repository_config(&config, handle.pointer) == GIT_OK else { return nil }
        defer { library.functions.config_free(config) }
        return library.setting(name, config)
    }

    private static func openingFailed(_ code: Int32, _ folder: String, _ library: GitLibrary) -> GitError {
        switch Int(code) {
        case GIT_ENOTFOUND:
            return GitError(.noRepository, "\(folder) is in no git repository", help: "make one with `git init`, or run this inside of one")
        case GIT_EOWNER:
            return GitError(
                .foreignOwner, "the git repository of \(folder) belongs to another user",
                help: "if you trust it: git config --global --add safe.directory \(ShellWord.quoted(GitLibrary.top(of: folder)))")
        default:
            let failure = library.error("cannot open the git repository of \(folder)")
            guard let config = library.configFile(of: folder) else { return failure }
            if let format = setting("extensions.objectformat", inFile: config, library), format != "sha1" {
                return GitError(
                    .unsupported, "the git repository of \(folder) names its objects by \(format.uppercased().replacing("SHA2", with: "SHA-2"))",
                    help: "only SHA-1 is read: clone it into a repository made with `git init --object-format=sha1`")
            }
            if let storage = setting("extensions.refstorage", inFile: config, library), storage != "files" {
                return GitError(
                    .unsupported, "the git repository of \(folder) keeps its references as \(storage)",
                    help: "change it: git refs migrate --ref-format=files")
            }
            return failure
        }
    }
}

extension GitLibrary {
    func setting(_ name: String, _ config: OpaquePointer?) -> String? {
        var value = git_buf()
        defer { functions.buf_dispose(&value) }
        guard functions.config_get_string_buf(&value, config, name) == GIT_OK, let text = value.text else { return nil }
        return String(cString: text)
    }

    /// The settings of the repository around a folder that could not be opened.
    func configFile(of folder: String) -> String? {
        var path = git_buf()
        defer { functions.buf_dispose(&path) }
        let own: String
        if functions.repository_discover(&path, folder, 0, nil) == GIT_OK, let text = path.text {
            own = String(cString: text)
        } else {
            own = FileSystem.join(Self.top(of: folder), ".git") + "/"
        }
        // A linked worktree says where the shared folder is.
        let link = try? FileSystem.read(own + "commondir", limit: 4096)
        let common = link.map { FileSystem.join(own, String(decoding: $0.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) + "/" } ?? own
        return FileSystem.exists(common + "config") ? common + "config" : nil
    }
}
