internal import CGit2
internal import Glibc

/// libgit2's shared library, opened in this process when it is first needed, with its C API as a table. Never closed.
struct GitLibrary: Sendable {
    /// Its layouts are those of this release; the name below is that of no other.
    private static let name = "libgit2.so.1.5"

    let functions: git_functions
    /// Its handle, as a number: it is never closed.
    let address: UInt

    private static let shared: Result<GitLibrary, GitError> = {
        do throws(GitError) { return .success(try open()) } catch { return .failure(error) }
    }()

    static func load() throws(GitError) -> GitLibrary { try shared.get() }

    private static func open() throws(GitError) -> GitLibrary {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw unavailable(dlerror().map { String(cString: $0) } ?? "unknown reason")
        }
        var functions = git_functions()
        if let missing = git_functions_load(handle, &functions) {
            throw unavailable("it lacks the symbol \(String(cString: missing))")
        }
        let library = GitLibrary(functions: functions, address: UInt(bitPattern: handle))
        guard library.version.hasPrefix("libgit2 1.5.") else { throw unavailable("it is \(library.version), and 1.5 is needed") }
        guard functions.libgit2_init() >= 0 else { throw library.error("cannot start libgit2") }
        guard git_allow_extensions(handle) == GIT_OK, git_write_durably(handle) == GIT_OK else { throw library.error("cannot set up libgit2") }
        return library
    }

    /// `libgit2 1.5.1`.
    var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        _ = functions.libgit2_version(&major, &minor, &patch)
        return "libgit2 \(major).\(minor).\(patch)"
    }

    private static func unavailable(_ reason: String) -> GitError {
        GitError(.unavailable, "cannot load libgit2: \(reason)", help: "install the package libgit2-1.5 (scripts/setup does)")
    }

    /// What the library tells of the call that failed last on this thread.
    var lastMessage: String {
        functions.error_last()?.pointee.message.map { String(cString: $0) } ?? "unknown reason"
    }

    func error(_ doing: String, _ kind: GitError.Kind = .other) -> GitError { GitError(kind, "\(doing): \(lastMessage)") }
}
