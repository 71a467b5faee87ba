package import AssetLoading
package import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// All that the pipelines of a project read outside the lake.
package struct SourceReads: Sendable {
    /// In the order of the files; what is read twice is here twice.
    package private(set) var reads: [SourceRead] = []
    /// Connections of which something is read whose name is known only when it runs, with the number of such places.
    package private(set) var unknown: [String: Int] = [:]

    package static func collect(_ project: LoadedProject, _ analysis: SQLAnalysis) -> SourceReads {
        var collector = Collector(project: project, analysis: analysis)
        for file in project.pipelines {
            for activity in file.asset.activities { collector.visit(activity, in: file.asset, items: []) }
        }
        return collector.found
    }

    private struct Collector {
        let project: LoadedProject
        let analysis: SQLAnalysis
        var found = SourceReads()
        /// A loop over more items than this is taken as unknown.
        static let itemLimit = 1000

        /// - Parameter items: what `item()` may be here; empty where that is not known.
        mutating func visit(_ activity: Activity, in pipeline: Pipeline, items: [JSONValue]) {
            let asset = "pipeline \(pipeline.name.value) / activity \(activity.name.value)"
            let labels = activity.call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
            func note(_ source: DataSource) { add(source, items, labels, asset) }
            switch activity.kind {
            case .copy(let copy): note(copy.source)
            case .lookup(let source, _): note(source)
            case .transform(let transform):
                for source in transform.sources { note(source.value) }
                let key = SQLAnalysis.Key(pipeline: pipeline.name.value, activity: activity.name.value)
                for reference in analysis.queries[key]?.references ?? [] {
                    guard case .table(.database(let connection, let table)) = reference.target else { continue }
                    found.reads.append(
                        SourceRead(
                            connection: connection, selection: .table(table), format: nil, range: reference.range, labels: labels,
                            asset: asset))
                }
            default: break
            }
            var inner = items
            if case .forEach(let loop) = activity.kind {
                inner = loop.literalItems.flatMap { $0.count <= Self.itemLimit ? $0 : nil } ?? []
            }
            for child in activity.kind.children { visit(child, in: pipeline, items: inner) }
        }

        private mutating func add(_ source: DataSource, _ items: [JSONValue], _ labels: [Diagnostic.Label], _ asset: String) {
            // Of the lake, or described in the pipeline itself.
            guard let written = source.connection, source.format?.columns.isEmpty ?? true else { return }
            let text: Dynamic<String>
            let selection: (String) -> SourceRead.Selection
            switch source.selection {
            case .table(let table): (text, selection) = (table, { .table($0) })
            case .query(let query): (text, selection) = (query, { .query($0) })
            case .path(let path): (text, selection) = (path, { .path($0) })
            }
            for item in items.isEmpty ? [nil] : items.map({ Optional($0) }) {
                guard let connection = value(of: written, item) else { continue }
                if let value = value(of: text, item) {
                    found.reads.append(
                        SourceRead(
                            connection: connection, selection: selection(value), format: source.format, range: text.range, labels: labels,
                            asset: asset))
                } else {
                    found.unknown[connection, default: 0] += 1
                }
            }
        }

        /// The value, where it hangs on nothing but the item of a loop and the project's own parameters.
        private func value(of dynamic: Dynamic<String>, _ item: JSONValue?) -> String? {
            if let literal = dynamic.literal { return literal }
            guard let text = dynamic.expression else { return nil }
            let references = text.references
            let others = [
                references.parameters, references.variables, references.activities, references.secrets,
                references.environmentVariables, references.environmentValues,
            ]
            guard others.allSatisfy(\.isEmpty), references.computedNames.isEmpty, !references.isVolatile,
                item != nil || !references.usesItem
            else { return nil }
            var values = EvaluationValues(now: Instant(microseconds: 0))
            values.item = item.map { EvaluatedValue($0) }
            for parameter in project.project?.globalParameters ?? [] {
                values.globalParameters[parameter.name] = EvaluatedValue(parameter.value)
            }
            // What cannot be computed here is told by the rules for expressions; here it is only not known.
            return (try? text.evaluate(in: values)).flatMap { String($0.value) }
        }
    }
}
