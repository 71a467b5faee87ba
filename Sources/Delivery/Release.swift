package import Git
package import Support

/// What an environment runs: the files of a commit that it needs, recorded as a commit of its own.
package struct Release: Sendable, Hashable {
    /// Counts from 1 in each environment.
    package let number: Int
    /// On the environment's reference.
    package let commit: GitObjectID
    /// Of its files; the release's digest. The same commit gives the same one anywhere.
    package let tree: GitObjectID
    /// The commit of the release before it.
    package let previous: GitObjectID?
    /// The commit that the files were taken from.
    package let source: GitObjectID
    package let promotedFrom: String?
    /// The number of the release whose files this one has again.
    package let rollbackTo: Int?
    /// Where data went back with it: the number of that in the sequence of runs.
    package let restoration: Int64?
    /// Who made it, and when.
    package let person: GitPerson
    /// Of the program that made it; which files belong to a release is a matter of that.
    package let version: String?

    /// In the folder of releases: `12-0a1b2c3d4e5f`.
    package var folderName: String { "\(number)-\(tree.description.prefix(12))" }

    /// Trailers of the commit that records a release.
    enum Trailer {
        static let number = "Pipectl-Release"
        static let source = "Pipectl-Source"
        static let project = "Pipectl-Project"
        static let digest = "Pipectl-Digest"
        static let version = "Pipectl-Version"
        static let rollback = "Pipectl-Rollback-To"
        static let restoration = "Pipectl-Rollback-Data"
        static let plan = "Pipectl-Plan"
    }

    /// On a commit that `promote` made, and on releases of it.
    package static let promotedFromTrailer = "Pipectl-Promoted-From"

    init(_ commit: GitCommit) throws(DeliveryError) {
        func value(_ key: String) -> String? { commit.trailers(key).last }
        guard let number = value(Trailer.number).flatMap({ Int($0) }), number > 0, let source = value(Trailer.source).flatMap({ GitObjectID($0) }) else {
            throw DeliveryError(.damaged, "commit \(commit.id.short) records no release: its trailers are not those that pipectl writes")
        }
        guard value(Trailer.digest) == commit.tree.description else {
            throw DeliveryError(.damaged, "commit \(commit.id.short) records release \(number), and its files are not those that its digest names")
        }
        self.number = number
        self.commit = commit.id
        tree = commit.tree
        previous = commit.parents.first
        self.source = source
        promotedFrom = value(Self.promotedFromTrailer)
        rollbackTo = value(Trailer.rollback).flatMap { Int($0) }
        restoration = value(Trailer.restoration).flatMap { Int64($0) }
        person = commit.committer
        version = value(Trailer.version)
    }

    /// When it was made.
    package var time: Instant { Instant(seconds: person.time) ?? .last }
}
