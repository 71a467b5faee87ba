package import AssetLoading
package import Engine
internal import Assets
internal import Diagnostics
internal import Support
package import Validation

/// What of a project is looked at.
package struct ChangeSelection: Sendable {
    /// nil: all of them.
    package let environment: String?

    package init(environment: String? = nil) { self.environment = environment }

    func includes(environment name: String) -> Bool { environment == nil || environment == name }
}

/// Tells of two versions of a project what validation knows of them.
package typealias Snapshots = @Sendable () async throws -> (base: ProjectSnapshot, head: ProjectSnapshot)

/// What two versions of a project differ in.
package struct ProjectChanges: Sendable {
    /// Of assets and tables, kind by kind.
    package let changes: [Change]
    /// nil where it was not asked for.
    package let impact: Impact?
    /// nil where impact was not asked for.
    package let effects: TableEffects?

    package var isEmpty: Bool { changes.isEmpty }

    init(changes: [Change], impact: Impact?, effects: TableEffects? = nil) {
        self.changes = changes
        self.impact = impact
        self.effects = effects
    }

    /// Nothing.
    package init() { self.init(changes: [], impact: nil) }

    /// - Parameters:
    ///   - changed: paths of files that differ in their bytes, known beforehand: SQL and stores of secrets among them.
    ///   - engine: nil compares SQL by its tokens.
    ///   - snapshots: of both versions, asked for where there is a difference at all; nil leaves out columns and impact.
    package static func compare(
        base: any AssetTree, head: any AssetTree, changed: Set<String>, _ selection: ChangeSelection = ChangeSelection(), engine: EngineSupply?,
        snapshots: Snapshots? = nil
    ) async throws -> ProjectChanges {
        guard !changed.isEmpty else { return ProjectChanges(changes: [], impact: nil) }
        // Most changes are of SQL, or of what holds it: it is there by the time it is asked.
        if changed.contains(where: { [".sql", ".yml", ".yaml"].contains(where: $0.hasSuffix) }) { await engine?.prepare() }
        // What differs is looked for while both are validated.
        async let known = snapshots?()
        let sides = ProjectSide.read([base, head], changed: Set(changed.map(ExactText.init)))
        var (old, new) = (sides[0].meaning(selection, beside: sides[1]), sides[1].meaning(selection, beside: sides[0]))
        if let engine { try await SQLTrees.compare(&old, &new, engine) }
        var changes = MeaningComparison.parts(from: old, to: new)
        changes = TemplateEffects.told(changes, sides[0], sides[1])
        changes = changes.map(\.masked)
        if let engine { changes = try await OrderComparison.told(changes, sides[0], sides[1], engine) }
        guard let engine, !changes.isEmpty, let (before, after) = try await known else { return ProjectChanges(changes: changes, impact: nil) }
        let tables = TableComparison.changes(from: before.columns, to: after.columns, earlier: before.pipelines, now: after.pipelines)
        let effects = TableEffectsSearch(changes: changes, tables: tables, before: before, after: after, meaning: new).run()
        let impact = try await ImpactSearch(changes: changes, tables: tables, before: before, after: after, side: sides[1], earlier: sides[0], meaning: new, formerMeaning: old)
            .run(engine)
        return ProjectChanges(changes: changes + tables, impact: impact, effects: effects)
    }
}

extension ChangeSelection {
    /// Names of the environments that a version of a project has, those too that cannot be read in full.
    package static func environments(of tree: any AssetTree) -> [String] {
        let files = AssetFiles.read(tree)
        let others = files.files.filter { $0.folder != .environment }.map { ExactText($0.path) }
        let frame = FrameLoader.load(files, ParsedFiles.parse(files, except: Set(others)), tree)
        return Set(frame.environments.map(\.asset.name.value)).union(frame.gaps.unreadEnvironments).sorted()
    }
}
