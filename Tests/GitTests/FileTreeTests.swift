import Foundation
import Testing

import AssetLoading
import Git
import Support

@Suite struct FileTreeTests {
    /// A project in a subfolder, with links of all kinds.
    private func project() throws -> GitFixture {
        let fixture = try GitFixture()
        for path in ["etl/pipelines/a.yml", "etl/pipelines/a/b.yml", "etl/pipelines/a-b.yml", "etl/pipelines/deep/er/c.sql", "etl/.hidden/x.yml", "etl/pipelines/.x.yml",
            "etl/pipelines/say \"hi\" 'ö'.yml", "etl/pipelines/Case.yml", "etl/pipelines/case.yml", "shared/s.sql", "etl/empty.yml"]
        {
            try fixture.write(path, path == "etl/empty.yml" ? "" : "text of \(path)\n")
        }
        for (path, target) in [
            ("etl/pipelines/link.yml", "a.yml"), ("etl/pipelines/up.yml", "../pipelines/deep/../a.yml"), ("etl/pipelines/out.sql", "../../shared/s.sql"),
            ("etl/pipelines/in.yml", "../../etl/pipelines/a.yml"), ("etl/pipelines/circle.yml", "circle.yml"), ("etl/pipelines/none.yml", "nowhere"),
            ("etl/linked", "pipelines"), ("etl/pipelines/far.yml", "../linked/a/b.yml"), ("etl/pipelines/host.yml", "/etc/hostname"), ("etl/pipelines/top.yml", "../../../../../../../../etc/passwd"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: fixture.folder + "/" + path, withDestinationPath: target)
        }
        try fixture.commit()
        return fixture
    }

    private func compare(_ tree: GitTree, _ working: WorkingTree) throws {
        for folder in ["", "pipelines", "pipelines/a", "linked", "none", "empty.yml", ".hidden"] {
            // A file is no folder: the working tree says so, the other has nothing there.
            let expected = (try? working.files(below: folder)) ?? []
            #expect(try tree.files(below: folder) == expected, "\(folder)")
        }
        let all = try working.files(below: "")
        #expect(all.count == 18)
        for path in all + ["linked/a.yml", "linked/a/../a.yml", "../shared/s.sql", "../../x", "none.yml", "pipelines", "pipelines/a.yml/x", "./empty.yml", "a/../../etl/empty.yml", ""] {
            let (own, expected) = (outcome { try tree.read(path) }, outcome { try working.read(path) })
            // Reasons of what cannot be read are the system's words there.
            if expected.hasPrefix("unreadable") { #expect(own.hasPrefix("unreadable"), "\(path)") } else { #expect(own == expected, "\(path)") }
        }
    }

    private func outcome(_ body: () throws -> [UInt8]) -> String {
        do {
            return String(decoding: try body(), as: UTF8.self)
        } catch AssetTreeError.unreadable(_, let reason) {
            return "unreadable: \(reason)"
        } catch {
            return "\(error)"
        }
    }

    @Test func filesAreThoseOfTheWorkingTree() throws {
        let fixture = try project()
        let working = try WorkingTree(root: fixture.folder + "/etl")
        let repository = try GitRepository.open(at: fixture.folder + "/etl")
        let folder = try repository.path(of: fixture.folder + "/etl")
        #expect(folder == "etl")
        try compare(GitTree(repository.files(of: repository.head(), in: folder)), working)
        try compare(GitTree(repository.stagedFiles(in: folder)), working)
        // The same from other kinds of clones.
        try fixture.git("gc", "-q")
        try fixture.git("clone", "-q", "--bare", ".", "bare.git")
        try fixture.git("clone", "-q", "--shared", "--no-checkout", ".", "shared-clone")
        try fixture.git("clone", "-q", "--depth", "1", "file://" + fixture.folder, "shallow")
        try fixture.git("worktree", "add", "-q", "--detach", fixture.folder + "/linked")
        for clone in ["bare.git", "shared-clone", "shallow", "linked", "."] {
            let repository = try GitRepository.open(at: FileSystem.join(fixture.folder, clone), allowsBare: true)
            try compare(GitTree(repository.files(of: repository.head(), in: "etl")), working)
        }
        let id = try GitTree(repository.files(of: repository.head(), in: folder)).id(of: "pipelines/far.yml")
        #expect(try fixture.git("rev-parse", "HEAD:etl/pipelines/a/b.yml") == "\(id)\n")
    }

    @Test func tasksReadAtTheSameTime() async throws {
        let fixture = try project()
        let repository = try GitRepository.open(at: fixture.folder)
        let tree = GitTree(try repository.files(of: repository.head(), in: "etl"))
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<200 { group.addTask { try tree.read("linked/a/b.yml") } }
            for try await bytes in group { #expect(bytes == Array("text of etl/pipelines/a/b.yml\n".utf8)) }
        }
    }

    @Test func stagedFilesAreNotThoseOnDisk() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml", "one")
        try fixture.commit()
        try fixture.write("a.yml", "two")
        try fixture.write("b/c.yml", "staged")
        try fixture.git("add", "a.yml", "b/c.yml")
        try fixture.write("a.yml", "three")
        try fixture.write("later.yml")
        try fixture.git("add", "-N", "later.yml")
        let repository = try GitRepository.open(at: fixture.folder)
        let tree = GitTree(try repository.stagedFiles())
        #expect(try tree.files(below: "") == ["a.yml", "b/c.yml"])
        #expect(try String(decoding: tree.read("a.yml"), as: UTF8.self) == "two")
        let head = try repository.files(of: repository.head())
        #expect(try head.changes(to: tree.files).map(\.path) == ["a.yml", "b/c.yml"])
        #expect(try repository.workingChanges(since: repository.head(), in: fixture.folder).map(\.path) == ["a.yml", "b/c.yml", "later.yml"])
    }

    @Test func whatCannotBeReadIsSaid() throws {
        let fixture = try GitFixture()
        let other = try GitFixture()
        try other.commit()
        try fixture.write("etl/a.yml")
        try fixture.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "file://" + other.folder, "etl/sub")
        try fixture.commit()
        let repository = try GitRepository.open(at: fixture.folder)
        let tree = GitTree(try repository.files(of: repository.head(), in: "etl"))
        let submodule = AssetTreeError.unreadable(path: "sub", reason: "it is a git submodule: its files belong to another repository")
        #expect(throws: submodule) { try tree.files(below: "") }
        #expect(throws: submodule) { try tree.read("sub") }
        // Names that are no text: refused where they are listed, no matter elsewhere.
        for name in [[UInt8]("bad\u{7}".utf8), [0x62, 0xFF], Array("line\nbreak".utf8)] {
            let folder = Array((fixture.folder + "/named").utf8)
            try FileSystem.createDirectory(fixture.folder + "/named")
            let path = folder + [UInt8(ascii: "/")] + name + [0]
            let descriptor = path.withUnsafeBufferPointer { $0.withMemoryRebound(to: CChar.self) { creat($0.baseAddress!, 0o644) } }
            #expect(descriptor >= 0)
            close(descriptor)
            try fixture.commit()
            let commit = try repository.head()
            let found = gitError { _ = try repository.files(of: commit).allFiles() }
            #expect(found?.kind == .unsupported && found?.message.contains("named/") == true && found?.message.contains("\n") == false, "\(found?.message ?? "")")
            #expect(try GitTree(repository.files(of: commit, in: "etl")).read("a.yml").count == 36)
            #expect(gitError { _ = try repository.stagedFiles() }?.kind == .unsupported)
            #expect(try GitTree(repository.stagedFiles(in: "etl")).read("a.yml").count == 36)
            try fixture.git("rm", "-r", "-q", "-f", "named")
        }
    }

    @Test func largeFilesAreNotRead() throws {
        let fixture = try GitFixture()
        try FileSystem.writeAtomically([UInt8](repeating: 65, count: (16 << 20) + 1), to: fixture.folder + "/large.yml")
        try fixture.commit()
        let repository = try GitRepository.open(at: fixture.folder)
        let tree = GitTree(try repository.files(of: repository.head()))
        #expect(throws: AssetTreeError.tooLarge(path: "large.yml", limit: 16 << 20)) { try tree.read("large.yml") }
    }

    /// Changes between random states are those that git tells.
    @Test(arguments: [UInt64(1), 2]) func changesAreThoseOfGit(_ seed: UInt64) throws {
        var chance = Chance(seed)
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        let names = ["a", "a.b", "b", "ü", "z"]
        var tree: GitObjectID?
        var commits: [GitObjectID] = []
        for _ in 0..<25 {
            var changes: [(path: String, file: GitFile?)] = []
            for _ in 0...chance.below(8) {
                let path = (0...chance.below(3)).map { _ in chance.pick(names) }.joined(separator: "/")
                changes.append((path, chance.below(3) == 0 ? nil : GitFile(mode: chance.pick([.file, .executable, .link]), id: try batch.blob([UInt8(chance.below(6) + 65)]))))
            }
            tree = try batch.tree(changing: tree, changes)
            commits.append(try batch.commit(tree: tree!, parents: [], author: .ada, committer: .ada, message: "x"))
        }
        try batch.write()
        for (one, other) in zip(commits, commits.dropFirst()) {
            let own = try repository.files(of: one).changes(to: repository.files(of: other))
            let lines = own.flatMap { change in
                var lines = ["\(change.renamedFrom ?? change.path): \(Self.words(change.old)) > \(change.renamedFrom == nil ? Self.words(change.new) : "-")"]
                if change.renamedFrom != nil { lines.append("\(change.path): - > \(Self.words(change.new))") }
                return lines
            }
            let told = try fixture.git("diff-tree", "-r", "--raw", "-z", "--no-renames", one.description, other.description).split(separator: "\0")
            let expected = stride(from: 0, to: told.count, by: 2).map { place in
                let parts = told[place].dropFirst().split(separator: " ")
                let (old, new) = (parts[0] == "000000" ? "-" : "\(parts[0]) \(parts[2])", parts[1] == "000000" ? "-" : "\(parts[1]) \(parts[3])")
                return "\(told[place + 1]): \(old) > \(new)"
            }
            #expect(lines.sorted() == expected.sorted())
            // The same between a commit and the index, and below a folder.
            try fixture.git("read-tree", other.description)
            #expect(try repository.files(of: one).changes(to: GitRepository.open(at: fixture.folder).stagedFiles()) == own)
            let below = try repository.files(of: one, in: "a").changes(to: repository.files(of: other, in: "a"))
            let told2 = try fixture.git("diff-tree", "-r", "--name-only", "-z", "--no-renames", one.description, other.description, "--", "a/").split(separator: "\0")
            #expect(Set(below.flatMap { [$0.path, $0.renamedFrom].compactMap { $0 } }) == Set(told2.map { String($0.dropFirst(2)) }))
        }
    }

    private static func words(_ file: GitFile?) -> String { file.map { "\(String($0.mode.rawValue, radix: 8)) \($0.id)" } ?? "-" }

    /// Changes of the working tree against a commit are those of `git add -A` and a comparison of commits.
    @Test func workingChangesAreThoseOfACommitOfThem() throws {
        var chance = Chance(5)
        let fixture = try GitFixture()
        try fixture.write(".gitignore", "*.log\nignored/\n")
        try fixture.write(".gitattributes", "*.txt text eol=crlf\n")
        for name in 0..<12 { try fixture.write("etl/\(name % 3)/\(name).yml", "file \(name)\n") }
        try fixture.commit()
        let base = try fixture.git("rev-parse", "HEAD").dropLast()
        for round in 0..<25 {
            for _ in 0...chance.below(5) {
                let path = "etl/\(chance.below(4))/\(chance.below(14)).\(chance.pick(["yml", "yml", "txt", "log"]))"
                switch chance.below(6) {
                case 0, 1: try fixture.write(path, "round \(chance.below(5))\r\n")
                case 2: try fixture.remove(path)
                case 3: try fixture.git("add", "-A")
                case 4: _ = try fixture.run(["mv", "-f", path, "etl/moved-\(round).yml"])
                default: if FileSystem.kind(of: fixture.folder + "/" + path) == .file { chmod(fixture.folder + "/" + path, 0o755) }
                }
            }
            let repository = try GitRepository.open(at: fixture.folder)
            let commit = try repository.commit(named: String(base))
            let own = try repository.workingChanges(since: commit, in: fixture.folder + "/etl")
            // A copy of the index gets all there is.
            try fixture.git("stash", "create")
            let copy = fixture.folder + "/.git/index-copy"
            try FileSystem.writeAtomically(FileSystem.read(fixture.folder + "/.git/index"), to: copy)
            try fixture.git("add", "-A")
            let expected = try repository.files(of: commit, in: "etl").changes(to: GitRepository.open(at: fixture.folder).stagedFiles(in: "etl"))
            try FileSystem.rename(from: copy, to: fixture.folder + "/.git/index")
            #expect(own == expected, "round \(round)")
        }
    }
}
