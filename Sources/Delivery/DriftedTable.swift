/// A table of the lake: the columns that the release gives it, those it was left with, and those it has.
package struct DriftedTable: Sendable {
    package struct Column: Sendable, Hashable {
        package let name: String
        /// As the engine names it.
        package let type: String

        package init(_ name: String, _ type: String) {
            self.name = name
            self.type = type
        }

        var key: String { name.lowercased() }
    }

    /// A state of the table in its log.
    package struct State: Sendable {
        package let version: Int
        package let columns: [Column]

        package init(version: Int, columns: [Column]) {
            self.version = version
            self.columns = columns
        }
    }

    /// Commits of one writer that is not pipectl.
    package struct Foreign: Sendable, Hashable {
        package let writer: String
        package let operations: [String]

        package init(writer: String, operations: [String]) {
            self.writer = writer
            self.operations = operations
        }

        /// Files are put together or removed, and the rows stay as they are.
        var isUpkeep: Bool { operations.allSatisfy { $0 == "OPTIMIZE" || $0.hasPrefix("VACUUM") || $0 == "FSCK" } }
    }

    package let name: String
    /// Pipelines of the release that write it, sorted.
    package let writers: [String]
    /// nil where the files do not tell.
    package let release: [Column]?
    /// What pipectl committed last; nil where it never did, or the log does not reach back so far.
    package let own: State?
    /// What the journal says of who wrote it: `run X, release 3`.
    package let ownWords: String?
    /// Whether that run used the release that is current.
    package let isOfCurrentRelease: Bool
    /// Since then.
    package let foreign: [Foreign]
    /// nil where there is no table.
    package let live: State?

    package init(
        name: String, writers: [String], release: [Column]?, own: State?, ownWords: String?, isOfCurrentRelease: Bool, foreign: [Foreign], live: State?
    ) {
        self.name = name
        self.writers = writers
        self.release = release
        self.own = own
        self.ownWords = ownWords
        self.isOfCurrentRelease = isOfCurrentRelease
        self.foreign = foreign
        self.live = live
    }

    /// - Parameter environment: for the commands that are proposed.
    package func item(_ environment: String) -> DriftItem? {
        guard let live else { return missing(environment) }
        if foreign.isEmpty { return notRunYet(live, environment) }
        let isUpkeep = foreign.allSatisfy(\.isUpkeep)
        let known = release ?? own?.columns
        let hasChanged = own.map { Self.differ($0.columns, live.columns) } ?? known.map { Self.differ($0, live.columns) } ?? false
        if writers.isEmpty, own == nil {
            return DriftItem(
                .table, name, "is in the lake, and no pipeline of the release writes it", git: "no pipeline writes it", recorded: "never written by pipectl",
                live: "version \(live.version), by \(writersWords)", remedy: .other("put it under a pipeline, or remove its folder"))
        }
        let different = Self.different([release, own?.columns, live.columns])
        return DriftItem(
            .table, name, (hasChanged ? "has other columns: " : "was written by others: ") + foreignWords, git: words(release, different) ?? "columns are known when it runs",
            recorded: own.map { "version \($0.version)" + (ownWords.map { ", \($0)" } ?? "") + suffix($0.columns, different) } ?? "no commit by pipectl that the log still has",
            live: "version \(live.version)" + suffix(live.columns, different), isDrift: !isUpkeep, remedy: isUpkeep ? nil : again(environment))
    }

    private func missing(_ environment: String) -> DriftItem? {
        guard !writers.isEmpty else { return nil }
        let git = words(release, nil) ?? "columns are known when it runs"
        if let ownWords {
            return DriftItem(.table, name, "is gone", git: git, recorded: "written by \(ownWords)", live: "no table", remedy: again(environment))
        }
        return DriftItem(.table, name, "was not made yet", git: git, recorded: "never written", live: "no table", isDrift: false, remedy: again(environment))
    }

    /// As the last run left it; that may have been one of another release. Columns beyond those of the release may stem from earlier ones.
    private func notRunYet(_ live: State, _ environment: String) -> DriftItem? {
        guard !isOfCurrentRelease, let release else { return nil }
        let present = Dictionary(live.columns.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let changed = Set(release.filter { present[$0.key]?.type != $0.type }.map(\.key))
        guard !changed.isEmpty else { return nil }
        return DriftItem(
            .table, name, "has the columns of an earlier release", git: words(release, changed) ?? "", recorded: "version \(live.version)" + (ownWords.map { ", \($0)" } ?? ""),
            live: "version \(live.version)" + suffix(live.columns, changed), isDrift: false, remedy: again(environment))
    }

    private func again(_ environment: String) -> DriftItem.Remedy? {
        writers.isEmpty ? nil : .other(writers.map { "pipectl run \($0) --env \(environment)" }.joined(separator: "; "))
    }

    private var writersWords: String { foreign.map(\.writer).joined(separator: ", ") }

    private var foreignWords: String {
        foreign.map { one in
            let count = one.operations.count
            var seen: Set<String> = []
            let operations = one.operations.filter { seen.insert($0).inserted }
            return "\(count) commit\(count == 1 ? "" : "s") by \(one.writer) since (\(operations.joined(separator: ", ")))"
        }.joined(separator: "; ")
    }

    // MARK: Columns

    private static func differ(_ one: [Column], _ other: [Column]) -> Bool { !different([one, other]).isEmpty }

    /// Names, in lower case, of columns that are not the same everywhere. What is not known differs from nothing.
    private static func different(_ states: [[Column]?]) -> Set<String> {
        let known = states.compactMap { state in state.map { Dictionary($0.map { ($0.key, $0.type) }, uniquingKeysWith: { first, _ in first }) } }
        guard let first = known.first else { return [] }
        return Set(known.flatMap(\.keys)).filter { key in known.contains { $0[key] != first[key] } }
    }

    private func suffix(_ columns: [Column], _ chosen: Set<String>) -> String {
        chosen.isEmpty ? "" : ": " + (words(columns, chosen) ?? "")
    }

    /// - Parameter chosen: those to name; nil: all. Where none is to be named it is said that all are the same.
    private func words(_ columns: [Column]?, _ chosen: Set<String>?) -> String? {
        guard let columns else { return nil }
        if let chosen, chosen.isEmpty { return "the same columns" }
        let shown = columns.filter { chosen?.contains($0.key) ?? true }
        if shown.isEmpty { return "without " + (chosen ?? []).sorted().joined(separator: ", ") }
        let limit = 12
        return shown.prefix(limit).map { "\($0.name) \($0.type)" }.joined(separator: ", ") + (shown.count > limit ? ", and \(shown.count - limit) more" : "")
    }
}
