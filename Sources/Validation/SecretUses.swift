package import AssetLoading
package import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Who of a project uses which secrets, as far as its files tell: nothing is run, and no engine is asked.
package struct SecretUses: Sendable {
    /// In the order of the files.
    package let uses: [SecretUse]
    /// Files that could not be read as a whole: there may be uses in them that are not known. Sorted.
    package let unreadFiles: [String]
    private let connections: ConnectionUses

    package init(_ project: LoadedProject) {
        var collector = SecretUseCollector(environments: project.environments.map(\.asset.name.value).sorted())
        project.environments.forEach { collector.note($0.asset) }
        for file in project.files {
            guard let pipeline = file.pipeline else { continue }
            pipeline.forEachActivity { collector.note($0, of: pipeline, in: file) }
        }
        uses = collector.found.sorted { ($0.range.path, $0.range.start, $0.name ?? "", $0.user.text) < ($1.range.path, $1.range.start, $1.name ?? "", $1.user.text) }
        unreadFiles = Self.unread(project).sorted()
        connections = ConnectionUses(project)
    }

    private static func unread(_ project: LoadedProject) -> Set<String> {
        var paths: Set<String> = []
        for file in project.files {
            if file.pipeline == nil || !file.lostActivities.isEmpty { paths.insert(file.path) }
            paths.formUnion(file.sqlPaths.filter { file.sqlFiles[$0] == nil })
        }
        let gaps = project.frame.gaps
        guard gaps.hasBrokenEnvironment || !gaps.unreadPipelines.isEmpty || !gaps.unreadTemplates.isEmpty else { return paths }
        // A store that cannot be read hides no use.
        let stores = Set(project.environments.flatMap(\.asset.stores).map(\.range))
        return paths.union(
            project.frame.diagnostics.filter { $0.severity == .error }.compactMap(\.range).filter { !stores.contains($0) }.map(\.path))
    }

    /// Uses of a secret of an environment's own store, those of vaults for which that store stands among them.
    package func uses(of name: String, in environment: Environment) -> [SecretUse] {
        guard let store = environment.secretStore else { return [] }
        return uses(of: name, inStore: store.value, of: environment)
    }

    /// - Parameter path: of a store that the environment names, as it is written there or otherwise.
    package func uses(of name: String, inStore path: String, of environment: Environment) -> [SecretUse] {
        let wanted = FileSystem.normalise(path)
        return uses.filter { use in
            use.name == name && use.environments.contains(environment.name.value) && use.store(in: environment).map { FileSystem.normalise($0.value) } == wanted
        }
    }

    /// What an environment's own fields and all pipelines ask of its stores.
    package func uses(in environment: Environment) -> [SecretUse] { uses.filter { $0.environments.contains(environment.name.value) } }

    /// Pipelines that use a connection, or may: where its name is computed, or SQL names something that is called like it. Sorted.
    package func pipelines(using connection: String) -> [String] { connections.pipelines(using: connection) }

    /// Pipelines that need the secret of a use when they run. Sorted.
    package func pipelines(of user: SecretUse.User) -> [String] {
        switch user {
        case .connection(let name, _): connections.pipelines(using: name)
        case .warehouse: connections.publishing.sorted()
        case .activity(_, let pipeline): [pipeline]
        case .rotation: []
        // Every pipeline runs with these.
        case .setting: connections.all.sorted()
        }
    }
}

private struct SecretUseCollector {
    let environments: [String]
    private(set) var found: [SecretUse] = []

    init(environments: [String]) { self.environments = environments }

    mutating func note(_ environment: Environment) {
        let name = environment.name.value
        func note(_ texts: [DynamicText], _ user: SecretUse.User) {
            for text in texts { add(text, user, [name], call: nil) }
        }
        note([environment.root.expression].compactMap { $0 }, .setting("root", environment: name))
        for variable in environment.variables { note(variable.value.texts, .setting("variable \(variable.name)", environment: name)) }
        for connection in environment.connections { note(connection.value.expressions, .connection(connection.name, environment: name)) }
        note(environment.warehouse?.connection.expressions ?? [], .warehouse(environment: name))
        for rotation in environment.secrets?.rotation ?? [] {
            let user = SecretUse.User.rotation(of: rotation.name, environment: name)
            found.append(SecretUse(name: rotation.name, vault: nil, version: nil, user: user, environments: [name], range: rotation.key.range, call: nil))
            if case .sql(_, let text)? = rotation.value.onRotate { note([text], user) }
        }
    }

    mutating func note(_ activity: Activity, of pipeline: Pipeline, in file: LoadedPipeline) {
        var texts = activity.fieldTexts.map(\.text)
        if case .transform(let transform) = activity.kind, let sql = file.sql(of: transform.query) { texts.append(sql.dynamic) }
        for text in texts { add(text, .activity(activity.name.value, pipeline: pipeline.name.value), environments, call: activity.call) }
    }

    private mutating func add(_ text: DynamicText, _ user: SecretUse.User, _ environments: [String], call: SourceRange?) {
        let references = text.references
        for secret in references.secrets {
            found.append(
                SecretUse(
                    name: secret.name, vault: secret.vault, version: secret.version, user: user, environments: environments, range: secret.range, call: call))
        }
        for range in references.computedSecrets {
            found.append(SecretUse(name: nil, vault: nil, version: nil, user: user, environments: environments, range: range, call: call))
        }
    }
}
