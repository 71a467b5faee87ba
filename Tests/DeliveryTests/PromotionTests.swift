import Testing

import Assets
import Delivery
import Git

@Suite struct PromotionTests {
    // MARK: What a commit says of itself

    @Test func aRecordComesBackFromItsTrailers() throws {
        let history = try History()
        let first = try history.commit("first", [:])
        var record = PromotionRecord(from: "dev", commit: first, project: "shop")
        record.picked = ["pipelines/sales.yml", "pipelines/sql/total.sql"]
        record.validated = "0.1.0, 2 warnings"
        record.greenRuns = [.init(pipeline: "sales", run: "20261121-064503-7f3a9c", release: 12)]
        record.approvedBy = ["Bea <bea@example.com>"]
        let commit = try history.commit(GitMessage.text("Promote", trailers: record.trailers), [:], parents: [first])
        let (own, other) = (try history.repository().commit(commit), try history.repository().commit(first))
        #expect(PromotionRecord(own) == record)
        #expect(PromotionRecord(other) == nil)
    }

    // MARK: Is it a promotion?

    @Test func onlyTheMergeItselfIsAPromotion() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n", "b": "1\n"])
        let main = try history.commit("main", ["a": "1\n", "b": "1\n", "c": "1\n"], parents: [base])
        let develop = try history.commit("develop", ["a": "2\n", "b": "2\n"], parents: [base])
        let trailers = PromotionRecord(from: "dev", commit: develop, project: "").trailers
        func problem(_ files: [String: String], parents: [GitObjectID], trailers: [GitTrailer]) throws -> String? {
            let commit = try history.commit(GitMessage.text("Promote", trailers: trailers), files, parents: parents)
            let repository = try history.repository()
            return try repository.problemWithPromotion(repository.commit(commit))
        }
        let merged = ["a": "2\n", "b": "2\n", "c": "1\n"]
        #expect(try problem(merged, parents: [main, develop], trailers: trailers) == nil)
        #expect(try problem(merged, parents: [main, develop], trailers: []) != nil)
        // A change that was slipped in, the other side's parent left out, or another commit put there.
        #expect(try problem(merged.merging(["d": "1\n"]) { $1 }, parents: [main, develop], trailers: trailers)?.contains("changed by hand") == true)
        #expect(try problem(merged, parents: [main], trailers: trailers)?.contains("parents") == true)
        #expect(try problem(merged, parents: [main, base], trailers: trailers)?.contains("parents") == true)
    }

    @Test func aPickIsMadeAgain() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n", "b": "1\n"])
        let main = try history.commit("main", ["a": "1\n", "b": "1\n", "c": "1\n"], parents: [base])
        let develop = try history.commit("develop", ["a": "2\n", "b": "2\n"], parents: [base])
        var record = PromotionRecord(from: "dev", commit: develop, project: "")
        record.picked = ["a"]
        func problem(_ files: [String: String]) throws -> String? {
            let commit = try history.commit(GitMessage.text("Promote", trailers: record.trailers), files, parents: [main])
            let repository = try history.repository()
            return try repository.problemWithPromotion(repository.commit(commit))
        }
        #expect(try problem(["a": "2\n", "b": "1\n", "c": "1\n"]) == nil)
        #expect(try problem(["a": "2\n", "b": "2\n", "c": "1\n"]) != nil)
    }

    /// A hotfix is told until it is part of what is promoted; promotions are not.
    @Test func commitsPutOnTheBranchByHandAreFound() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n"])
        let develop = try history.commit("develop", ["a": "2\n"], parents: [base])
        let promotion = try history.commit(
            GitMessage.text("Promote", trailers: PromotionRecord(from: "dev", commit: develop, project: "").trailers), ["a": "2\n"], parents: [base, develop])
        let hotfix = try history.commit("hotfix", ["a": "2\n", "b": "1\n"], parents: [promotion])
        let next = try history.commit("next", ["a": "3\n"], parents: [develop])
        let taken = try history.commit("taken over", ["a": "3\n", "b": "1\n"], parents: [next, hotfix])
        func line(_ target: GitObjectID, besides source: GitObjectID, project: String = "", released: GitObjectID? = nil) throws -> PromotionLine {
            try history.repository().promotionLine(below: target, besides: source, project: project, released: released)
        }
        #expect(try line(promotion, besides: next).foreign.isEmpty)
        #expect(try line(hotfix, besides: next).foreign.map(\.subject) == ["hotfix"])
        #expect(try line(hotfix, besides: next, released: hotfix).foreign.isEmpty)
        #expect(try line(hotfix, besides: taken).foreign.isEmpty)
        // What was taken over is measured by what stood below it, and a promotion of another project is no measure.
        #expect(try line(hotfix, besides: taken, released: base).base == promotion)
        #expect(try line(hotfix, besides: taken, released: promotion).base == promotion)
        #expect(try line(hotfix, besides: taken, project: "shop", released: base).base == base)
        #expect(try line(hotfix, besides: taken, released: hotfix).base == hotfix)
        #expect(try line(hotfix, besides: taken, released: base).measured.map(\.base) == [base])
    }

    // MARK: Approvals

    private static let two = Environment.Approvals(count: 2, form: .trailer, by: [])
    private static let one = Environment.Approvals(count: 1, form: .trailer, by: [])

    @Test func nobodyApprovesTheirOwn() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n"])
        let own = try history.commit("Own\n\nApproved-by: Ada <ADA@example.com>\n", ["a": "2\n"], parents: [base])
        let paired = try history.commit("Paired\n\nCo-authored-by: Bea <bea@example.com>\nReviewed-by: Bea <bea@example.com>\n", ["a": "3\n"], parents: [own])
        let reviewed = try history.commit("Reviewed\n\nReviewed-by: Bea <bea@example.com>\n", ["a": "4\n"], parents: [paired])
        let commits = try PromotedCommits(PromotionMerge(target: base, source: reviewed, project: "", picked: nil), in: history.repository())
        let gate = commits.judge(commits.approvals(), Self.one)
        #expect(!gate.isPassed)
        #expect(gate.findings.map { $0.contains("\"Own\"") || $0.contains("\"Paired\"") } == [true, true])
    }

    @Test func aMergeApprovesWhatItBringsAndAnEmptyCommitAllBeforeIt() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n"])
        let feature = try history.commit("feature", ["a": "1\n", "b": "1\n"], parents: [base])
        let direct = try history.commit("direct", ["a": "2\n"], parents: [base])
        let merge = try history.commit("Merge\n\nReviewed-by: Bea <bea@example.com>\n", ["a": "2\n", "b": "1\n"], parents: [direct, feature])
        func gate(_ source: GitObjectID, _ wanted: Environment.Approvals = Self.one) throws -> PromotionGate {
            let commits = try PromotedCommits(PromotionMerge(target: base, source: source, project: "", picked: nil), in: history.repository())
            return commits.judge(commits.approvals(), wanted)
        }
        #expect(try gate(merge).findings.count == 1, "what stood before the merge was not part of it")
        let approved = try history.commit("Approve\n\nApproved-by: Cleo <cleo@example.com>\n", ["a": "2\n", "b": "1\n"], parents: [merge])
        #expect(try gate(approved).isPassed)
        #expect(try !gate(approved, Self.two).isPassed)
        #expect(try gate(approved, .init(count: 1, form: .trailer, by: ["CLEO@example.com"])).isPassed)
        #expect(try !gate(approved, .init(count: 1, form: .trailer, by: ["lead@example.com"])).isPassed)
        // A merge that changes more than it brings is a change like others.
        let evil = try history.commit("Merge\n\nReviewed-by: Bea <bea@example.com>\n", ["a": "2\n", "b": "1\n", "evil": "1\n"], parents: [direct, feature])
        #expect(try gate(evil).findings.count == 2)
    }

    @Test func aPickNeedsApprovalOfWhatItTakesOnly() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n", "b": "1\n"])
        let other = try history.commit("other", ["a": "1\n", "b": "2\n"], parents: [base])
        let wanted = try history.commit("wanted\n\nReviewed-by: Bea <bea@example.com>\n", ["a": "2\n", "b": "2\n"], parents: [other])
        let commits = try PromotedCommits(PromotionMerge(target: base, source: wanted, project: "", picked: ["a"]), in: history.repository())
        #expect(commits.judge(commits.approvals(), Self.one).isPassed)
    }

    /// What was put on the branch by hand and merged back is approved like all else, whatever is picked.
    @Test func whatCameByHandNeedsApprovalToo() throws {
        let history = try History()
        let base = try history.commit("base", ["a": "1\n", "b": "1\n"])
        let hand = try history.commit("hand", ["a": "1\n", "b": "2\n"], parents: [base])
        let wanted = try history.commit("wanted\n\nReviewed-by: Bea <bea@example.com>\n", ["a": "2\n", "b": "2\n"], parents: [hand])
        for picked in [nil, ["a"]] {
            let merge = PromotionMerge(target: hand, source: wanted, project: "", picked: picked)
            let (narrow, whole) = (try PromotedCommits(merge, in: history.repository()), try PromotedCommits(merge, since: base, in: history.repository()))
            #expect(narrow.judge(narrow.approvals(), Self.one).isPassed)
            #expect(whole.judge(whole.approvals(), Self.one).findings.map { $0.contains("\"hand\"") } == [true])
        }
    }

    /// Somebody could change it on the way, where nobody looks.
    @Test func aPickedFileIsFollowedThroughItsNames() throws {
        let history = try History()
        func approved(_ subject: String) -> String { "\(subject)\n\nReviewed-by: Bea <bea@example.com>\n" }
        let base = try history.commit("base", ["a": "1\n"])
        let moved = try history.commit(approved("moved"), ["t": "1\n"], parents: [base])
        let changed = try history.commit("changed", ["t": "2\n"], parents: [moved])
        let back = try history.commit(approved("back"), ["b": "2\n", "c": "1\n"], parents: [changed])
        let commits = try PromotedCommits(PromotionMerge(target: base, source: back, project: "", picked: ["a", "b"]), in: history.repository())
        #expect(commits.judge(commits.approvals(), Self.one).findings.map { $0.contains("\"changed\"") } == [true])
    }

    // MARK: Conflicts

    @Test func conflictsAreToldByAssetAndFieldOrByLines() throws {
        let history = try History()
        func pipeline(_ key: String, _ concurrency: Int) -> String {
            """
            apiVersion: pipectl/v1
            kind: Pipeline
            name: sales
            concurrency: \(concurrency)
            activities:
              - { name: orders, type: transform, query: sql/orders.sql, into: silver.orders, mode: merge, key: [\(key)] }

            """
        }
        let project = "apiVersion: pipectl/v1\nkind: Project\nname: shop\nlayers: [silver]\n"
        func files(_ key: String, _ concurrency: Int, _ sql: String) -> [String: String] {
            ["pipectl.yml": project, "pipelines/sales.yml": pipeline(key, concurrency), "pipelines/sql/orders.sql": sql]
        }
        let base = try history.commit("base", files("id", 1, "select 1 as id,\n  2 as b,\n  3 as c,\n  4 as d\n"))
        let main = try history.commit("main", files("a", 1, "select 1 as id,\n  2 as b,\n  3 as c,\n  5 as d\n"), parents: [base])
        let develop = try history.commit("develop", files("b", 2, "select 1 as id,\n  2 as b,\n  3 as c,\n  6 as d\n"), parents: [base])
        var batch = try history.repository().batch()
        guard case .conflicts(let conflicts) = try batch.merge(main, develop) else { throw NoConflict() }
        let merge = PromotionMerge(target: main, source: develop, project: "", picked: nil)
        let told = try PromotionConflict.describe(conflicts, of: merge, in: &batch, history.repository(), .init(ours: "main", theirs: "develop"))
        #expect(
            told.map(\.words) == [
                "pipeline sales, activity orders, field key: main has [a], develop has [b]",
                "pipelines/sql/orders.sql, line 4: main has `5 as d`, develop has `6 as d`",
            ])
    }

    private struct NoConflict: Error {}
}
