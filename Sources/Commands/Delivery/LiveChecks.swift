internal import AssetLoading
internal import Assets
internal import Connectors
internal import Delivery
internal import Diagnostics
internal import Git
internal import Runtime
internal import Secrets
internal import Support
internal import Validation

/// What a release would find where it is deployed: its connections, secrets, warehouse and folder. Nothing is changed.
struct LiveChecks: Sendable {
    /// Of the time that one connection may take.
    static let limit = Duration.seconds(10)

    private let released: ReleasedProject
    private let site: DeliverySite
    private let uses: SecretUses

    init(_ released: ReleasedProject, at site: DeliverySite) {
        self.released = released
        self.site = site
        uses = SecretUses(released.project)
    }

    func run() async throws -> [LiveCheck] {
        var checks: [LiveCheck] = []
        do {
            checks = try await connections(try released.resolved())
        } catch let invalid as Workspace.Invalid {
            // A variable that is set where it is deployed need not be set here.
            let reasons = invalid.diagnostics.filter { $0.severity == .error }.map(\.message)
            checks.append(LiveCheck(kind: .connection, name: "all", outcome: .notChecked("the environment's expressions have no value here"), details: reasons))
        }
        checks += secrets()
        checks += [try root()]
        return checks
    }

    // MARK: Connections and warehouse

    private func connections(_ environment: ResolvedEnvironment) async throws -> [LiveCheck] {
        var wanted = environment.connections.values.filter { !uses.pipelines(using: $0.name).isEmpty }.sorted { $0.name < $1.name }
        let publishes = released.project.pipelines.contains { file in
            var found = false
            file.asset.forEachActivity { if case .publish = $0.kind { found = true } }
            return found
        }
        if publishes, let warehouse = environment.warehouse { wanted.append(warehouse) }
        let workspace = released.workspace
        let probes = try await Interruption.cancelling { [wanted] in
            try await SourceProbe.take(workspace, in: environment, connections: wanted, limit: Self.limit)
        }
        return probes.map { Self.check($0) }
    }

    private static func check(_ probe: SourceProbe) -> LiveCheck {
        let isWarehouse = probe.name == ResolvedEnvironment.warehouseName
        func check(_ outcome: LiveCheck.Outcome, _ details: [String] = []) -> LiveCheck {
            LiveCheck(kind: isWarehouse ? .warehouse : .connection, name: isWarehouse ? "warehouse" : probe.name, outcome: outcome, details: details)
        }
        switch probe.outcome {
        case .failed(let reason, let help): return check(.failed(reason), help.map { [$0] } ?? [])
        case .notChecked(let reason): return check(.notChecked(reason))
        case .looked(let entry, let diagnostics):
            let breaking = entry.locked == nil ? [] : entry.differences.filter(\.isBreaking)
            let unreadable = diagnostics.filter { $0.severity == .error }
            guard breaking.isEmpty, unreadable.isEmpty else {
                let details = unreadable.map { $0.message + ($0.help.map { "; \($0)" } ?? "") } + breaking.map(\.statement)
                let what = breaking.isEmpty ? "something that pipelines read is not there" : "it is not what \(entry.locked?.path ?? "its locked schema") says"
                return check(.failed(what), details)
            }
            return check(.passed)
        }
    }

    // MARK: Secrets

    /// One for each store: whether all that is asked for can be had. Values are read and forgotten.
    private func secrets() -> [LiveCheck] {
        var names: [String: Set<String>] = [:]
        var missing: [LiveCheck] = []
        for use in uses.uses(in: released.environment) {
            guard let name = use.name, let store = use.store(in: released.environment) else { continue }
            names[FileSystem.normalise(store.value), default: []].insert(use.version.map { "\(name)\u{0}\($0)" } ?? name)
        }
        for (path, asked) in names.sorted(by: { $0.key < $1.key }) { missing.append(check(path, asked.sorted())) }
        return missing
    }

    private func check(_ path: String, _ asked: [String]) -> LiveCheck {
        func check(_ outcome: LiveCheck.Outcome, _ details: [String] = []) -> LiveCheck {
            LiveCheck(kind: .secrets, name: path, outcome: outcome, details: details)
        }
        guard let bytes = try? released.tree.read(path) else { return check(.failed("the release has no such store")) }
        let store: SecretStore
        do throws(SecretsError) {
            store = try SecretStoreFile(path: FileSystem.join(released.workspace.root, path), name: path, content: bytes).open(with: released.workspace.opener)
        } catch {
            return check(error.kind == .noIdentity ? .notChecked("no identity opens it") : .failed(error.message), error.kind == .noIdentity ? [] : error.help.map { [$0] } ?? [])
        }
        let now = WallClock.system.now()
        let problems = asked.compactMap { text -> String? in
            let parts = text.split(separator: "\u{0}", maxSplits: 1).map(String.init)
            do throws(SecretsError) {
                _ = try store.value(parts[0], version: parts.count > 1 ? parts[1] : nil, at: now)
                return nil
            } catch {
                return error.message
            }
        }
        return check(problems.isEmpty ? .passed : .failed("\(problems.count) of \(asked.count) secrets cannot be read"), problems)
    }

    // MARK: Folder

    private func root() throws -> LiveCheck {
        func check(_ outcome: LiveCheck.Outcome) -> LiveCheck { LiveCheck(kind: .root, name: site.rootFromProject, outcome: outcome) }
        var folder = site.root
        while !FileSystem.exists(folder), folder != "/" { folder = FileSystem.parent(of: folder) }
        guard FileSystem.kind(of: folder, followLinks: true) == .directory else { return check(.failed("\(folder) is no folder")) }
        guard FileSystem.isWritable(folder) else { return check(.failed("\(folder) cannot be written to by this user")) }
        let files = released.tree.files
        var needed = 1 << 20
        for (_, file) in try files.allFiles() { needed += try files.objects.size(ofBlob: file.id) + 4096 }
        let available = try FileSystem.availableSpace(at: folder)
        return check(available >= needed ? .passed : .failed("there is room for \(ByteCount.text(available)), and the release takes \(ByteCount.text(needed))"))
    }
}
