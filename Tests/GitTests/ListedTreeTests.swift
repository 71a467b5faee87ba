import Testing

import AssetLoading
import Git
import Support

/// A listing, made from another state's or read back from bytes, says what the tree itself says.
@Suite struct ListedTreeTests {
    private func tree(_ fixture: GitFixture) throws -> GitTree {
        let repository = try GitRepository.open(at: fixture.folder + "/etl")
        return GitTree(try repository.files(of: repository.head(), in: "etl"))
    }

    private func compare(_ listed: ListedTree, _ tree: GitTree) throws {
        for folder in ["", ".", "a", "a/b", "none", ".hidden", "a/x.yml"] { #expect(try listed.files(below: folder) == tree.files(below: folder), "\(folder)") }
        for path in try tree.files(below: "") {
            #expect(try listed.read(path) == tree.read(path))
            #expect(try listed.digest(of: "./" + path) == ContentDigest(tree.read(path)))
            #expect(try listed.mentions(in: path) == FileMentions(tree.read(path)))
        }
        #expect(throws: AssetTreeError.notFound(path: "none.yml")) { try listed.read("none.yml") }
        #expect(throws: AssetTreeError.outsideProject(path: "../x")) { try listed.digest(of: "../x") }
    }

    @Test func itFollowsWhatChanges() throws {
        let fixture = try GitFixture()
        for path in ["a/x.yml", "a.yml", "a/b/y.sql", "a-b.yml", "a/.z.yml", ".hidden/h.yml", "b/c.yml"] { try fixture.write("etl/" + path, "query: \(path)\n") }
        try fixture.commit()
        var known: TreeListing?
        let steps: [(String, String?)] = [("a/new.yml", "template: t\n"), ("a.yml", "changed\n"), ("b/c.yml", nil), ("a0.yml", "x"), ("a/b/y.sql", nil), ("a/b", "a file now\n")]
        for step in [nil] + steps.map(Optional.some) {
            if let (path, text) = step {
                if let text { try fixture.write("etl/" + path, text) } else { _ = try fixture.git("rm", "-q", "etl/" + path) }
                try fixture.commit()
            }
            let tree = try tree(fixture)
            let listing = try #require(TreeListing.make(of: tree.files, known: known))
            let listed = ListedTree(tree, listing)
            try compare(listed, tree)
            let learned = try #require(listed.learnedListing(since: known))
            let read: TreeListing? = TreeListing(learned.encoded)
            let again = try #require(read)
            // All is known now.
            let more = ListedTree(tree, again).learnedListing(since: again)
            #expect(more?.tree == nil)
            known = again
        }
        let damaged = try #require(known).encoded.dropLast()
        #expect(TreeListing(Array(damaged))?.tree == nil)
    }

    @Test(arguments: [
        ("- { name: a, template: ingest, parameters: { t: x } }", ["ingest"]), ("  \"template\": 'in-gest' # so", ["in-gest"]), ("template:\tone\ntemplate : two\r\n", ["one", "two"]),
        ("the template of it", []), ("template: *alias", nil), ("template: >-\n  x", nil), ("template:\n  x", nil), ("? template\n: x", nil), ("templat\\u0065: x", nil), ("template: !!str x", nil),
    ] as [(String, [String]?)])
    func templatesByTheLookOfBytes(_ text: String, _ names: [String]?) { #expect(FileMentions(Array(text.utf8)).templates == names) }

    @Test func pathsOfSQLByTheLookOfBytes() {
        let found = FileMentions(Array("query: sql/a.sql\n q: \"../b.sql\"\n r: ${{ params.x }}.sql\n kind: Template\n".utf8))
        #expect(found.sqlWords.contains("sql/a.sql") && found.sqlWords.contains("../b.sql") && found.computesPath && found.mayHoldOthers)
        #expect(!FileMentions(Array("query: SELECT 1\nquery: sql/a.sql".utf8)).computesPath)
    }
}
