import Testing

import Git

@Suite struct RevisionTests {
    /// The error that `body` throws.
    private func error(_ body: () throws(GitError) -> Void) -> GitError? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func unknownNamesAreCompared() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml")
        try fixture.commit()
        try fixture.git("branch", "release/2024")
        try fixture.git("update-ref", "refs/remotes/origin/develop", "HEAD")
        let repository = try GitRepository.open(at: fixture.folder)
        #expect(try repository.referenceNames() == ["main", "origin/develop", "release/2024"])
        for (name, help) in [
            ("mian", "did you mean \"main\"?"), ("develop", "did you mean \"origin/develop\"?"),
            ("release/2025", "did you mean \"release/2024\"?"), ("quite-different", "if it is on the server: git fetch origin quite-different"),
        ] {
            let found = error { () throws(GitError) in _ = try repository.commit(named: name) }
            #expect(found == GitError(.unknownRevision, "there is no branch, tag or commit \"\(name)\"", help: help))
        }
        for name in ["HEAD:a.yml", "main..main", "", "~", "HEAD~5"] {
            #expect(error { () throws(GitError) in _ = try repository.commit(named: name) }?.kind == .unknownRevision, "\(name)")
        }
    }

    @Test func foldersThatWillNotDo() throws {
        let fixture = try GitFixture(initialise: false)
        #expect(error { () throws(GitError) in _ = try GitRepository.open(at: fixture.folder) }?.kind == .noRepository)
        #expect(error { () throws(GitError) in _ = try GitRepository.open(at: fixture.folder + "/none") }?.kind == .noRepository)
        try fixture.git("init", "-q", "--bare", "bare.git")
        #expect(error { () throws(GitError) in _ = try GitRepository.open(at: fixture.folder + "/bare.git") }?.kind == .bareRepository)
        try fixture.git("init", "-q")
        let repository = try GitRepository.open(at: fixture.folder)
        #expect(error { () throws(GitError) in _ = try repository.head() }?.kind == .noCommit)
        #expect(error { () throws(GitError) in _ = try repository.changedPaths(since: "HEAD", in: fixture.folder) }?.kind == .unknownRevision)
    }

    @Test func namesThatAShallowCloneLacks() throws {
        let origin = try GitFixture()
        for name in ["one", "two"] { try origin.commit(name) }
        try origin.git("branch", "release")
        let clone = try GitFixture(initialise: false)
        try clone.git("clone", "-q", "--depth", "1", "file://" + origin.folder, "clone")
        let repository = try GitRepository.open(at: clone.folder + "/clone")
        func help(_ name: String) -> String? { error { () throws(GitError) in _ = try repository.commit(named: name) }?.help }
        #expect(help("origin/release")?.hasPrefix("if it is on the server: git fetch origin release:refs/remotes/origin/release; this clone is shallow") == true)
        #expect(help("HEAD~1")?.hasPrefix("this clone is shallow") == true)
        #expect(help("0123456789")?.hasPrefix("this clone is shallow") == true)
        #expect(error { () throws(GitError) in _ = try repository.commit(named: "HEAD~1") }?.message.hasSuffix("does not go back that far") == true)
    }

    @Test func historiesWithoutCommonCommit() throws {
        let fixture = try GitFixture()
        try fixture.write("a.yml")
        try fixture.commit()
        try fixture.git("switch", "-q", "--orphan", "other")
        try fixture.commit("alone")
        let found = error { () throws(GitError) in
            _ = try GitRepository.open(at: fixture.folder).changedPaths(since: "main", in: fixture.folder)
        }
        #expect(found?.kind == .unrelated)
        #expect(found?.help == nil)
    }
}
