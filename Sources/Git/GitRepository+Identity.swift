extension GitRepository {
    package enum Role: Sendable { case author, committer }

    /// Who makes commits here, as git finds it out: variables first (`GIT_AUTHOR_NAME`), then the settings `author.name` and `user.name`.
    ///
    /// - Parameters:
    ///   - variables: the environment.
    ///   - time: seconds since 1970.
    ///   - offset: minutes east of Greenwich.
    package func person(_ role: Role, variables: [String: String], time: Int64, offset: Int = 0) throws(GitError) -> GitPerson {
        let (variable, section) = role == .author ? ("GIT_AUTHOR_", "author") : ("GIT_COMMITTER_", "committer")
        func find(_ part: String) -> String? {
            let candidates = [variables[variable + part.uppercased()], setting("\(section).\(part)"), setting("user.\(part)")]
            return candidates.compactMap { $0 }.first { !$0.isEmpty }
        }
        let person = GitPerson(name: find("name") ?? "", mail: find("email") ?? variables["EMAIL"] ?? "", time: time, offset: offset)
        guard !person.name.isEmpty, !person.mail.isEmpty else {
            throw GitError(
                .noIdentity, "nobody is named who makes the commit: \(person.name.isEmpty ? "user.name" : "user.email") is not set",
                help: "git config --global user.name NAME; git config --global user.email MAIL; or the variables \(variable)NAME and \(variable)EMAIL")
        }
        return person
    }
}
