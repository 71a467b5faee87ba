import Testing

import Git
import Support

/// Repositories of all kinds, made by git.
@Suite struct CloneTests {
    @Test func sha256IsRefused() throws {
        let fixture = try GitFixture(initialise: false)
        try fixture.git("init", "-q", "--object-format=sha256")
        let found = gitError { _ = try GitRepository.open(at: fixture.folder) }
        #expect(found?.kind == .unsupported && found?.message == "the git repository of \(fixture.folder) names its objects by SHA-256", "\(found?.message ?? "")")
    }

    @Test func bareRepositoriesWhereTheyWillDo() throws {
        let fixture = try GitFixture(initialise: false)
        try fixture.git("init", "-q", "--bare")
        #expect(gitError { _ = try GitRepository.open(at: fixture.folder) }?.kind == .bareRepository)
        let repository = try GitRepository.open(at: fixture.folder, allowsBare: true)
        #expect(repository.workingTree == nil)
        var batch = try repository.batch()
        let id = try batch.commit(["a": "1"])
        try batch.write()
        try repository.updateReference("refs/heads/main", to: id, expecting: nil, reason: "x")
        #expect(try fixture.git("show", "main:a") == "1")
        #expect(gitError { _ = try repository.workingChanges(since: id, in: fixture.folder) }?.kind == .bareRepository)
    }

    @Test func shallowClones() throws {
        let origin = try GitFixture()
        for number in 0..<6 { try origin.write("a", "\(number)"); try origin.commit("c\(number)") }
        try origin.git("switch", "-q", "-c", "side", "HEAD~1")
        try origin.write("b", "side")
        try origin.commit("side")
        try origin.git("clone", "-q", "--depth", "2", "--no-single-branch", "file://" + origin.folder, "clone")
        let repository = try GitRepository.open(at: origin.folder + "/clone")
        let (main, side) = (try repository.commit(named: "origin/main"), try repository.commit(named: "origin/side"))
        let base = try repository.mergeBase(of: main, and: side)
        #expect(try origin.git("merge-base", "main", "side") == "\(base)\n")
        #expect(try repository.aheadBehind(main, side) == (1, 1))
        #expect(try repository.isAncestor(base, of: side))
        var batch = try repository.batch()
        guard case .clean(let tree) = try batch.merge(main, side) else { throw GitError(.other, "conflict") }
        #expect(try origin.git("merge-tree", "--write-tree", "main", "side") == "\(tree)\n")
        // What is not there.
        var seen = 0
        let ended = gitError { try repository.firstParents(from: main) { _ in seen += 1; return true } }
        #expect(seen == 2 && ended?.kind == .incomplete && ended?.message.hasSuffix("this clone is shallow") == true)
        let far = try #require(GitObjectID(String(origin.git("rev-parse", "main~3").dropLast())))
        #expect(gitError { _ = try repository.commit(far) }?.kind == .incomplete)
        try origin.git("clone", "-q", "--depth", "1", "--no-single-branch", "file://" + origin.folder, "short")
        let short = try GitRepository.open(at: origin.folder + "/short")
        for failure in [
            gitError { _ = try short.mergeBase(of: main, and: side) }, gitError { _ = try short.isAncestor(main, of: side) }, gitError { _ = try short.aheadBehind(main, side) },
        ] {
            #expect(failure?.kind == .incomplete && failure?.help?.contains("--unshallow") == true)
        }
    }

    @Test func partialClones() throws {
        let origin = try GitFixture()
        try origin.write("a", "1")
        try origin.commit()
        try origin.git("config", "uploadpack.allowFilter", "true")
        try origin.git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://" + origin.folder, "clone")
        let repository = try GitRepository.open(at: origin.folder + "/clone")
        let files = try repository.files(of: repository.head())
        let id = try #require(try files.file(at: "a")).id
        let found = gitError { _ = try repository.objects.blob(id) }
        #expect(found?.kind == .incomplete && found?.message.hasSuffix("this clone is partial") == true)
    }

    @Test func damageIsSaid() throws {
        let fixture = try GitFixture()
        try fixture.write("a", "1")
        try fixture.commit()
        let repository = try GitRepository.open(at: fixture.folder)
        let id = try #require(try repository.files(of: repository.head()).file(at: "a")).id.description
        try fixture.remove(".git/objects/\(id.prefix(2))/\(id.dropFirst(2))")
        #expect(gitError { _ = try repository.objects.blob(GitObjectID(id)!) }?.kind == .damaged)
    }

    @Test func packsAndTheirReferencesMadeMeanwhile() throws {
        let fixture = try GitFixture()
        try fixture.write("a", "1")
        try fixture.commit()
        let repository = try GitRepository.open(at: fixture.folder)
        let tree = try repository.files(of: repository.head())
        try fixture.write("a", "2")
        try fixture.commit()
        try fixture.git("gc", "-q", "--prune=now")
        #expect(try repository.files(of: repository.head()).file(at: "a") != tree.file(at: "a"))
        #expect(try repository.objects.blob(tree.file(at: "a")!.id) == Array("1".utf8))
    }
}
