package import AssetLoading
package import Assets
package import Diagnostics
package import Engine
internal import Support

/// All that the pipelines of a project read outside the lake.
package struct SourceReads: Sendable {
    /// In the order of the files; what is read twice is here twice.
    package private(set) var reads: [SourceRead] = []
    /// Connections of which something is read whose name is known only when it runs, with the number of such places.
    package private(set) var unknown: [String: Int] = [:]

    /// Queries that are not SQL: what they read is not known.
    package private(set) var diagnostics: [Diagnostic] = []
    /// Pipelines by the table of a connection they write, in lower case: `erp.customers`.
    private var writers: [String: String] = [:]

    /// - Parameter session: parses the queries.
    package static func collect(_ project: LoadedProject, session: any EngineSession) async throws(EngineError) -> SourceReads {
        let frame = FrameScope(project.frame)
        var found = SourceReads()
        for file in project.files {
            guard let pipeline = file.pipeline else { continue }
            let queries = try await PendingQueries.resolved([PendingQueries(file, frame)], frame) { texts throws(EngineError) in
                try await session.tableReferences(inEach: texts).get()
            }[0]
            var collector = Collector(project: project, queries: queries, found: found)
            for activity in pipeline.activities {
                collector.visit(activity, in: pipeline, items: [])
                for case .database(let connection, let table) in file.effects(of: activity, queries).writes {
                    collector.found.writers["\(connection).\(table)".lowercased()] = pipeline.name.value
                }
            }
            found = collector.found
            found.diagnostics += queries.diagnostics
        }
        return found
    }

    /// A pipeline that writes a table of a connection.
    package func pipeline(writing table: String, of connection: String) -> String? { writers["\(connection).\(table)".lowercased()] }

    private struct Collector {
        let project: LoadedProject
        let queries: PipelineQueries
        var found: SourceReads
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
                for reference in queries.byActivity[activity.name.value]?.references ?? [] {
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
                guard let connection = written.value(item, of: project.project) else { continue }
                if let value = text.value(item, of: project.project) {
                    found.reads.append(
                        SourceRead(
                            connection: connection, selection: selection(value), format: source.format, range: text.range, labels: labels,
                            asset: asset))
                } else {
                    found.unknown[connection, default: 0] += 1
                }
            }
        }
    }
}
