internal import CGit2
internal import Support

/// A repository elsewhere that this one knows by name.
package struct GitRemote: Sendable, Hashable {
    package let name: String
    /// As it is fetched from and pushed to. May hold a password.
    package let url: String
    package let pushURL: String

    /// For people: without user and password.
    package var shownURL: String { Self.withoutPassword(url) }

    /// Passwords of URLs in a text, taken out.
    static func withoutPassword(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let host = rest.prefix { !$0.isWhitespace && $0 != "/" && $0 != "'" && $0 != "\"" }
            if let at = host.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        }
        return result + rest
    }
}

extension GitRepository {
    /// Sorted by name.
    package func remotes() throws(GitError) -> [GitRemote] {
        let functions = library.functions
        var list = git_strarray()
        guard functions.remote_list(&list, handle.pointer) == GIT_OK else { throw library.error("cannot list the remotes") }
        defer { functions.strarray_dispose(&list) }
        var remotes: [GitRemote] = []
        for index in 0..<list.count {
            guard let name = list.strings[index].map({ String(cString: $0) }) else { continue }
            let remote = try GitHandle(
                free: functions.remote_free, failure: { (_) throws(GitError) in throw library.error("cannot read the remote \(name)") },
                { functions.remote_lookup(&$0, handle.pointer, name) })
            let url = functions.remote_url(remote.pointer).map { String(cString: $0) } ?? ""
            remotes.append(GitRemote(name: name, url: url, pushURL: functions.remote_pushurl(remote.pointer).map { String(cString: $0) } ?? url))
        }
        return remotes.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Talks to other repositories, with the program `git`.
    /// - Parameter variables: the environment of this process.
    package func connection(variables: [String: String]) -> GitConnection {
        GitConnection(folder: gitFolder, workingTree: workingTree, sshCommand: setting("core.sshCommand"), variables: variables)
    }
}
