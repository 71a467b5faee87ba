import Git

extension GitPerson {
    static let ada = GitPerson(name: "Ada", mail: "ada@example.com", time: 1_700_000_000, offset: 60)
}

extension GitObjectBatch {
    /// A commit of files, by their paths.
    mutating func commit(_ files: [String: String], parents: [GitObjectID] = [], message: String = "change\n") throws -> GitObjectID {
        var changes: [(path: String, file: GitFile?)] = []
        for (path, text) in files { changes.append((path, GitFile(mode: .file, id: try blob(Array(text.utf8))))) }
        return try commit(tree: tree(changing: nil, changes), parents: parents, author: .ada, committer: .ada, message: message)
    }
}

/// The error that `body` throws.
func gitError(_ body: () throws -> Void) -> GitError? {
    do {
        try body()
        return nil
    } catch {
        return error as? GitError
    }
}

func gitError(_ body: () async throws -> Void) async -> GitError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? GitError
    }
}
