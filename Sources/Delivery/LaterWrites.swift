internal import Lake
internal import State
internal import Support

/// Who wrote what after a release was replaced, and what was there before: decided by the commits themselves, which name their runs. The
/// journal alone would not do: it has a version for a run that changed nothing, and none for one that died as it committed.
struct LaterWrites: Sendable {
    let environment: String
    /// The release whose data is wanted.
    let release: Int
    /// Runs of releases after it.
    let runs: Set<String>

    func isLater(_ commit: CommitInfo) -> Bool {
        if let rollback = commit.provenance["rollback"]?["release"]?.asInteger {
            return commit.provenance["environment"]?.asString == environment && rollback > release
        }
        return commit.provenance["run"]?.asString.map(runs.contains) ?? false
    }

    /// The first of them, and those of others that came after it; nil where there is none.
    /// - Parameter commits: newest first.
    func first(of commits: [CommitInfo]) -> (version: Int, others: [CommitInfo])? {
        guard let place = commits.lastIndex(where: isLater) else { return nil }
        return (commits[place].version, commits[..<place].filter { !isLater($0) })
    }

    /// Tables that were put into the warehouse later, with the version that was there before; nil for none.
    /// - Parameter publications: oldest first.
    func warehouse(_ publications: [Journal.Publication]) -> [String: Int64?] {
        var before: [String: Int64?] = [:]
        var now: [String: Int64?] = [:]
        var isUncertain: Set<String> = []
        var changed: Set<String> = []
        for publication in publications {
            let isLater =
                switch publication.source {
                case .run(let id): runs.contains(id)
                case .restoration(let number): number > release
                }
            if isLater { changed.insert(publication.table) }
            // One that was cut short may have come through or not.
            if !publication.isDone {
                if changed.contains(publication.table) { isUncertain.insert(publication.table) }
                continue
            }
            now[publication.table] = .some(publication.version)
            if !changed.contains(publication.table) { before[publication.table] = .some(publication.version) }
        }
        var targets: [String: Int64?] = [:]
        for table in changed {
            let target = before[table] ?? nil
            if isUncertain.contains(table) || (now[table] ?? nil) != target { targets[table] = .some(target) }
        }
        return targets
    }
}
