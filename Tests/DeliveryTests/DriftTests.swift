import Delivery
import Glibc
import State
import Support
import Testing

@Suite struct DriftTests {
    private typealias Column = DriftedTable.Column

    private static func table(
        writers: [String] = ["sales"], release: [Column]? = [Column("id", "INTEGER")], own: [Column]? = [Column("id", "INTEGER")], isCurrent: Bool = true,
        foreign: [DriftedTable.Foreign] = [], live: [Column]? = [Column("id", "INTEGER")]
    ) -> DriftItem? {
        DriftedTable(
            name: "gold.t", writers: writers, release: release, own: own.map { .init(version: 3, columns: $0) }, ownWords: own == nil ? nil : "run r of sales",
            isOfCurrentRelease: isCurrent, foreign: foreign, live: live.map { .init(version: 3 + foreign.count, columns: $0) }
        ).item("prod")
    }

    private static let write = DriftedTable.Foreign(writer: "delta-rs", operations: ["WRITE", "WRITE"])

    @Test func aTableAsItsRunLeftItIsNoDrift() {
        #expect(Self.table() == nil)
        // Columns of earlier releases stay in tables that are appended to.
        #expect(Self.table(own: [Column("id", "INTEGER"), Column("old", "VARCHAR")], live: [Column("ID", "INTEGER"), Column("old", "VARCHAR")]) == nil)
    }

    @Test func aTableOfAnEarlierReleaseIsToBeKnown() throws {
        let item = try #require(Self.table(release: [Column("id", "BIGINT"), Column("n", "BIGINT")], isCurrent: false))
        #expect(!item.isDrift)
        #expect(item.git == "id BIGINT, n BIGINT")
        #expect(item.live == "version 3: id INTEGER")
        // What the run of this release made of it is right, whatever the files say of one run alone.
        #expect(Self.table(release: [Column("id", "BIGINT")], isCurrent: true) == nil)
        #expect(Self.table(release: nil, isCurrent: false) == nil)
    }

    @Test func commitsOfOthersAreDriftEvenWithTheSameColumns() throws {
        let same = try #require(Self.table(foreign: [Self.write]))
        #expect(same.isDrift)
        #expect(same.problem == "was written by others: 2 commits by delta-rs since (WRITE)")
        let other = try #require(Self.table(foreign: [Self.write], live: [Column("id", "INTEGER"), Column("n", "DOUBLE")]))
        #expect(other.problem.hasPrefix("has other columns"))
        #expect(other.live == "version 4: n DOUBLE")
        #expect(other.recorded == "version 3, run r of sales: without n")
        // Files are put together, rows stay.
        #expect(Self.table(foreign: [.init(writer: "Spark", operations: ["OPTIMIZE", "VACUUM START"])])?.isDrift == false)
    }

    @Test func aTableThatIsGoneIsTold() throws {
        #expect(Self.table(live: nil)?.isDrift == true)
        #expect(Self.table(own: nil, live: nil)?.isDrift == false)
        #expect(Self.table(writers: [], own: nil, live: nil) == nil)
        let foreign = try #require(Self.table(writers: [], release: nil, own: nil, foreign: [Self.write]))
        #expect(foreign.isDrift && foreign.git == "no pipeline writes it")
    }

    private static func secret(_ release: String?, _ refusal: String? = nil, branch: String? = nil, _ branchRefusal: String? = nil, same: (String, String?)? = nil) -> DriftedSecret {
        func state(_ version: String?, _ refusal: String?) -> DriftedSecret.State? { version.map { .init(version: $0, refusal: refusal) } }
        return DriftedSecret(
            name: "p", store: "secrets/prod.yml", release: state(release, refusal), branch: state(branch, branchRefusal), sameInBranch: state(same?.0, same?.1))
    }

    @Test func secretsAreComparedByVersion() {
        func item(_ secret: DriftedSecret, known: Bool = true) -> DriftItem? { secret.item("prod", isBranchKnown: known) }
        #expect(item(Self.secret("a", branch: "a", same: ("a", nil))) == nil)
        #expect(item(Self.secret("a", branch: "b", same: ("a", nil)))?.isDrift == false)
        #expect(item(Self.secret("a", branch: "b", same: ("a", "is disabled")))?.isDrift == true)
        #expect(item(Self.secret("a", branch: "a", "is disabled", same: ("a", "is disabled")))?.problem == "is disabled on the branch")
        #expect(item(Self.secret("a"))?.problem == "is no longer in the store")
        #expect(item(Self.secret("a"), known: false) == nil)
        let expired = item(Self.secret("a", "has expired", branch: "b", same: ("a", "has expired")))
        #expect(expired?.live == "not given out" && expired?.remedy == .other("pipectl deploy --env prod"))
    }

    @Test func healthTellsSinceWhenRunsFail() throws {
        let folder = FileSystem.join("/tmp", "pipectl-health-\(UInt64.random(in: 0 ... .max))")
        try FileSystem.createDirectory(folder)
        defer { try? FileSystem.removeTree(folder) }
        let journal = try Journal(path: FileSystem.join(folder, "state.db"))
        defer { try? journal.close() }
        var now: Int64 = 1_700_000_000
        func run(_ pipeline: String, _ status: RunStatus?) throws {
            now += 60
            let run = try journal.beginRun(NewRun(pipeline: pipeline, environment: "prod"), at: Instant(seconds: now)!)
            if let status { try journal.finishRun(run.id, status, at: Instant(seconds: now + 1)!) }
        }
        for status in [RunStatus.failed, .succeeded, .failed, .interrupted, nil] { try run("a", status) }
        for status in [RunStatus.failed, .succeeded] { try run("b", status) }
        let health = try journal.health(of: ["a", "b", "never"])
        #expect(health.map(\.pipeline) == ["a", "b"])
        #expect(health[0].last?.status == .interrupted && health[0].running != nil)
        #expect(health[0].failures?.count == 2)
        #expect(health[0].failures?.since == Instant(seconds: 1_700_000_000 + 180))
        #expect(health[1].failures == nil)
    }

    /// A name that is no text, as another program may make it.
    @Test func foldersWithNamesThatAreNoTextAreRemoved() throws {
        let folder = FileSystem.join("/tmp", "pipectl-names-\(UInt64.random(in: 0 ... .max))")
        try FileSystem.createDirectory(folder + "/inner")
        try FileSystem.writeNew([1], to: folder + "/kept")
        let descriptor = (Array((folder + "/inner/").utf8).map { CChar(bitPattern: $0) } + [-1, -2, 0]).withUnsafeBufferPointer { creat($0.baseAddress!, 0o600) }
        #expect(descriptor >= 0 && close(descriptor) == 0)
        try FileSystem.createLink(folder + "/inner/link", to: folder + "/kept")
        try FileSystem.removeTree(folder + "/inner")
        #expect(FileSystem.kind(of: folder + "/inner") == nil)
        #expect(FileSystem.kind(of: folder + "/kept") == .file)
        try FileSystem.removeTree(folder)
        try FileSystem.removeTree(folder)
    }
}
