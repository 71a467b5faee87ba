internal import Assets
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support
internal import Validation

/// What the files tell of an environment's secrets: what is asked for against what the stores hold. Needs no key.
struct SecretCheck {
    let environments: [Environment]
    let uses: SecretUses
    /// By path from the project's folder.
    let stores: [String: CheckedStore]
    let now: Instant
    let within: Duration
    let isStrict: Bool

    private struct Target: Hashable {
        let store: String
        let name: String
        var version: String?
    }

    func report(on environment: Environment) -> SecretReport {
        let asked = uses.uses(in: environment)
        var findings: [SecretFinding] = []
        for path in environment.storePaths {
            guard let store = stores[path] else { preconditionFailure("all stores of all environments were read") }
            if let problem = store.problem { findings.append(Self.finding(problem, store, environment)) }
        }
        findings += askedFor(asked, in: environment)
        let computed = asked.filter { $0.name == nil }
        if !computed.isEmpty {
            findings.append(
                SecretFinding(kind: .computed, severity: .note, message: "which secrets are meant here is known when it runs", uses: computed))
        }
        var leftOut: [String] = []
        for path in environment.storePaths {
            guard let store = stores[path], store.problem == nil else { continue }
            if store.sops?.metadata.isTextBound == false, store.secrets.contains(where: { $0.form == .versioned }) {
                findings.append(
                    SecretFinding(
                        kind: .unbound, severity: .warning, message: "\(store.file.name) was not written by pipectl last: the names of attributes in it could have been changed unnoticed",
                        store: store.file.name, help: "look at them (pipectl secrets list --versions); the next change with pipectl binds the text again"))
            }
            for entry in store.secrets {
                findings += expiring(entry, in: store, asked, environment)
                guard let pending = entry.pending, entry.problem == nil else { continue }
                findings.append(
                    SecretFinding(
                        kind: .pending, severity: .warning, message: "a rotation of secret '\(entry.name)' of \(store.file.name) to version \(pending.prefix(8)) was begun and not ended",
                        store: store.file.name, secret: entry.name, version: pending, help: "bring it to its end: pipectl secrets rotate \(entry.name) \(option(for: path, environment))"))
            }
            let (found, reason) = unused(of: path, store)
            findings += found
            if let reason { leftOut.append(reason) }
        }
        return SecretReport(
            environment: environment.name.value, stores: environment.storePaths, secrets: environment.storePaths.compactMap { stores[$0]?.secrets.count }.reduce(0, +),
            uses: asked.count, findings: findings, leftOut: leftOut)
    }

    private static func finding(_ problem: SecretsError, _ store: CheckedStore, _ environment: Environment) -> SecretFinding {
        let help = problem.kind == .notFound ? "make it: pipectl secrets init --env \(environment.name.value)" : problem.remedy
        return SecretFinding(
            kind: problem.kind == .notFound ? .missing : .damaged, severity: .error, message: problem.detailed,
            store: store.file.name, help: help)
    }

    // MARK: What is asked for

    private func askedFor(_ asked: [SecretUse], in environment: Environment) -> [SecretFinding] {
        var order: [Target] = []
        var groups: [Target: [SecretUse]] = [:]
        var findings: [SecretFinding] = []
        for (vault, uses) in Dictionary(grouping: asked.filter { $0.name != nil && $0.store(in: environment) == nil }, by: \.vault) {
            let name = environment.name.value
            findings.append(
                SecretFinding(
                    kind: .missing, severity: .error,
                    message: vault.map { "environment \"\(name)\" maps no vault '\($0)' to a store" } ?? "environment \"\(name)\" has no store of secrets",
                    help: vault.map { "name its store under \"vaults\": \($0): secrets/\(name).yml" } ?? "make one: pipectl secrets init --env \(name)", uses: uses))
        }
        findings.sort { $0.message < $1.message }
        for use in asked {
            guard let name = use.name, let store = use.store(in: environment) else { continue }
            let target = Target(store: FileSystem.normalise(store.value), name: name, version: use.version)
            if groups[target] == nil { order.append(target) }
            groups[target, default: []].append(use)
        }
        return findings + order.compactMap { finding(on: $0, groups[$0] ?? [], environment) }
    }

    private func finding(on target: Target, _ uses: [SecretUse], _ environment: Environment) -> SecretFinding? {
        guard let store = stores[target.store], let inventory = store.inventory else { return nil }
        let (file, name) = (store.file.name, target.name)
        func finding(_ kind: SecretFinding.Kind, _ message: String, help: String?) -> SecretFinding {
            SecretFinding(kind: kind, severity: .error, message: message, store: file, secret: name, version: target.version, help: help, uses: uses)
        }
        let option = option(for: target.store, environment)
        guard let entry = inventory[name] else {
            let near = Suggestion.nearest(to: name, in: inventory.names.sorted())
            return finding(.missing, "\(file) has no secret '\(name)'", help: near.map { "did you mean '\($0)'?" } ?? "add it: pipectl secrets set \(name) \(option)")
        }
        if let problem = entry.problem {
            return finding(.damaged, "secret '\(name)' of \(file) \(problem)", help: "mend it: pipectl secrets edit \(option)")
        }
        if entry.hidesAttributes, target.version == nil { return nil }
        guard let version = target.version.map({ entry.version($0) }) ?? entry.currentVersion else {
            return finding(
                .missing, "secret '\(name)' of \(file) has no version \(target.version ?? entry.current)", help: "it has \(entry.versions.map { String($0.id.prefix(8)) }.joined(separator: ", "))")
        }
        guard let refusal = version.refusal(at: now) else { return nil }
        let which = target.version == nil ? "the current version" : "version"
        return finding(
            .refused, "secret '\(name)' of \(file): \(which) \(version.id.prefix(8)) \(refusal)",
            help: "make another version current, or give it a new one: pipectl secrets set \(name) \(option)")
    }

    /// How commands are told the store.
    private func option(for path: String, _ environment: Environment) -> String {
        environment.secretStore.map { FileSystem.normalise($0.value) } == path ? "--env \(environment.name.value)" : "--store \(stores[path]?.file.name ?? path)"
    }

    // MARK: What is in the stores

    private func expiring(_ entry: SecretEntry, in store: CheckedStore, _ asked: [SecretUse], _ environment: Environment) -> [SecretFinding] {
        let end = now.adding(within) ?? .last
        let uses = uses.uses(of: entry.name, inStore: store.file.name, of: environment).filter { asked.contains($0) }
        let named = Set(uses.compactMap { $0.version.flatMap { entry.version($0)?.id } })
        return entry.versions.filter { $0.id == entry.current || named.contains($0.id) }.compactMap { version in
            guard let expires = version.expires, version.refusal(at: now) == nil, expires < end else { return nil }
            let days = (expires.microseconds - now.microseconds) / 86_400_000_000
            return SecretFinding(
                kind: .expiring, severity: .warning,
                message: "secret '\(entry.name)' of \(store.file.name): \(version.id == entry.current ? "the current version" : "version") \(version.id.prefix(8)) expires at \(expires.toTheSecond), in \(days == 1 ? "1 day" : "\(days) days")",
                store: store.file.name, secret: entry.name, version: version.id,
                uses: uses.filter { $0.version.map { entry.version($0)?.id == version.id } ?? (version.id == entry.current) })
        }
    }

    /// Secrets that nothing in the project asks for, whichever environment shares the store; or why that cannot be told.
    private func unused(of path: String, _ store: CheckedStore) -> (findings: [SecretFinding], leftOut: String?) {
        let sharing = environments.filter { $0.storePaths.contains(path) }
        var names: Set<String> = []
        var isComputed = false
        for environment in sharing {
            for use in uses.uses(in: environment) {
                guard let name = use.name else {
                    isComputed = true
                    continue
                }
                if !use.isOwnRotation, use.store(in: environment).map({ FileSystem.normalise($0.value) }) == path { names.insert(name) }
            }
        }
        if !uses.unreadFiles.isEmpty {
            return ([], "unused secrets of \(store.file.name): there are errors in \(uses.unreadFiles.joined(separator: ", "))")
        }
        let entries = store.secrets.filter { !names.contains($0.name) }
        var findings: [SecretFinding] = []
        for entry in entries {
            let refusal = entry.problem ?? entry.currentVersion?.refusal(at: now)
            if entry.isExternal {
                // Who needs it is not known here, but gets nothing.
                guard let refusal else { continue }
                findings.append(
                    SecretFinding(
                        kind: entry.problem == nil ? .refused : .damaged, severity: .warning, message: "secret '\(entry.name)' of \(store.file.name), which others use, \(refusal)",
                        store: store.file.name, secret: entry.name))
                continue
            }
            if isComputed, refusal == nil { continue }
            findings.append(
                SecretFinding(
                    kind: .unused, severity: isStrict && refusal == nil ? .warning : .note,
                    message: "nothing \(isComputed ? "names" : "uses") secret '\(entry.name)' of \(store.file.name)" + (refusal.map { "; it \($0)" } ?? ""),
                    store: store.file.name, secret: entry.name,
                    help: refusal == nil ? "remove it, or say that others use it: pipectl secrets set \(entry.name) --tag external=true" : nil))
        }
        let reason = isComputed && !entries.isEmpty ? "unused secrets of \(store.file.name): some names are computed" : nil
        return (findings, reason)
    }
}
