internal import Support

/// One reference to be set in another repository.
package struct GitPushUpdate: Sendable, Hashable {
    /// Its full name there.
    package let reference: String
    /// nil removes it.
    package let id: GitObjectID?
    /// What it is there so far; nil where there must be none.
    package let expected: GitObjectID?

    package init(_ reference: String, to id: GitObjectID?, expecting expected: GitObjectID?) {
        self.reference = reference
        self.id = id
        self.expected = expected
    }
}

/// A reference that another repository did not take.
package struct GitPushRejection: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// It is not there what was expected: somebody else was faster.
        case changed
        /// Another one of the same push was refused.
        case withTheOthers
        /// The other repository does not want it: a hook, a protected branch; in its words.
        case refused(String)

        var words: String {
            switch self {
            case .changed: "it was changed there by somebody else in the meantime"
            case .withTheOthers: "another reference of the same push was refused"
            case .refused(let text): text
            }
        }

        var help: String? {
            switch self {
            case .changed: "fetch, look at what is there now, and try again"
            case .withTheOthers, .refused: nil
            }
        }
    }

    package let reference: String
    package let reason: Reason

    package init(reference: String, reason: Reason) {
        self.reference = reference
        self.reason = reason
    }

    /// Lines `!`, `from:to`, `[rejected] (reason)`, with tabs between them, as `git push --porcelain` writes them (git-push(1), OUTPUT).
    static func all(inPorcelain text: String) -> [GitPushRejection] {
        text.textLines.compactMap { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "!", let colon = parts[1].lastIndex(of: ":") else { return nil }
            let summary = parts[2]
            let start = summary.firstIndex(of: "(").map { summary.index(after: $0) } ?? summary.startIndex
            let words = summary.last == ")" ? summary[start...].dropLast() : summary[...]
            let reason: Reason =
                switch words {
                case "stale info", "fetch first", "non-fast-forward", "remote ref updated since checkout": .changed
                case "atomic push failed", "atomic transaction failed", "atomic push failure": .withTheOthers
                // The other side looked at it later than this one: its lock was taken, or it no longer was the same.
                case _ where words.hasPrefix("cannot lock ref"), "failed to update ref", "fetch first, stale info": .changed
                default: .refused(String(words))
                }
            return GitPushRejection(reference: String(parts[1][parts[1].index(after: colon)...]), reason: reason)
        }
    }
}
