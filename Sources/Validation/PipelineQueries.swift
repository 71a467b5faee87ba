internal import AssetLoading
package import Assets
package import Diagnostics
internal import Engine
internal import Expressions
internal import Support

/// The queries of a pipeline's transforms: the tables they name, and what is wrong with their text.
package struct PipelineQueries: Sendable {
    /// One transform's query, with samples of what is known only when it runs.
    package struct Query: Sendable {
        package let text: SQLText
        let samples: SampledSQL
        package let references: [Reference]
        /// Names that are no table of the lake, of a connection, and no named source.
        package let unknownNames: [(parts: [String], range: SourceRange)]

        package var rendered: RenderedSQL { samples.rendered }
        package var isResolved: Bool { unknownNames.isEmpty && !samples.guessesNames }
    }

    package struct Reference: Sendable {
        package enum Target: Sendable, Hashable {
            case table(TableAddress)
            /// A named input of the transform.
            case source(String)
        }
        package let target: Target
        package let range: SourceRange
    }

    /// The SELECT of one view of the warehouse.
    package struct View: Sendable {
        package let activity: String
        package let name: LakeName
        package let text: SQLText
        let samples: SampledSQL
        /// Names of what it reads, with their places.
        package let reads: [(parts: [String], range: SourceRange)]

        package var rendered: RenderedSQL { samples.rendered }

        /// As tables or views of the warehouse; nil where one of them is none.
        package var tables: [LakeName]? {
            let names = reads.compactMap { $0.parts.count == 2 ? LakeName($0.parts.joined(separator: ".")) : nil }
            return names.count == reads.count ? names : nil
        }
    }

    package private(set) var byActivity: [String: Query] = [:]
    package private(set) var views: [View] = []
    package private(set) var diagnostics: [Diagnostic] = []

    /// Of no query: what is left where there is no engine to parse SQL.
    package init() {}

    /// Tables a transform's query names.
    package func reads(of activity: String) -> Set<TableAddress> {
        Set(
            (byActivity[activity]?.references ?? []).compactMap { reference in
                if case .table(let address) = reference.target { address } else { nil }
            })
    }
}

/// Queries made ready for the engine to parse.
struct PendingQueries: Sendable {
    struct Query: Sendable {
        enum Owner: Sendable {
            case transform(ActivityKind.Transform)
            case view(LakeName)
        }
        let activity: Activity
        let owner: Owner
        let text: SQLText
        fileprivate(set) var samples: SampledSQL
    }

    let file: LoadedPipeline
    private(set) var queries: [Query]

    init(_ file: LoadedPipeline, _ frame: FrameScope) {
        self.file = file
        guard let pipeline = file.pipeline else {
            queries = []
            return
        }
        let types = SQLValueTypes(pipeline, of: frame.project)
        var queries: [Query] = []
        pipeline.forEachActivity { activity in
            func add(_ source: SQLSource, _ owner: Query.Owner) {
                guard let text = file.sql(of: source) else { return }
                queries.append(Query(activity: activity, owner: owner, text: text, samples: SampledSQL(text, types)))
            }
            switch activity.kind {
            case .transform(let transform): add(transform.query, .transform(transform))
            case .publish(let publish):
                for view in publish.views { if let name = LakeName(view.name) { add(view.value, .view(name)) } }
            default: break
            }
        }
        self.queries = queries
    }

    typealias Answers = [Result<[TableReference], EngineError>]

    /// - Parameter parse: tells the tables each of some queries names.
    static func resolved(
        _ pending: [PendingQueries], _ frame: FrameScope, parse: ([String]) async throws(EngineError) -> Answers
    ) async throws(EngineError) -> [PipelineQueries] {
        var pending = pending
        var answers = try await parse(pending.flatMap { $0.queries.map(\.samples.rendered.sql) })
        // An untyped value may be SQL as a text or number where it is none as NULL: `interval 1 day`.
        var open: [(pending: Int, query: Int, answer: Int)] = []
        var next = 0
        for index in pending.indices {
            for (position, query) in pending[index].queries.enumerated() {
                if case .failure = answers[next], query.samples.isUntyped { open.append((index, position, next)) }
                next += 1
            }
        }
        if !open.isEmpty {
            var others = try await parse(open.flatMap { pending[$0.pending].queries[$0.query].samples.others.map(\.sql) })[...]
            for (index, position, answer) in open {
                let count = pending[index].queries[position].samples.others.count
                defer { others = others.dropFirst(count) }
                guard let found = others.prefix(count).firstIndex(where: { if case .success = $0 { true } else { false } }) else { continue }
                answers[answer] = others[found]
                pending[index].queries[position].samples.force(found - others.startIndex)
            }
        }
        var left = answers[...]
        return pending.map { pending in
            defer { left = left.dropFirst(pending.queries.count) }
            var result = PipelineQueries()
            for (query, answer) in zip(pending.queries, left) { result.add(query, answer, pending.file.name, frame) }
            return result
        }
    }
}

extension PipelineQueries {
    fileprivate mutating func add(
        _ query: PendingQueries.Query, _ answer: Result<[TableReference], EngineError>, _ pipeline: String, _ frame: FrameScope
    ) {
        let (text, rendered) = (query.text, query.samples.rendered)
        let asset = "pipeline \(pipeline) / activity \(query.activity.name.value)"
        let labels = query.activity.call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
        for value in rendered.misplaced {
            diagnostics.append(
                Diagnostic(
                    value.isSecret ? .secretMisplaced : .sqlValueMisplaced, value.message, at: value.range, labels: labels, help: value.help,
                    asset: asset))
        }
        switch answer {
        // What is misplaced was left out.
        case .failure where !rendered.misplaced.isEmpty: break
        case .failure(let error):
            let offset = error.offset ?? 0
            diagnostics.append(
                Diagnostic(
                    .sqlSyntax, SQLMessage.firstLine(error.message),
                    at: text.range(at: offset, length: SQLToken(at: offset, in: rendered.sql).length, in: rendered),
                    labels: labels, asset: asset))
        case .success(let found):
            let names = found.filter { !$0.name.contains(where: { $0.contains(SampleValues.unknownName) }) }.map { reference in
                let length = reference.name.joined(separator: ".").utf8.count
                return (parts: reference.name, range: reference.offset.map { text.range(at: $0, length: length, in: rendered) } ?? text.range)
            }
            guard case .transform(let transform) = query.owner else {
                guard case .view(let name) = query.owner else { return }
                views.append(View(activity: query.activity.name.value, name: name, text: text, samples: query.samples, reads: names))
                return
            }
            var references: [Reference] = []
            var unknown: [(parts: [String], range: SourceRange)] = []
            for (name, range) in names {
                if let target = Self.resolve(name, transform, frame) {
                    references.append(Reference(target: target, range: range))
                } else {
                    unknown.append((name, range))
                }
            }
            byActivity[query.activity.name.value] = Query(text: text, samples: query.samples, references: references, unknownNames: unknown)
        }
    }

    private static func resolve(_ name: [String], _ transform: ActivityKind.Transform, _ frame: FrameScope) -> Reference.Target? {
        if name.count == 1 {
            return transform.sources.first { $0.name.lowercased() == name[0].lowercased() }.map { .source($0.name) }
        }
        if name.count == 2, frame.layers.contains(name[0]), let lake = LakeName(name.joined(separator: ".")) { return .table(.lake(lake)) }
        if frame.connectionNames.contains(name[0]) {
            return .table(.database(connection: name[0], table: name.dropFirst().joined(separator: ".")))
        }
        return nil
    }
}

/// Messages of the engine, made fit for one line.
enum SQLMessage {
    /// The engine quotes from the query, as much of it as there is in the line.
    private static let longest = 300

    static func firstLine(_ message: String) -> String {
        let line = message.split(separator: "\n", maxSplits: 1).first ?? ""
        let start = line.unicodeScalars.prefix(longest + 1)
        return start.count > longest ? String(String.UnicodeScalarView(start.dropLast())) + "…" : String(line)
    }
}
