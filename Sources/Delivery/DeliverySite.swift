package import Git
package import Support

/// One environment as deployments see it: its releases in git, and its folder.
package struct DeliverySite: Sendable {
    /// Where the project lies in a working tree of the repository.
    package let projectRoot: String
    package let line: ReleaseLine
    package let live: LiveFolder
    /// The repository that is told of releases; nil where they stay in this one.
    package let remote: String?
    /// What a release changes beside its files; nil: nothing.
    package var warehouse: (any WarehouseStep)?
    /// The environment of this process.
    package let variables: [String: String]
    package let clock: WallClock
    /// Of this program.
    package let version: String
    /// Ends what an interrupted rollback of data has begun.
    package var restoreData: (@Sendable (RestorationJournal) async throws -> Void)?

    package var root: String { live.root }
    package var rootFromProject: String {
        root.utf8.starts(with: (projectRoot + "/").utf8) ? String(root.dropFirst(projectRoot.count + 1)) : root
    }
    var lockPath: String { FileSystem.join(root, "locks/deploy.lock") }

    package init(
        projectRoot: String, line: ReleaseLine, root: String, remote: String?, variables: [String: String], clock: WallClock, version: String
    ) {
        self.projectRoot = projectRoot
        self.line = line
        live = LiveFolder(root: root)
        self.remote = remote
        self.variables = variables
        self.clock = clock
        self.version = version
    }

    package func repository() throws(GitError) -> GitRepository { try GitRepository.open(at: projectRoot, allowsBare: true) }

    package func current() throws -> Release? { try line.current(in: try repository()) }

    /// Name of the release that `live` leads to, where that was deployed from a repository that this one knows nothing of, or as another
    /// environment. One of the line's own is merely behind.
    package func releaseOfOthers() throws -> String? {
        guard let name = try live.current(), let number = LiveFolder.number(of: name) else { return nil }
        guard let current = try current() else { return name }
        if name == current.folderName { return nil }
        guard number < current.number else { return name }
        let own = try line.releases(in: try repository(), limit: current.number - number + 1)
        return own.contains { $0.folderName == name } ? nil : name
    }

    /// Of two deployments at a time one wins, also where the other had not yet looked what is there when the first was done.
    /// - Parameter start: of the command.
    package func requireUntouched(since start: Instant) throws {
        // A time that is still to come tells of a clock that was set, not of who was faster.
        guard let switched = live.switched, switched > start, switched <= clock.now() else { return }
        throw raced(try current())
    }

    func raced(_ current: Release?) -> DeliveryError {
        DeliveryError(
            .raced,
            current.map {
                "release \($0.number) of \(line.environment) was made in the meantime, by \($0.person.name) from commit \($0.source.short)"
            } ?? "the releases of \(line.environment) were taken away in the meantime",
            help: "see what would change now: pipectl plan --env \(line.environment)")
    }

    package func person() throws(GitError) -> GitPerson {
        try repository().person(.committer, variables: variables, time: clock.now().microseconds / 1_000_000)
    }
}
