package import Git

/// What the commit of a promotion says of itself, in its trailers.
package struct PromotionRecord: Sendable, Hashable {
    /// A run that shows that a pipeline works.
    package struct GreenRun: Sendable, Hashable {
        package let pipeline: String
        package let run: String
        package let release: Int

        package init(pipeline: String, run: String, release: Int) {
            self.pipeline = pipeline
            self.run = run
            self.release = release
        }

        /// `sales 20261121-064503-7f3a9c release 12`
        init?(_ text: String) {
            let words = text.split(separator: " ").map(String.init)
            guard words.count == 4, words[2] == "release", let release = Int(words[3]) else { return nil }
            self.init(pipeline: words[0], run: words[1], release: release)
        }

        package var text: String { "\(pipeline) \(run) release \(release)" }
    }

    /// The environment it was promoted from.
    package let from: String
    /// The commit that was.
    package let commit: GitObjectID
    /// Of the project, from the top of the repository; empty for the top itself.
    package let project: String
    /// Files, by paths from the project's folder, where only some were promoted.
    package var picked: [String] = []
    /// By which version, and with how many warnings.
    package var validated: String?
    package var greenRuns: [GreenRun] = []
    package var approvedBy: [String] = []

    package init(from: String, commit: GitObjectID, project: String) {
        self.from = from
        self.commit = commit
        self.project = project
    }

    /// Begins the keys of all trailers that only pipectl writes.
    package static let reserved = "Pipectl-"

    private enum Trailer {
        static let commit = "Pipectl-Promoted-Commit"
        static let project = "Pipectl-Project"
        static let validated = "Pipectl-Validated"
        static let greenRun = "Pipectl-Green-Run"
        static let approved = "Pipectl-Approved-By"
        static let picked = "Pipectl-Picked"
    }

    /// nil for a commit that says nothing of a promotion.
    package init?(_ commit: GitCommit) {
        let from = commit.trailers(Release.promotedFromTrailer)
        let promoted = commit.trailers(Trailer.commit).compactMap { GitObjectID($0) }
        guard from.count == 1, promoted.count == 1, let project = commit.trailers(Trailer.project).first else { return nil }
        self.init(from: from[0], commit: promoted[0], project: project == "." ? "" : project)
        picked = commit.trailers(Trailer.picked)
        validated = commit.trailers(Trailer.validated).last
        greenRuns = commit.trailers(Trailer.greenRun).compactMap { GreenRun($0) }
        approvedBy = commit.trailers(Trailer.approved)
    }

    package var trailers: [GitTrailer] {
        var trailers = [
            GitTrailer(Release.promotedFromTrailer, from), GitTrailer(Trailer.commit, commit.description), GitTrailer(Trailer.project, project.isEmpty ? "." : project),
        ]
        trailers += picked.map { GitTrailer(Trailer.picked, $0) }
        if let validated { trailers.append(GitTrailer(Trailer.validated, validated)) }
        trailers += greenRuns.map { GitTrailer(Trailer.greenRun, $0.text) }
        return trailers + approvedBy.map { GitTrailer(Trailer.approved, $0) }
    }
}
