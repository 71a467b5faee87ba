internal import CGit2
internal import Glibc
internal import Support

extension GitRepository {
    /// A folder's path from the top of the working tree; empty for the top itself.
    /// - Parameter folder: absolute.
    package func path(of folder: String) throws(GitError) -> String {
        let prefix = try prefix(of: folder)
        return prefix.isEmpty ? "" : String(prefix.dropLast())
    }

    /// The files that are staged, as they would be committed.
    /// - Parameter folder: its path from the top of the repository.
    /// - Throws: where a merge left conflicts.
    package func stagedFiles(in folder: String = "") throws(GitError) -> GitFileTree {
        let functions = library.functions
        let index = try index()
        if functions.index_has_conflicts(index.pointer) == 1 {
            throw GitError(.unsupported, "the index of git holds conflicts of a merge", help: "resolve them (git status tells), or end it: git merge --abort")
        }
        var files: [(path: String, file: GitFile)] = []
        let count = functions.index_entrycount(index.pointer)
        files.reserveCapacity(count)
        for position in 0..<count {
            guard let entry = functions.index_get_byindex(index.pointer, position), let name = entry.pointee.path else { continue }
            // Told to git, and not added yet.
            if Int(entry.pointee.flags_extended) & GIT_INDEX_ENTRY_INTENT_TO_ADD != 0 { continue }
            let path: String
            do {
                path = try Self.text(name)
            } catch {
                // Names that are no text are no matter where they are not asked for.
                let isInside = UnsafeRawBufferPointer(start: name, count: strlen(name)).starts(with: (folder + "/").utf8)
                if folder.isEmpty || isInside { throw error }
                continue
            }
            guard let mode = GitFileMode(bits: entry.pointee.mode) else { throw GitError(.damaged, "the index of git is damaged") }
            files.append((path, GitFile(mode: mode, id: GitObjectID(entry.pointee.id))))
        }
        return GitFileTree(files: files, in: folder, objects: objects)
    }

    /// What is not the same in a folder of the working tree as in a commit: staged or not, and new files that are not ignored. Renames found.
    /// - Parameter folder: absolute.
    package func workingChanges(since commit: GitObjectID, in folder: String) throws(GitError) -> [GitChange] {
        guard let workingTree else { throw GitError(.bareRepository, "the git repository \(place) has no working tree") }
        let prefix = try prefix(of: folder)
        let base = try files(of: commit)
        var files: [ExactText: GitFile?] = [:]
        // What is staged first; what the working tree has instead, then.
        try forEachDelta(since: commit, below: prefix) { (isStaged, delta) throws(GitError) in
            let isRemoved = Int(delta.status) == GIT_DELTA_DELETED
            guard let name = isRemoved ? delta.old_file.path : delta.new_file.path else { return }
            let path = try Self.text(name)
            if path.hasSuffix("/") {
                throw GitError(
                    .unsupported, "\(FileSystem.join(workingTree, path)) is a git repository of its own",
                    help: "keep its files in this repository, or have it ignored (.gitignore)")
            }
            if isRemoved { return files[ExactText(path)] = .some(nil) }
            guard let mode = GitFileMode(bits: UInt32(delta.new_file.mode)) else {
                // A conflict has no file of its own; what is there is told by the other step.
                return files[ExactText(path)] = .some(nil)
            }
            let id = isStaged ? GitObjectID(delta.new_file.id) : try self.idOfWorkingFile(path, mode)
            files[ExactText(path)] = GitFile(mode: mode, id: id)
        }
        var changes: [GitChange] = []
        for (path, new) in files {
            guard let name = Self.relative(path.text, to: prefix) else { continue }
            let old = try base.file(at: path.text).flatMap { $0.mode == .folder ? nil : $0 }
            if old != new { changes.append(GitChange(path: name, old: old, new: new)) }
        }
        return GitChange.withRenames(changes)
    }

    /// The name that a file of the working tree would get, line ends and the like treated as git would.
    private func idOfWorkingFile(_ path: String, _ mode: GitFileMode) throws(GitError) -> GitObjectID {
        let full = FileSystem.join(workingTree ?? "", path)
        var id = git_oid()
        if mode == .link {
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(full, &target, target.count)
            guard count >= 0, library.functions.odb_hash(&id, target, count, Int32(GIT_OBJECT_BLOB)) == GIT_OK else {
                throw GitError(.other, "cannot read the link \(full): \(String(cString: strerror(errno)))")
            }
        } else {
            guard library.functions.repository_hashfile(&id, handle.pointer, full, Int32(GIT_OBJECT_BLOB), path) == GIT_OK else {
                throw library.error("cannot read \(full)")
            }
        }
        return GitObjectID(id)
    }

    static func text(_ name: UnsafePointer<CChar>) throws(GitError) -> String {
        try GitPath.name(UnsafeRawBufferPointer(start: name, count: strlen(name)), in: "")
    }
}
