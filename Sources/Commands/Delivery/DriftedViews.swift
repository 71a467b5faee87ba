internal import AssetLoading
internal import Assets
internal import Connectors
internal import Delivery
internal import Engine
internal import Expressions
internal import Git
internal import Runtime
internal import Support

/// Views of the warehouse against those that the release declares. Views of others are nobody's business.
enum DriftedViews {
    static func report(_ survey: DriftSurvey, _ environment: ResolvedEnvironment) async throws -> DriftReport {
        var report = DriftReport()
        guard let warehouse = environment.warehouse else { return report }
        let declared = survey.released.project.views
        let branch = survey.branch.map { tip in (name: tip.name, views: ProjectLoader.load(tip.tree).views) }
        // What an earlier release declared may still be there.
        let wasDeclared = try survey.release.previous.map { id in
            let repository = try survey.site.repository()
            return !ProjectLoader.load(GitTree(try repository.files(of: id, in: survey.site.line.project))).views.isEmpty
        }
        guard !declared.isEmpty || wasDeclared == true else { return report }
        if survey.isOffline, case .postgres = warehouse.kind {
            report.add(DriftReport.Gap("views", "--offline"))
            return report
        }
        let workspace = survey.released.workspace
        let project = survey.released.project
        do {
            let (inspection, difference) = try await workspace.withEngine(for: environment) { engine in
                try await engine.withSession { session in
                    let wanted = try await environment.views(of: project, session: session)
                    return try await WarehouseUpdate(warehouse: warehouse, engine: engine, session: session).look(for: wanted)
                }
            }
            report.add(Items(inspection: inspection, branch: branch).all(difference))
        } catch let error as ConnectorError {
            report.add(DriftReport.Gap("views", error.message))
        }
        return report
    }

    private struct Items {
        let inspection: WarehouseInspection
        let branch: (name: String, views: [DeclaredView])?

        func all(_ difference: ViewsDifference) -> [DriftItem] {
            let pending = Set(difference.pending.map(\.view.place))
            return difference.create.map {
                DriftItem(.view, $0.name.text, "is missing", git: git($0.name), recorded: line($0.sql), live: "no view", remedy: .fix)
            } + difference.replace.map {
                DriftItem(
                    .view, $0.view.name.text, $0.reason == .changedByHand ? "was changed by hand" : "is not as the release has it", git: git($0.view.name),
                    recorded: line($0.view.sql), live: live($0.view.place), remedy: .fix)
            } + difference.drop.filter { !pending.contains($0.place) }.map {
                DriftItem(
                    .view, $0.place.text, "is not declared any more", git: "no such view", recorded: "made by \($0.mark?.release.map { "release \($0)" } ?? "a run of the working tree")",
                    live: line($0.definition), remedy: .fix)
            } + difference.pending.map {
                DriftItem(
                    .view, $0.view.name.text, "waits for what it reads", git: git($0.view.name), recorded: line($0.view.sql),
                    live: "not published: " + $0.missing.map(\.text).joined(separator: ", "), isDrift: false, remedy: nil)
            } + difference.blocked.map {
                DriftItem(
                    .view, $0.view.name.text, "cannot be made", git: git($0.view.name), recorded: line($0.view.sql),
                    live: $0.isTable ? "a table of this name" : "a view of this name that pipectl has not made", remedy: .other("rename one of them"))
            }
        }

        private func git(_ name: LakeName) -> String {
            guard let branch else { return "the branch is not known here" }
            guard let view = branch.views.first(where: { $0.name.text == name.text }) else { return "no such view on branch \(branch.name)" }
            return "\(line(view.text?.dynamic.literalText ?? "")) on branch \(branch.name)"
        }

        private func live(_ place: WarehousePlace) -> String {
            let found = inspection.views.first { $0.place.text.lowercased() == place.text.lowercased() }
            return found.map { line($0.definition) } ?? "no view"
        }

        private func line(_ sql: String) -> String {
            let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return words.count > 120 ? words.prefix(120) + "…" : words
        }
    }
}
