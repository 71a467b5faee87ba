internal import CGit2
internal import Glibc
internal import Support

/// Where a reference leads.
package enum GitReferenceTarget: Sendable, Hashable {
    case object(GitObjectID)
    /// Another reference, which need not be there.
    case reference(String)
}

extension GitRepository {
    /// - Returns: nil where there is no reference of this name, which is a full one: `refs/heads/main`.
    package func reference(_ name: String) throws(GitError) -> GitReferenceTarget? {
        guard let handle = try lookup(name) else { return nil }
        return target(of: handle.pointer)
    }

    /// The object that a reference leads to, through others if need be.
    package func object(ofReference name: String) throws(GitError) -> GitObjectID? {
        var id = git_oid()
        let code = library.functions.reference_name_to_id(&id, handle.pointer, name)
        if Int(code) == GIT_ENOTFOUND { return nil }
        guard code == GIT_OK else { throw library.error("cannot read the reference \(name)") }
        return GitObjectID(id)
    }

    /// The branch that HEAD stands on, `refs/heads/main`, whether or not it has a commit; nil where HEAD is detached.
    package func headBranch() throws(GitError) -> String? {
        if case .reference(let name)? = try reference("HEAD") { name } else { nil }
    }

    /// Full names below a prefix, with the objects they lead to, sorted. What leads nowhere is left out.
    package func references(below prefix: String) throws(GitError) -> [(name: String, id: GitObjectID)] {
        var list = git_strarray()
        guard library.functions.reference_list(&list, handle.pointer) == GIT_OK else { throw library.error("cannot list references") }
        defer { library.functions.strarray_dispose(&list) }
        var found: [(name: String, id: GitObjectID)] = []
        for index in 0..<list.count {
            guard let name = list.strings[index].map({ String(cString: $0) }), name.utf8.starts(with: prefix.utf8) else { continue }
            if let id = try object(ofReference: name) { found.append((name, id)) }
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Some working tree of this repository stands on a branch: moving it would make all its files look changed.
    package func isCheckedOut(_ branch: String) throws(GitError) -> Bool {
        guard let handle = try lookup(branch) else { return false }
        return library.functions.branch_is_checked_out(handle.pointer) == 1
    }

    /// Moves a reference, or makes it, if it still is what was expected. Durable when this returns.
    ///
    /// - Parameters:
    ///   - name: a full one: `refs/pipectl/prod`.
    ///   - expected: nil where there must be none yet.
    ///   - reason: for the reference's log, one line.
    ///   - keepsLog: begins a log where git would keep none by itself (outside of branches).
    ///   - person: who is written in the log.
    /// - Throws: kind `referenceChanged` where it is something else by now; kind `locked` where another program does not let it go.
    package func updateReference(
        _ name: String, to id: GitObjectID, expecting expected: GitObjectID?, reason: String, keepsLog: Bool = false, by person: GitPerson? = nil
    ) throws(GitError) {
        let functions = library.functions
        try checkName(name)
        guard try objects.holds(id) else { throw GitError(.damaged, "cannot set \(name): \(id.short) is not in the git repository") }
        if let person { _ = functions.repository_set_ident(handle.pointer, person.name, person.mail) }
        if keepsLog, functions.reference_ensure_log(handle.pointer, name) != GIT_OK { throw library.error("cannot begin the log of \(name)") }
        // The zero id: there must be none. That is looked at under the lock, unlike the function's own `force`.
        var (id, current) = (id.oid, expected?.oid ?? git_oid())
        let line = String(reason.unicodeScalars.map { $0.value < 32 ? " " : Character($0) })
        try retryingLock(name) {
            var made: OpaquePointer?
            let code = functions.reference_create_matching(&made, handle.pointer, name, &id, 1, &current, line)
            functions.reference_free(made)
            return code
        }
    }

    private func lookup(_ name: String) throws(GitError) -> GitHandle? {
        var code: Int32 = 0
        do {
            return try GitHandle(
                free: library.functions.reference_free, failure: { (_) throws(GitError) in throw library.error("cannot read the reference \(name)") },
                { made in
                    code = library.functions.reference_lookup(&made, handle.pointer, name)
                    return code
                })
        } catch {
            if Int(code) == GIT_ENOTFOUND { return nil }
            throw error
        }
    }

    private func target(of reference: OpaquePointer) -> GitReferenceTarget? {
        if let id = library.functions.reference_target(reference) { return .object(GitObjectID(id.pointee)) }
        return library.functions.reference_symbolic_target(reference).map { .reference(String(cString: $0)) }
    }

    func checkName(_ name: String) throws(GitError) {
        var isValid: Int32 = 0
        guard library.functions.reference_name_is_valid(&isValid, name) == GIT_OK, isValid == 1, name.hasPrefix("refs/") else {
            throw GitError(.invalid, "git does not allow a reference of the name \"\(name)\"")
        }
    }

    /// Another program holds the lock of a reference for a moment only, unless it was killed.
    private func retryingLock(_ name: String, _ body: () throws(GitError) -> Int32) throws(GitError) {
        var patience = 100
        while true {
            let code = try body()
            switch Int(code) {
            case GIT_OK: return
            case GIT_EMODIFIED, GIT_EEXISTS, GIT_ENOTFOUND:
                throw GitError(.referenceChanged, "\(name) was changed by somebody else in the meantime", help: "look at what is there now, and try again")
            case GIT_ELOCKED where patience > 0:
                patience -= 1
                usleep(10_000)
            case GIT_ELOCKED:
                throw GitError(
                    .locked, "\(name) is being changed by another program", help: "if none is running, one was killed: remove \(commonFolder)\(name).lock")
            default: throw library.error("cannot change \(name)")
            }
        }
    }
}
