internal import CGit2
internal import Glibc
internal import Support
internal import Synchronization

extension GitLibrary {
    /// One at a time: whether owners matter is a setting of the whole library.
    private static let opening = Mutex(())

    /// Opens the repository of a folder, or of one above it. `GIT_EOWNER` where it belongs to another user, and no
    /// `safe.directory` allows that.
    func open(_ repository: inout OpaquePointer?, _ folder: String) -> Int32 {
        Self.opening.withLock { _ in
            let code = functions.repository_open_ext(&repository, folder, 0, nil)
            guard Int(code) == GIT_EOWNER || (Int(code) == GIT_ENOTFOUND && isRepository(folder)) else { return code }
            // This release knows folders in `safe.directory`, and not `*` for all of them.
            guard trustsAllFolders else { return Int32(GIT_EOWNER) }
            let handle = UnsafeMutableRawPointer(bitPattern: address)
            guard git_validate_owners(handle, 0) == GIT_OK else { return Int32(GIT_EOWNER) }
            defer {
                let code = git_validate_owners(handle, 1)
                precondition(code == GIT_OK, "a setting that was changed can be changed back")
            }
            return functions.repository_open_ext(&repository, folder, 0, nil)
        }
    }

    /// Asked where opening said that nothing was found: the library says so of repositories of other users too, where
    /// git's settings hold no `safe.directory` at all.
    private func isRepository(_ folder: String) -> Bool {
        var path = git_buf()
        defer { functions.buf_dispose(&path) }
        return functions.repository_discover(&path, folder, 0, nil) == GIT_OK
    }

    /// `safe.directory = *` in the settings of the user or the machine. An empty value takes back those before it.
    private var trustsAllFolders: Bool {
        var config: OpaquePointer?
        guard functions.config_open_default(&config) == GIT_OK else { return false }
        defer { functions.config_free(config) }
        var iterator: OpaquePointer?
        guard functions.config_multivar_iterator_new(&iterator, config, "safe.directory", nil) == GIT_OK else { return false }
        defer { functions.config_iterator_free(iterator) }
        var isTrusting = false
        var entry: UnsafeMutablePointer<git_config_entry>?
        while functions.config_next(&entry, iterator) == GIT_OK, let value = entry?.pointee.value {
            switch String(cString: value) {
            case "": isTrusting = false
            case "*": isTrusting = true
            default: break
            }
        }
        return isTrusting
    }

    /// The nearest folder with a repository, from this one upwards.
    static func top(of folder: String) -> String {
        var top = folder
        while !FileSystem.exists(FileSystem.join(top, ".git")) {
            let parent = FileSystem.parent(of: top)
            if parent == top { return folder }
            top = parent
        }
        return top
    }
}
