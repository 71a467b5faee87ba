import Testing

import Git
import Support

@Suite struct ChangedPathsTests {
    private func changes(_ fixture: GitFixture, since revision: String = "main", in folder: String = "") throws -> [String] {
        let path = FileSystem.join(fixture.folder, folder)
        return try GitRepository.open(at: path).changedPaths(since: revision, in: path)
    }

    @Test func everyKindOfChangeIsTold() throws {
        let fixture = try GitFixture()
        for name in ["committed", "staged", "changed", "deleted", "removed", "old name", "mode", "same", "touched", "undone"] {
            try fixture.write(name + ".yml", "text of \(name)\nand some more so that a rename is seen\n")
        }
        try fixture.write(".gitignore", "ignored/\n*.log\n")
        try fixture.commit()
        try fixture.git("switch", "-q", "-c", "feature")
        try fixture.write("committed.yml", "new")
        try fixture.commit()
        // The other branch goes on: what changed there did not change here.
        try fixture.git("switch", "-q", "main")
        try fixture.write("same.yml", "changed on main")
        try fixture.write("only-on-main.yml")
        try fixture.commit()
        try fixture.git("switch", "-q", "feature")
        try fixture.write("staged.yml", "new")
        try fixture.git("add", "staged.yml")
        try fixture.write("undone.yml", "for a moment")
        try fixture.git("add", "undone.yml")
        try fixture.write("undone.yml", "text of undone\nand some more so that a rename is seen\n")
        try fixture.write("changed.yml", "new")
        try fixture.remove("deleted.yml")
        try fixture.git("rm", "-q", "removed.yml")
        try fixture.git("mv", "old name.yml", "näw [name]*.yml")
        try fixture.write("touched.yml", "text of touched\nand some more so that a rename is seen\n")
        try fixture.write("deep/er/untracked.sql")
        try fixture.write("ignored/x.yml")
        try fixture.write("run.log")
        #expect(
            try changes(fixture) == [
                "changed.yml", "committed.yml", "deep/er/untracked.sql", "deleted.yml", "näw [name]*.yml", "old name.yml", "removed.yml",
                "staged.yml", "undone.yml",
            ])
        #expect(try changes(fixture, since: "HEAD").contains("committed.yml") == false)
    }

    @Test func pathsAreThoseOfTheProject() throws {
        let fixture = try GitFixture()
        for path in ["etl/pipelines/a.yml", "etl/pipelines/b.yml", "etl2/c.yml", "[etl]/d.yml", "top.yml"] { try fixture.write(path) }
        try fixture.commit()
        for path in ["etl/pipelines/a.yml", "etl/new.yml", "etl2/c.yml", "[etl]/d.yml", "top.yml"] { try fixture.write(path) }
        #expect(try changes(fixture, in: "etl") == ["new.yml", "pipelines/a.yml"])
        #expect(try changes(fixture, in: "[etl]") == ["d.yml"])
        #expect(try changes(fixture) == ["[etl]/d.yml", "etl/new.yml", "etl/pipelines/a.yml", "etl2/c.yml", "top.yml"])
        // Moved out of the project: gone from it.
        try fixture.git("mv", "etl/pipelines/b.yml", "b.yml")
        #expect(try changes(fixture, in: "etl").contains("pipelines/b.yml"))
    }

    @Test func linkedWorktree() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml", "a")
        try fixture.commit()
        let worktree = fixture.folder + "/linked"
        try fixture.git("worktree", "add", "-q", "-b", "side", worktree)
        try fixture.write("linked/a.yml", "b")
        try fixture.write("a.yml", "c")
        let repository = try GitRepository.open(at: worktree)
        #expect(repository.workingTree == worktree)
        #expect(try repository.changedPaths(since: "main", in: worktree) == ["a.yml"])
    }

    @Test func aRepositoryInsideIsOnePath() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml")
        try fixture.commit()
        try fixture.write("inner/b.yml")
        try fixture.git("init", "-q", in: fixture.folder + "/inner")
        try fixture.write("link-target.yml")
        #expect(try changes(fixture) == ["inner", "link-target.yml"])
    }

    @Test func nothingChanged() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml")
        try fixture.commit()
        try fixture.git("tag", "v1")
        for name in ["main", "HEAD", "v1", "HEAD^{commit}"] { #expect(try changes(fixture, since: name) == []) }
        let id = try GitRepository.open(at: fixture.folder).head().description
        #expect(try changes(fixture, since: id) == [])
        #expect(try changes(fixture, since: String(id.prefix(8))) == [])
        #expect(try fixture.git("rev-parse", "HEAD") == id + "\n")
    }

    @Test func conflictsAreChanges() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml", "a")
        try fixture.commit()
        try fixture.git("switch", "-q", "-c", "side")
        try fixture.write("a.yml", "b")
        try fixture.commit()
        try fixture.git("switch", "-q", "main")
        try fixture.write("a.yml", "c")
        try fixture.commit()
        #expect(try fixture.run(["merge", "-q", "side"]).status == 1)
        #expect(try changes(fixture, since: "HEAD") == ["a.yml"])
    }

    /// Sparse checkouts and partial clones mark their repositories with extensions.
    @Test func extensionsThatDoNotMatterHere() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml")
        try fixture.write("far/b.yml")
        try fixture.commit()
        try fixture.git("sparse-checkout", "set", "--cone", "near")
        #expect(try fixture.git("config", "extensions.worktreeConfig") == "true\n")
        #expect(try changes(fixture) == [])
        try fixture.git("config", "extensions.partialClone", "origin")
        #expect(try changes(fixture) == [])
    }
}
