internal import Delivery
internal import State
internal import Support

/// What the journal tells of who wrote a table.
struct RunLookup: Sendable {
    let journal: Journal?
    /// Name of the release that is current.
    let release: String

    func run(_ id: String) throws(StateError) -> RunRecord? { try journal?.run(id) }

    func lastWriter(of table: String) throws(StateError) -> RunRecord? {
        guard let journal, let last = try journal.tableUses(table: table).last(where: { $0.direction == .output }) else { return nil }
        return try journal.run(last.run)
    }

    /// The release that the table was taken out of the warehouse with, as its data went back; nil where a run published it since.
    func release(without table: String, in environment: String) throws(StateError) -> Int? {
        let last = try journal?.publications(environment: environment).last { $0.isDone && ExactText($0.table) == ExactText(table) }
        guard let last, last.version == nil, case .restoration(let release) = last.source else { return nil }
        return release
    }

    func words(_ run: RunRecord) -> String {
        "run \(run.id) of \(run.pipeline)" + (run.release.map { ", release \(LiveFolder.number(of: $0) ?? 0)" } ?? ", the working tree")
    }
}
