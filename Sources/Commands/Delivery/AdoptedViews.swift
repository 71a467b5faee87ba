internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Runtime
internal import Support

/// Views that were changed by hand in the warehouse, on their way into the SQL files that they are made from.
struct AdoptedViews: Sendable {
    struct View: Sendable {
        let name: String
        /// Of the file that its SQL stands in.
        let path: String
        let file: Adoption?
        /// Why it cannot be written; nil: the file says what becomes of it.
        let refusal: String?
        /// As the project would have it; nil where that cannot be told.
        let sql: String?

        var isRefused: Bool { refusal != nil || (file?.isRefused ?? false) }
    }

    let views: [View]
    /// Why they could not be looked at.
    let gap: String?

    /// - Parameters:
    ///   - taken: files that are adopted from the live folder.
    ///   - root: the project's folder.
    static func look(_ released: ReleasedProject, besides taken: [String], root: String, isOffline: Bool) async throws -> AdoptedViews {
        let project = released.project
        let declared = project.views
        guard !declared.isEmpty, released.environment.warehouse != nil else { return AdoptedViews(views: [], gap: nil) }
        if isOffline { return AdoptedViews(views: [], gap: "--offline") }
        do {
            let environment = try released.resolved()
            guard let warehouse = environment.warehouse else { return AdoptedViews(views: [], gap: nil) }
            let changed = try await released.workspace.withEngine(for: environment) { engine in
                try await engine.withSession { session in
                    let wanted = try await environment.views(of: project, session: session)
                    return try await WarehouseUpdate(warehouse: warehouse, engine: engine, session: session).changedByHand(
                        wanted, published: declared.map(\.name) + project.publishedTables, schema: environment.warehouseSchema)
                }
            }
            return AdoptedViews(
                views: changed.compactMap { view in
                    declared.first { $0.name.text == view.view.name.text }.map { Self.adopted(view, $0, released, taken, root) }
                }, gap: nil)
        } catch let error as ConnectorError {
            return AdoptedViews(views: [], gap: error.message)
        } catch let invalid as Workspace.Invalid {
            return AdoptedViews(views: [], gap: invalid.diagnostics.first { $0.severity == .error }?.message ?? "the environment's expressions have no value here")
        }
    }

    private static func adopted(
        _ changed: WarehouseUpdate.ChangedView, _ declared: DeclaredView, _ released: ReleasedProject, _ taken: [String], _ root: String
    ) -> View {
        let sql = try? changed.sql.get()
        let path = if case .file(let written, _, _) = declared.source { SQLFile.path(of: written) } else { declared.source.range.path }
        func refused(_ reason: String) -> View { View(name: declared.name.text, path: path, file: nil, refusal: reason, sql: sql) }
        guard changed.isOfThisSource else { return refused("the release has another SQL of it, which was not made yet") }
        let text: String
        switch changed.sql {
        case .success(let sql): text = sql
        case .failure(let unclear): return refused(unclear.reason)
        }
        if case .inline(let inline) = declared.source { return refused("its SQL stands in \(path), line \(inline.range.start.line): write it there") }
        guard released.project.uses(ofSQL: path) == 1 else { return refused("\(path) is the SQL of something else, too") }
        guard !taken.contains(where: { ExactText($0) == ExactText(path) }) else { return refused("\(path) was changed in the live folder, too") }
        let adoption = Adoption.look(at: path, taking: Array((text + "\n").utf8), release: released.tree, project: root)
        return View(name: declared.name.text, path: path, file: adoption, refusal: nil, sql: text)
    }
}

extension AdoptedViews.View {
    func text(isDryRun: Bool, _ style: TerminalStyle) -> String {
        let name = VisibleText.escaped(name)
        if let refusal {
            let sql = sql.map { "\n  \(VisibleText.escaped($0))" } ?? ""
            return "view \(name): \(style("refused", .red)): \(VisibleText.escaped(refusal))\(sql)\n"
        }
        return file.map { "view \(name): \($0.text(isDryRun: isDryRun, style))" } ?? ""
    }

    var json: JSONValue {
        let (step, reason) = file?.words ?? ("refused", refusal)
        return [
            "view": .string(name), "path": .string(path), "step": .string(step), "reason": reason.map { .string($0) } ?? .null,
            "sql": sql.map { .string($0) } ?? .null,
        ]
    }
}
