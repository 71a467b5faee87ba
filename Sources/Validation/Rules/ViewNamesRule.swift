internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// Views of the warehouse beside each other: names, what they read, and circles.
enum ViewNamesRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        guard scope.pipelines.contains(where: { !$0.views.isEmpty }) else { return [] }
        let names = PublishedNames(scope.pipelines)
        return duplicates(scope) + reads(scope, names) + circles(scope, names)
    }

    private static func duplicates(_ scope: ProjectScope) -> [Diagnostic] {
        let views = scope.pipelines.flatMap(\.views)
        let tables = Dictionary(scope.pipelines.flatMap(\.publishes).map { ($0.table.text.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var first: [String: PipelineFacts.View] = [:]
        var diagnostics: [Diagnostic] = []
        for view in views {
            if let table = tables[view.name.text.lowercased()] {
                diagnostics.append(
                    view.site.finding(
                        .duplicateView, "\(view.name.text) is published as a table already", labels: [.init(table.site.range, "here")], help: "name the view otherwise"))
            } else if let other = first[view.name.text.lowercased()] {
                diagnostics.append(
                    view.site.finding(.duplicateView, "there is another view \(other.name.text)", labels: [.init(other.site.range, "here")], help: "name one of them otherwise"))
            } else {
                first[view.name.text.lowercased()] = view
            }
        }
        return diagnostics + (diagnostics.isEmpty ? sharedSchema(scope, Array(first.values)) : [])
    }

    /// Where an environment puts all into one schema, layers do not tell names apart.
    private static func sharedSchema(_ scope: ProjectScope, _ views: [PipelineFacts.View]) -> [Diagnostic] {
        guard let (environment, schema) = scope.frame.environments.lazy.compactMap({ file in
            file.asset.warehouse?.schema.map { (file.asset.name.value, $0) }
        }).first else { return [] }
        var taken: [String: LakeName] = [:]
        for use in scope.pipelines.flatMap(\.publishes) { taken[use.table.name.lowercased()] = use.table }
        var diagnostics: [Diagnostic] = []
        for view in views.sorted(by: { $0.name.text < $1.name.text }) {
            let name = view.name.name.lowercased()
            guard let other = taken[name] else {
                taken[name] = view.name
                continue
            }
            diagnostics.append(
                view.site.finding(
                    .duplicateView, "\(view.name.text) and \(other.text) would both be \(schema).\(view.name.name) in environment \"\(environment)\"",
                    help: "its warehouse has one schema for all layers: name the view otherwise"))
        }
        return diagnostics
    }

    private static func reads(_ scope: ProjectScope, _ names: PublishedNames) -> [Diagnostic] {
        let isOpen = !scope.unreadNames.isEmpty || scope.pipelines.contains { $0.publishesUnknownTables || $0.hasLostActivities }
        let written = Set(scope.pipelines.lazy.flatMap(\.writes).map(\.table))
        var diagnostics: [Diagnostic] = []
        for view in scope.pipelines.lazy.flatMap(\.views) {
            for read in view.reads ?? [] {
                let text = read.parts.joined(separator: ".")
                guard let name = read.name else {
                    let near = names.texts.first { $0.lowercased().hasSuffix("." + text.lowercased()) }
                    diagnostics.append(
                        view.site.finding(
                            .viewReadsUnpublished, "\"\(text)\" in the view \(view.name.text) is no table of the warehouse", at: read.range,
                            help: near.map { "did you mean \($0)?" } ?? "views read published tables and other views: LAYER.NAME"))
                    continue
                }
                if names[name] != nil || isOpen { continue }
                let help =
                    written.contains(name)
                    ? "it is a table of the lake: add it to the `tables` of a publish"
                    : Suggestion.nearest(to: name.text, in: names.texts).map { "did you mean \($0)?" }
                diagnostics.append(
                    view.site.finding(
                        .viewReadsUnpublished, "the view \(view.name.text) reads \(name.text), which nothing publishes", at: read.range, help: help))
            }
        }
        return diagnostics
    }

    private static func circles(_ scope: ProjectScope, _ names: PublishedNames) -> [Diagnostic] {
        let views = Dictionary(scope.pipelines.flatMap(\.views).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        func inputs(_ name: LakeName) -> [LakeName] {
            (views[name]?.reads ?? []).compactMap { read in
                guard case .view(let input)? = read.name.flatMap({ names[$0] }) else { return nil }
                return input
            }
        }
        return views.keys.sorted { $0.text < $1.text }.compactMap { start -> Diagnostic? in
            // Told once, at the view whose name comes first.
            guard let view = views[start], let path = shortestPath(from: inputs(start), to: start, next: inputs), path.map(\.text).min() == start.text
            else { return nil }
            return view.site.finding(
                .viewCycle, path.count == 1 ? "the view reads itself" : "views read each other: \(([start] + path).map(\.text).joined(separator: " -> "))",
                help: "put what they share into a view of its own")
        }
    }
}

extension DiagnosticCode {
    static let viewReadsUnpublished = DiagnosticCode(
        "view-reads-unpublished", summary: "A view of the warehouse reads what no pipeline publishes.",
        explanation: "A view lives in the warehouse, where only published tables and other views are. Tables of the lake get there with `tables` of a publish activity, of any pipeline of the project.",
        example: "- { name: publish, type: publish, tables: [gold.kpi_sales], views: { gold.open: select * from silver.orders } }",
        fix: "- { name: publish, type: publish, tables: [gold.kpi_sales, silver.orders], views: { gold.open: select * from silver.orders } }")
    static let duplicateView = DiagnosticCode(
        "duplicate-view", summary: "A view of the warehouse has the name of a published table or of another view.",
        explanation: "A database has one object of a name, whatever its case. Where the warehouse of an environment has one `schema` for all layers, their names must differ without the layer.",
        example: "tables: [gold.kpi_sales]\nviews: { gold.kpi_sales: sql/kpi_sales.sql }", fix: "tables: [gold.kpi_sales]\nviews: { gold.sales_by_gender: sql/sales_by_gender.sql }")
    static let viewCycle = DiagnosticCode(
        "view-cycle", summary: "Views of the warehouse read each other in a circle.",
        explanation: "None of them could be made first.",
        example: "views: { gold.a: select * from gold.b, gold.b: select * from gold.a }", fix: "views: { gold.a: select * from gold.kpi_sales, gold.b: select * from gold.a }")

    static let allViews = [viewReadsUnpublished, duplicateView, viewCycle, viewExpression]
}
