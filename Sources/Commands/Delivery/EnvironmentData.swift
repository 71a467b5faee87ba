internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Delivery
internal import Engine
internal import Runtime
internal import State
internal import Support

/// Opens the data of an environment as its live release describes it: lake, journal, warehouse.
struct EnvironmentData: Sendable {
    let site: DeliverySite
    let folder: ProjectFolder
    let opener: IdentityOpener

    /// Calls `body` with what takes data back.
    /// - Returns: nil where nothing has run yet, so that there is no data.
    func withRestorer<Value: Sendable>(_ body: (DataRestorer) async throws -> Value) async throws -> Value? {
        guard let live = try site.live.current() else { return nil }
        let release = LiveRelease(name: live, folder: site.live.path(of: live))
        var workspace = Workspace(folder: folder, project: ProjectLoader.load(try WorkingTree(root: release.folder)), opener: opener)
        workspace.release = release
        let environment = try workspace.environment(site.line.environment)
        guard environment.root == site.root else {
            throw CommandFailure("release \(live) keeps its data elsewhere: in \(environment.root)", help: "give both the same `root`, or go back without --data", .failure)
        }
        guard let journal = try workspace.journal(of: environment, create: false) else { return nil }
        let used = workspace
        return try await workspace.withLake(of: environment) { lake in
            let restorer = DataRestorer(
                environment: environment.name, root: site.root, lake: lake, journal: journal, clock: .system,
                warehouse: environment.warehouse.map { warehouse in
                    { @Sendable body in
                        try await used.withEngine(for: environment) { engine in
                            try await engine.withSession { session in
                                if case .postgres = warehouse.kind { try await Attachment.attach(warehouse, access: .write, engine: engine, session: session) }
                                let views = try await environment.views(of: used.project, session: session)
                                try await body(
                                    WarehousePublisher(warehouse: warehouse, session: session, views: views, release: release.name),
                                    environment.warehouseSchema)
                            }
                        }
                    }
                })
            let value = try await body(restorer)
            try journal.close()
            return value
        }
    }

    /// Ends what an interrupted rollback of data has begun.
    func finish(_ work: RestorationJournal) async throws {
        let done: RestorationRecord? = try await withRestorer { try await $0.carryOut(work) }
        if done == nil {
            throw CommandFailure(
                "a rollback of the data of \(site.line.environment) was interrupted, and its journal of runs is gone",
                help: "put \(FileSystem.join(site.root, "state.db")) back; or, to leave the tables as they are, remove \(RestorationJournal.path(site.root))")
        }
    }

    /// Runs that are under way, by what the journal says; those whose process has ended are marked as interrupted first.
    func running() throws -> [RunRecord] {
        let path = FileSystem.join(site.root, "state.db")
        guard FileSystem.exists(path) else { return [] }
        let journal = try Journal(path: path, create: false)
        try journal.interruptDeadRuns(at: site.clock.now())
        let running = try journal.runs(RunFilter(environment: site.line.environment, statuses: [.running]), limit: 10)
        try journal.close()
        return running
    }

    /// Has the data alone until the lock is released.
    func seize() throws -> FileLock {
        let lock = try DataLock.seize(site.root, site.line.environment, at: site.clock.now())
        do {
            // Of a program that knows no such lock.
            if let run = try running().first {
                throw CommandFailure(
                    "run \(run.id) of pipeline \"\(run.pipeline)\" is under way in \(site.line.environment)", help: "wait for it to end, or end it", .failure)
            }
            return lock
        } catch {
            lock.release()
            throw error
        }
    }
}
