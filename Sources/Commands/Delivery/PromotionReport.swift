internal import AssetLoading
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// What came of a promotion, for people and programs.
struct PromotionReport {
    let sides: PromotionSides
    let isDryRun: Bool
    /// Why there is nothing to do.
    var nothing: String?
    var conflicts: [PromotionConflict] = []
    var proposal: PromotionProposal?
    var commit: GitObjectID?
    /// What was deployed.
    var release: JSONValue?

    init(sides: PromotionSides, isDryRun: Bool) {
        self.sides = sides
        self.isDryRun = isDryRun
    }

    var isFine: Bool { conflicts.isEmpty && proposal?.isAllowed ?? true }

    func write(in context: CommandContext) {
        switch context.global.output {
        case .json: context.write(json: json)
        case .text:
            if let proposal, proposal.findings.hasErrors { show(proposal, in: context) }
            context.output.write(text(context.style))
        }
    }

    private func show(_ proposal: PromotionProposal, in context: CommandContext) {
        var renderer = DiagnosticRenderer(format: .text, source: { try? proposal.content.read($0) })
        renderer.style = context.errorStyle
        renderer.toolVersion = Application.version
        context.errors.write(renderer.render(DiagnosticReport(proposal.findings.filter { $0.severity == .error })))
        context.errors.flush()
    }

    private var title: String { "\(sides.fromName) to \(sides.toName)" }

    private func text(_ style: TerminalStyle) -> String {
        if let nothing { return VisibleText.escaped(nothing) + "\n" }
        if !conflicts.isEmpty {
            var text = "\(style.bold(title)): \(style("conflicts", .red)) between \(VisibleText.escaped(sides.target.name)) and \(VisibleText.escaped(sides.fromBranch))\n"
            for conflict in conflicts { text += "  " + VisibleText.escaped(conflict.words) + "\n" }
            return text + "nothing was promoted: bring them together first: git merge \(sides.target.name), on branch \(sides.fromBranch)\n"
        }
        guard let proposal else { return "" }
        var text = "\(style.bold(title)): commit \(sides.source.short) of \(VisibleText.escaped(sides.fromBranch)) into \(VisibleText.escaped(sides.target.name))"
        text += proposal.merge.picked.map { ", only \(VisibleText.escaped($0.joined(separator: ", ")))" } ?? ""
        text += "\n\n" + proposal.changes.text(style: style) + "\n"
        for gate in proposal.gates {
            text += "\(gate.isPassed ? style("passed", .green) : style("failed", .red))  \(gate.name)\n"
            for finding in gate.findings { text += "        \(VisibleText.escaped(finding))\n" }
            if let help = gate.help { text += "        \(style.bold("help")): \(VisibleText.escaped(help))\n" }
        }
        return text + "\n" + outcome + "\n"
    }

    private var outcome: String {
        if let commit { return "promoted: commit \(commit.short) on \(sides.target.name)" + (sides.toSite.remote.map { ", pushed to \($0)" } ?? "") }
        return isFine ? "would be promoted: nothing was written" : "nothing was promoted"
    }

    private var json: JSONValue {
        var object: JSONObject = [
            "from": .string(sides.fromName), "to": .string(sides.toName), "source": .string(sides.source.description), "target": .string(sides.target.tip.description),
            "branch": .string(sides.target.name), "dryRun": .bool(isDryRun), "promoted": .bool(commit != nil),
            "commit": commit.map { .string($0.description) } ?? .null, "isFine": .bool(isFine),
            "conflicts": .array(
                conflicts.map { conflict in
                    [
                        "path": .string(conflict.path), "asset": .array(conflict.asset.map { .string($0) }), "field": conflict.field.map { .string($0) } ?? .null,
                        "words": .string(conflict.words),
                    ]
                }),
        ]
        if let nothing { object["reason"] = .string(nothing) }
        if let proposal {
            object["gates"] = .array(
                proposal.gates.map { gate in
                    [
                        "name": .string(gate.name), "passed": .bool(gate.isPassed), "findings": .array(gate.findings.map { .string($0) }),
                        "help": gate.help.map { .string($0) } ?? .null,
                    ]
                })
            object["changes"] = proposal.changes.json
            object["picked"] = proposal.merge.picked.map { .array($0.map { .string($0) }) } ?? .null
            object["tree"] = .string(proposal.tree.description)
        }
        if let release { object["release"] = release }
        return .object(object)
    }
}
