/// A secret that a release uses: the version it has, and what the branch's store says now. Never a value.
package struct DriftedSecret: Sendable {
    package struct State: Sendable, Hashable {
        /// Of the version that is given out.
        package let version: String
        /// Why it is not given out; nil: it is.
        package let refusal: String?

        package init(version: String, refusal: String?) {
            self.version = version
            self.refusal = refusal
        }

        var words: String { "version \(version.prefix(8))" + (refusal.map { ", \($0)" } ?? "") }
    }

    package let name: String
    package let store: String
    package let release: State?
    /// Of the store on the branch; nil where it has no such secret.
    package let branch: State?
    /// The release's version in the branch's store: it may have been disabled there.
    package let sameInBranch: State?

    package init(name: String, store: String, release: State?, branch: State?, sameInBranch: State?) {
        self.name = name
        self.store = store
        self.release = release
        self.branch = branch
        self.sameInBranch = sameInBranch
    }

    /// - Parameter isBranchKnown: false where the branch cannot be looked at here.
    package func item(_ environment: String, isBranchKnown: Bool) -> DriftItem? {
        guard let release else { return nil }
        let git = isBranchKnown ? branch.map(\.words) ?? "no such secret" : "the branch is not known here"
        func item(_ problem: String, live: String, isDrift: Bool = true, _ remedy: String) -> DriftItem {
            DriftItem(
                .secret, "\(name) of \(store)", problem, git: git, recorded: "version \(release.version.prefix(8))", live: live, isDrift: isDrift, remedy: .other(remedy))
        }
        let hasNew = branch.map { $0.version != release.version && $0.refusal == nil } ?? false
        let deploy = "pipectl deploy --env \(environment)"
        let rotate = "pipectl secrets set \(name), or secrets rotate \(name), --env \(environment); commit, and deploy"
        if let refusal = release.refusal { return item(refusal, live: "not given out", hasNew ? deploy : rotate) }
        guard isBranchKnown else { return nil }
        guard let branch else { return item("is no longer in the store", live: "given out", "put it back, or deploy what does without it: \(deploy)") }
        if branch.version == release.version {
            return branch.refusal.map { item("\($0) on the branch", live: "given out", rotate) }
        }
        if let refusal = sameInBranch?.refusal { return item("\(refusal) on the branch, which has a newer version", live: "given out", deploy) }
        return item("has a newer version", live: "given out", isDrift: false, deploy)
    }
}
