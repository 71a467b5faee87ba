package import Sops
package import Support

extension SecretStore {
    /// Why an edit may not add a value with these names; nil: it may.
    package func refusal(ofNew keys: [String]) -> String? {
        guard let name = keys.first else { return "it has no name" }
        if !opened.values.contains(where: { $0.keys.first == name }), let problem = SecretName.problem(with: name) { return problem }
        let isAttribute = keys.count > 2 && keys[1] == SecretEntry.attributesKey
        return isAttribute || opened.file.metadata.selection.encrypts(keys) ? nil : "it would not be encrypted"
    }

    /// This store with changes that were made on an earlier state of it.
    ///
    /// - Returns: nil with the names of values that were changed otherwise since then.
    package func merging(
        _ changes: [SopsChange], madeOn base: SecretStore, at now: Instant
    ) throws(SecretsError) -> (merged: SecretStore?, conflicts: [String]) {
        var open: [SopsChange] = []
        var conflicts: [String] = []
        for change in changes {
            let (before, current) = (base.opened.content(at: change.keys), opened.content(at: change.keys))
            let wanted = change.value.map { [SopsContent(keys: change.keys, value: $0)] } ?? []
            // What was removed may be set again below by a change that follows, so both are done anew.
            if current == wanted, current != before { continue }
            if current == before { open.append(change) } else { conflicts.append(change.keys.joined(separator: ".")) }
        }
        guard conflicts.isEmpty else { return (nil, conflicts) }
        return (try applying(open, at: now), [])
    }

    /// What cannot be used of this store, and could of `other`.
    package func problems(since other: SecretStore) -> [String] {
        inventory.entries.compactMap { entry in
            guard let problem = entry.problem, other.inventory[entry.name]?.problem != problem else { return nil }
            return "secret '\(entry.name)' \(problem)"
        }
    }
}
