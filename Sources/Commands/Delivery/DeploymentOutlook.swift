internal import Changes
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// What a deployment would bring, and meet.
struct DeploymentOutlook: Sendable {
    let site: DeliverySite
    let source: GitObjectID
    let previous: Release?
    let draft: ReleaseDraft
    /// nil where nothing had to be loaded.
    let pipelines: Int?
    /// nil for the first release.
    let changes: ProjectChanges?
    var tables: PlannedTables?
    var missingSecrets: [String] = []
    /// Rules that forbid it now.
    var blocks: [String] = []
    var views: PlanWarehouse?
    /// nil where nothing was looked at.
    var checks: [LiveCheck]?

    var hasSomething: Bool { previous?.tree != draft.tree }

    /// To be carried out later. What is there now, but for the release, is no part of it: made again it is the same.
    func plan(of ref: String?) -> DeploymentPlan {
        DeploymentPlan(
            environment: site.line.environment, ref: ref, source: source, tree: draft.tree, current: previous?.commit, root: site.rootFromProject,
            version: Application.version, changes: .object(lasting))
    }

    private var lasting: JSONObject {
        [
            "environment": .string(site.line.environment), "source": .string(source.description), "digest": .string(draft.tree.description),
            "current": previous.map { .object($0.json(site)) } ?? .null, "isEmpty": .bool(!hasSomething),
            "pipelines": pipelines.map { .integer(Int64($0)) } ?? .null, "changes": changes?.json ?? .null,
            "tables": changes?.effects?.json ?? [],
            "missingSecrets": .array(missingSecrets.map { .string($0) }), "blockedBy": .array(blocks.map { .string($0) }),
        ]
    }

    var json: JSONValue {
        var object = lasting
        if let tables { object["tables"] = tables.json }
        object["views"] = views?.json ?? .null
        object["checks"] = checks.map { .array($0.map(\.json)) } ?? .null
        return .object(object)
    }

    func text(_ style: TerminalStyle) -> String {
        var text = style.bold(site.line.environment) + ": " + headline + "\n"
        if let changes, hasSomething {
            text += "\n" + (changes.isEmpty ? "the files differ, what they mean does not\n" : changes.text(style: style))
            if let words = tables?.text(style: style), !words.isEmpty { text += "\n" + words }
        }
        for secret in missingSecrets { text += "\(style("missing", .yellow)): \(VisibleText.escaped(secret))\n" }
        for block in blocks { text += "\(style("not now", .yellow)): \(VisibleText.escaped(block))\n" }
        if let views { text += views.text(style) }
        if let checks { text += Self.text(checks, style) }
        return text
    }

    private var headline: String {
        guard let previous else {
            return "the first release, from commit \(source.short): \(Self.count(pipelines ?? 0, "pipeline")), \(Self.count(draft.fileCount, "file"))"
        }
        return hasSomething
            ? "release \(previous.number + 1) from commit \(source.short), after release \(previous.number) from \(previous.source.short)"
            : "nothing to deploy: release \(previous.number) has the files of commit \(source.short)"
    }

    /// What passed is worth no line each.
    private static func text(_ checks: [LiveCheck], _ style: TerminalStyle) -> String {
        let telling = checks.filter { $0.outcome != .passed }
        let words = ["passed", "failed", "not checked"].compactMap { word in
            let count = checks.count { $0.outcome.word == word }
            return count == 0 ? nil : "\(count) \(word)"
        }
        return "checks: \(words.joined(separator: ", "))\n" + telling.map { $0.text(style) }.joined()
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
