internal import AssetLoading
internal import Assets
internal import Connectors
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Expressions
internal import Runtime
internal import Support

/// What a deployment would do to the views of the warehouse.
struct PlanWarehouse: Sendable {
    struct Step: Sendable, Hashable {
        enum Action: String, Sendable { case create, replace, drop, wait, blocked }
        let action: Action
        let view: String
        /// Why, or for what.
        var reason: String?
    }

    let steps: [Step]
    /// Whether the warehouse itself was looked at, or only the files of the two releases.
    let isLive: Bool
    /// Why it could not be looked at.
    let problem: String?

    /// nil where neither release has a view, or the environment no warehouse.
    static func look(from previous: Release?, to released: ReleasedProject, at site: DeliverySite, isOffline: Bool) async throws -> PlanWarehouse? {
        guard released.environment.warehouse != nil else { return nil }
        let wanted = released.project.views
        let earlier = try previous.map { ProjectLoader.load($0.content(site.line, try site.repository())).views } ?? []
        guard !wanted.isEmpty || !earlier.isEmpty else { return nil }
        if isOffline { return PlanWarehouse(steps: compare(earlier, wanted), isLive: false, problem: nil) }
        do {
            let difference = try await difference(released)
            return PlanWarehouse(steps: steps(difference), isLive: true, problem: nil)
        } catch let error as ConnectorError {
            return PlanWarehouse(steps: compare(earlier, wanted), isLive: false, problem: error.message)
        } catch let invalid as Workspace.Invalid {
            return PlanWarehouse(steps: compare(earlier, wanted), isLive: false, problem: invalid.diagnostics.first?.message ?? "the environment cannot be resolved")
        }
    }

    private static func difference(_ released: ReleasedProject) async throws -> ViewsDifference {
        let environment = try released.resolved()
        guard let warehouse = environment.warehouse else { return ViewsDifference() }
        return try await released.workspace.withEngine(for: environment) { engine in
            try await engine.withSession { session in
                let views = try await environment.views(of: released.project, session: session)
                return try await WarehouseUpdate(warehouse: warehouse, engine: engine, session: session).look(for: views).difference
            }
        }
    }

    private static func steps(_ difference: ViewsDifference) -> [Step] {
        let pending = Set(difference.pending.map(\.view.place))
        return difference.create.map { Step(action: .create, view: $0.name.text) }
            + difference.replace.map { Step(action: .replace, view: $0.view.name.text, reason: $0.reason == .changedByHand ? "changed by hand in the warehouse" : nil) }
            + difference.drop.filter { !pending.contains($0.place) }.map { Step(action: .drop, view: $0.place.text) }
            + difference.pending.map { Step(action: .wait, view: $0.view.name.text, reason: $0.missing.map(\.text).joined(separator: ", ") + ($0.lacksColumns ? " with other columns" : "")) }
            + difference.blocked.map { Step(action: .blocked, view: $0.view.name.text, reason: $0.isTable ? "a table has its name" : "a view that pipectl has not made has its name") }
    }

    /// By their text, as far as the files tell.
    private static func compare(_ earlier: [DeclaredView], _ wanted: [DeclaredView]) -> [Step] {
        func texts(_ views: [DeclaredView]) -> [String: String] {
            Dictionary(views.map { ($0.name.text, $0.text?.dynamic.literalText ?? "") }, uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (texts(earlier), texts(wanted))
        return after.keys.filter { before[$0] == nil }.sorted().map { Step(action: .create, view: $0) }
            + after.keys.filter { before[$0] != nil && before[$0] != after[$0] }.sorted().map { Step(action: .replace, view: $0) }
            + before.keys.filter { after[$0] == nil }.sorted().map { Step(action: .drop, view: $0) }
    }

    var json: JSONValue {
        [
            "steps": .array(steps.map { ["action": .string($0.action.rawValue), "view": .string($0.view), "reason": $0.reason.map { .string($0) } ?? .null] }),
            "isLive": .bool(isLive), "problem": problem.map { .string($0) } ?? .null,
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        var text = problem.map { "\(style("warehouse", .yellow)): it cannot be looked at: \(VisibleText.escaped($0)); from the files:\n" } ?? ""
        for step in steps {
            let view = VisibleText.escaped(step.view)
            let reason = step.reason.map { VisibleText.escaped($0) } ?? ""
            switch step.action {
            case .create: text += "warehouse: create view \(view)\n"
            case .replace: text += "warehouse: replace view \(view)\(reason.isEmpty ? "" : ", " + reason)\n"
            case .drop: text += "warehouse: drop view \(view)\n"
            case .wait: text += "warehouse: view \(view) will wait until \(reason) is published\n"
            case .blocked: text += "\(style("warehouse", .yellow)): view \(view) cannot be made: \(reason)\n"
            }
        }
        return text
    }
}
