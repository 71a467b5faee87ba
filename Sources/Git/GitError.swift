/// An operation on a repository failed.
package struct GitError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// libgit2 could not be found or loaded.
        case unavailable
        /// There is no repository in this folder or above it.
        case noRepository
        /// It has no working tree.
        case bareRepository
        /// It belongs to another user, and nobody said that this is fine.
        case foreignOwner
        /// A name that leads to no commit.
        case unknownRevision
        /// Nothing has been committed yet.
        case noCommit
        /// Two commits without a common ancestor, as far as this clone knows.
        case unrelated
        /// A repository, or something in it, that is of a kind which is not read here: SHA-256, submodules, names that are no text.
        case unsupported
        /// It is in the repository, and was left out of this clone.
        case incomplete
        /// What the repository should hold is not there or not what it should be.
        case damaged
        /// A reference is not what it was expected to be: somebody else was faster.
        case referenceChanged
        /// Somebody else is writing a reference, or was and did not end.
        case locked
        /// What was to be written cannot be: a name that git does not allow, and the like.
        case invalid
        /// Nobody said who makes a commit.
        case noIdentity
        /// The program `git` cannot be run.
        case noProgram
        /// A remote repository took none of the references, for these reasons.
        case rejected([GitPushRejection])
        /// A remote repository could not be reached, or refused to talk.
        case remote
        case other
    }

    package let kind: Kind
    /// What failed and why, in one line.
    package let message: String
    /// What to do about it.
    package let help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }

    /// Another push was faster: a remote repository did not take a reference that is not what it was expected to be there. Where references go
    /// together, that may be told of another one, or of none.
    package var isLostRace: Bool {
        guard case .rejected(let rejections) = kind else { return false }
        return rejections.allSatisfy { $0.reason == .changed || $0.reason == .withTheOthers }
    }
}
