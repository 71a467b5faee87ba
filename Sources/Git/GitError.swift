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
}
