internal import AssetLoading
internal import CommandLineKit
internal import Connectors
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Runtime
internal import Support
internal import Synchronization

/// Makes the views of a release in the warehouse of its environment, and keeps what was done for who tells it.
final class ViewApplication: WarehouseStep {
    private let folder: ProjectFolder
    private let live: LiveFolder
    private let environment: String
    private let opener: IdentityOpener
    private let done = Mutex<ViewChanges?>(nil)

    init(folder: ProjectFolder, live: LiveFolder, environment: String, opener: IdentityOpener) {
        self.folder = folder
        self.live = live
        self.environment = environment
        self.opener = opener
    }

    var changes: ViewChanges? { done.withLock { $0 } }

    func apply(_ release: Release, leavingBlocked: Bool) async throws {
        let files = LiveRelease(name: release.folderName, folder: live.path(of: release.folderName))
        var workspace = Workspace(folder: folder, project: ProjectLoader.load(try WorkingTree(root: files.folder)), opener: opener)
        workspace.release = files
        let environment = try workspace.environment(self.environment)
        guard let warehouse = environment.warehouse else { return }
        let project = workspace.project
        // Where nothing was published yet there is nothing to change, but everything to wait for.
        let lock = try await FileLock.acquire(
            environment.lockPath("warehouse"), purpose: "the views of release \(release.number)", clock: .system, timeout: .seconds(600))
        defer { lock.release() }
        let changes = try await workspace.withEngine(for: environment) { engine in
            try await engine.withSession { session in
                let views = try await environment.views(of: project, session: session)
                return try await WarehouseUpdate(warehouse: warehouse, engine: engine, session: session).apply(
                    views, release: release.folderName, leavingBlocked: leavingBlocked)
            }
        }
        done.withLock { $0 = changes }
    }
}

extension DeliverySite {
    /// What became of the views of the warehouse; nil where nobody has looked at them.
    var viewChanges: ViewChanges? { (warehouse as? ViewApplication)?.changes }

    /// `warehouse: created view gold.a`, a line each; empty where nothing is to be told.
    var viewLines: String { viewChanges?.lines ?? "" }
}

extension ViewChanges {
    var lines: String {
        var text = ""
        for (verb, names) in [("created", created), ("replaced", replaced), ("dropped", dropped)] where !names.isEmpty {
            text += "warehouse: \(verb) \(names.count == 1 ? "view" : "views") \(names.map(VisibleText.escaped).joined(separator: ", "))\n"
        }
        for (view, missing, lacksColumns) in pending {
            if lacksColumns {
                text += "warehouse: view \(VisibleText.escaped(view)) waits until \(missing.map(VisibleText.escaped).joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") published again: columns it reads are not there yet\n"
                continue
            }
            text += "warehouse: view \(VisibleText.escaped(view)) waits until \(missing.map(VisibleText.escaped).joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") published\n"
        }
        return text
    }

    var json: JSONValue {
        [
            "created": .array(created.map { .string($0) }), "replaced": .array(replaced.map { .string($0) }), "dropped": .array(dropped.map { .string($0) }),
            "pending": .array(pending.map { ["view": .string($0.view), "missing": .array($0.missing.map { .string($0) }), "lacksColumns": .bool($0.lacksColumns)] }),
        ]
    }
}
