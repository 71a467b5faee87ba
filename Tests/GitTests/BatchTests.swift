import Testing

import Git
import Support

@Suite struct BatchTests {
    private func fsck(_ fixture: GitFixture) throws {
        let (status, text) = try fixture.run(["fsck", "--full", "--strict", "--no-dangling"])
        #expect(status == 0 && !text.contains("error") && !text.contains("warning"), "\(text)")
    }

    @Test func gitReadsWhatIsWritten() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        let message = try GitMessage.text("Release 7\n\nWhy: because.  \nIn more\nlines.\n", trailers: [
            GitTrailer("Pipectl-Commit", "0123"), GitTrailer("Pipectl-By", "Ada <ada@example.com>: on her own"),
        ])
        let tree = try batch.tree(changing: nil, [
            ("a.yml", GitFile(mode: .file, id: batch.blob(Array("name: a\n".utf8)))),
            ("empty", GitFile(mode: .file, id: batch.blob([]))),
            ("bin/run", GitFile(mode: .executable, id: batch.blob(Array("#!\n".utf8)))),
            ("bin/link", GitFile(mode: .link, id: batch.blob(Array("run".utf8)))),
        ])
        let author = GitPerson(name: "Zoë <x>\n, Jr.", mail: "zoe@example.com", time: 1_700_000_000, offset: -210)
        let id = try batch.commit(tree: tree, parents: [], author: author, committer: .ada, message: message)
        // Nothing is there before it is written, and no file was left.
        #expect(try fixture.run(["cat-file", "-e", id.description]).status != 0)
        #expect(try fixture.git("count-objects") == "0 objects, 0 kilobytes\n")
        let made = try batch.objects.commit(id)
        try batch.write()
        try repository.updateReference("refs/pipectl/prod", to: id, expecting: nil, reason: "deploy", keepsLog: true, by: .ada)
        #expect(try fixture.git("log", "-1", "--format=%an|%ae|%ad|%cn|%s", "--date=raw", "refs/pipectl/prod") == "Zoë x, Jr.|zoe@example.com|1700000000 -0330|Ada|Release 7\n")
        #expect(try fixture.git("log", "-1", "--format=%(trailers)", "refs/pipectl/prod") == "Pipectl-Commit: 0123\nPipectl-By: Ada <ada@example.com>: on her own\n\n")
        #expect(try fixture.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "refs/pipectl/prod") == "100644 a.yml\n120000 bin/link\n100755 bin/run\n100644 empty\n")
        #expect(try fixture.git("reflog", "show", "--format=%gs %gn", "refs/pipectl/prod") == "deploy Ada\n")
        let read = try repository.commit(id)
        #expect(read == made)
        #expect(read.author == author && read.trailers("pipectl-commit") == ["0123"] && read.subject == "Release 7")
        try fsck(fixture)
    }

    /// Trees after random changes are those that git makes of the same; few objects are written as files, many as a pack.
    @Test(arguments: [UInt64(1), 2, 3]) func treesAreThoseOfGit(_ seed: UInt64) throws {
        var chance = Chance(seed)
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        let names = ["a", "a.b", "a-b", "b", "c", "é", "Z"]
        var tree: GitObjectID?
        for round in 0..<30 {
            let count = round == 20 ? 300 : 1 + chance.below(6)
            var changes: [(path: String, file: GitFile?)] = []
            for _ in 0..<count {
                let path = (0...chance.below(3)).map { _ in chance.pick(names) }.joined(separator: "/")
                let isRemoved = chance.below(4) == 0
                changes.append((path, isRemoved ? nil : GitFile(mode: chance.pick([.file, .executable]), id: try batch.blob(Array("\(chance.next())".utf8)))))
            }
            tree = try batch.tree(changing: tree, changes)
            try batch.write()
            for (path, file) in changes {
                // A file in the place of a folder, and the other way round, needs two steps in git.
                _ = try fixture.run(["rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", path])
                guard let file else { continue }
                var parent = FileSystem.parent(of: path)
                while parent != "." {
                    _ = try fixture.run(["update-index", "--force-remove", "--", parent])
                    parent = FileSystem.parent(of: parent)
                }
                try fixture.git("update-index", "--add", "--cacheinfo", "\(String(file.mode.rawValue, radix: 8)),\(file.id),\(path)")
            }
            #expect(try fixture.git("write-tree") == "\(tree!)\n", "round \(round)")
        }
        #expect(try fixture.git("count-objects", "-v").contains("packs: 1\n"))
        try fsck(fixture)
    }

    @Test func unchangedFoldersAreNotWrittenAgain() throws {
        let fixture = try GitFixture()
        for folder in 0..<20 { try fixture.write("f\(folder)/x.yml") }
        try fixture.commit()
        let repository = try GitRepository.open(at: fixture.folder)
        let before = try fixture.git("count-objects")
        var batch = try repository.batch()
        let base = try repository.commit(repository.head()).tree
        #expect(try batch.tree(changing: base, []) == base)
        let blob = try batch.blob(Array("new".utf8))
        _ = try batch.tree(changing: base, [("f7/x.yml", GitFile(mode: .file, id: blob)), ("none/there", nil)])
        try batch.write()
        #expect(Int(try fixture.git("count-objects").split(separator: " ")[0])! == Int(before.split(separator: " ")[0])! + 3)
    }

    @Test(arguments: ["", "a//b", "../x", "a/.git/config", ".GIT", "a/git~1", "./a", "/a", "a\nb"]) func pathsThatGitRefuses(_ path: String) throws {
        let fixture = try GitFixture()
        var batch = try GitRepository.open(at: fixture.folder).batch()
        let file = GitFile(mode: .file, id: try batch.blob([1]))
        do {
            _ = try batch.tree(changing: nil, [(path, file)])
            Issue.record("taken")
        } catch {
            #expect(error.kind == .invalid)
        }
    }

    /// Web services and Windows write such messages.
    @Test func linesOfMessagesEndWithEither() throws {
        let fixture = try GitFixture()
        try fixture.write("message", "One\r\n\r\nMore.\r\n\r\nApproved-by: Bea <bea@example.com>\r\nReviewed-by: Cy <cy@example.com>\r\n")
        try fixture.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "message")
        let repository = try GitRepository.open(at: fixture.folder)
        let commit = try repository.commit(repository.head())
        #expect(commit.subject == "One" && commit.trailers("approved-by") == ["Bea <bea@example.com>"] && commit.trailers.count == 2)
    }

    /// What is no commit that git would make is read as far as it goes.
    @Test func commitsThatEndInAHeader() throws {
        let fixture = try GitFixture()
        let tree = try fixture.git("write-tree").prefix(40)
        try fixture.write("object", "tree \(tree)\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 9223372036854775807 +0000\ngpgsig x")
        let id = try #require(GitObjectID(String(try fixture.git("hash-object", "-t", "commit", "-w", "--literally", "object").prefix(40))))
        let commit = try GitRepository.open(at: fixture.folder).commit(id)
        #expect(commit.signature?.text == "x\n" && commit.message == "")
    }

    @Test func trailersAreReadAsGitReadsThem() throws {
        let fixture = try GitFixture()
        for message in [
            "s\n\nA: 1\nB: 2\n", "s\n\nbody\n\nA: 1\n continued\nB:2\n", "A: 1\n", "s\n\nA: 1\nno trailer\n", "s\n\nbody\n\n", "s\n\nA: 1\n\nB: 2\n\n\n",
            "s\r\n\r\nbody\r\n\r\nA: 1\r\nB: 2\r\n", "s\n\nA: 1\u{2028}B: 2\n",
        ] {
            let own = GitMessage.trailers(of: message).map { "\($0.key): \($0.value)\n" }.joined()
            try fixture.write("message", message)
            #expect(try fixture.git("interpret-trailers", "--parse", "message") == own, "\(message)")
        }
        #expect(throws: GitError.self) { try GitMessage.text("s", trailers: [GitTrailer("A b", "x")]) }
        #expect(throws: GitError.self) { try GitMessage.text("s", trailers: [GitTrailer("A", "x\ny")]) }
        #expect(try GitMessage.text("s\n\nA: 1\n", trailers: [GitTrailer("B", "2")]) == "s\n\nA: 1\nB: 2\n")
    }

    @Test func whoCommits() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        try fixture.git("config", "user.name", "From settings")
        try fixture.git("config", "user.email", "s@example.com")
        #expect(try repository.person(.author, variables: [:], time: 5).name == "From settings")
        #expect(try repository.person(.author, variables: ["GIT_AUTHOR_NAME": "From variables"], time: 5) == GitPerson(name: "From variables", mail: "s@example.com", time: 5))
        try fixture.git("config", "user.name", "")
        #expect(gitError { _ = try repository.person(.committer, variables: [:], time: 5) }?.kind == .noIdentity)
    }
}
