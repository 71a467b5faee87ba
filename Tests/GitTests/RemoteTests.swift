import Foundation
import Testing

import Git
import Support

@Suite struct RemoteTests {
    private let variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent", "GIT_DIR": "/nonsense"]

    private func clone() throws -> (fixture: GitFixture, commits: [GitObjectID]) {
        let fixture = try GitFixture()
        try fixture.git("init", "-q", "--bare", "server.git")
        try fixture.git("remote", "add", "origin", "file://" + fixture.folder + "/server.git")
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        let commits = try (0..<3).map { try batch.commit(["a": "\($0)"]) }
        try batch.write()
        return (fixture, commits)
    }

    @Test func whatIsPushedIsThereAndIsFetched() async throws {
        let (fixture, commits) = try clone()
        let connection = try GitRepository.open(at: fixture.folder).connection(variables: variables)
        let (prod, main) = ("refs/pipectl/prod", "refs/heads/main")
        try await connection.push([GitPushUpdate(prod, to: commits[0], expecting: nil), GitPushUpdate(main, to: commits[1], expecting: nil)], to: "origin")
        #expect(try await connection.references(of: "origin") == [prod: commits[0], main: commits[1]])
        // Moved to what is no descendant: allowed, as it is what was expected.
        try await connection.push([GitPushUpdate(prod, to: commits[2], expecting: commits[0])], to: "origin")
        try await connection.fetch("origin", ["+refs/pipectl/*:refs/remote-pipectl/*"])
        #expect(try GitRepository.open(at: fixture.folder).object(ofReference: "refs/remote-pipectl/prod") == commits[2])
        try await connection.push([GitPushUpdate(prod, to: nil, expecting: commits[2])], to: "origin")
        #expect(try await connection.references(of: "origin", matching: ["refs/pipectl/*"]) == [:])
    }

    /// As git has it: paths of other repositories begin at the top of the working tree.
    @Test func relativePathsBeginAtTheTop() async throws {
        let (fixture, commits) = try clone()
        try fixture.git("init", "-q", "--bare", "--", "../\(FileSystem.lastComponent(of: fixture.folder))-other.git")
        defer { try? FileSystem.removeTree(fixture.folder + "-other.git") }
        let remote = "../\(FileSystem.lastComponent(of: fixture.folder))-other.git"
        try fixture.write("project/a")
        let connection = try GitRepository.open(at: fixture.folder + "/project").connection(variables: variables)
        try await connection.push([GitPushUpdate("refs/heads/main", to: commits[0], expecting: nil)], to: remote)
        #expect(try await connection.references(of: remote) == ["refs/heads/main": commits[0]])
    }

    @Test func allOrNothing() async throws {
        let (fixture, commits) = try clone()
        let connection = try GitRepository.open(at: fixture.folder).connection(variables: variables)
        let (prod, main) = ("refs/pipectl/prod", "refs/heads/main")
        try await connection.push([GitPushUpdate(prod, to: commits[0], expecting: nil)], to: "origin")
        for update in [GitPushUpdate(prod, to: commits[1], expecting: nil), GitPushUpdate(prod, to: commits[1], expecting: commits[2])] {
            let failure = await gitError { try await connection.push([GitPushUpdate(main, to: commits[1], expecting: nil), update], to: "origin") }
            guard case .rejected(let rejections)? = failure?.kind else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(Set(rejections) == [GitPushRejection(reference: main, reason: .withTheOthers), GitPushRejection(reference: prod, reason: .changed)])
            #expect(failure?.message == "cannot push to origin: refs/pipectl/prod was refused: it was changed there by somebody else in the meantime")
        }
        #expect(try await connection.references(of: "origin") == [prod: commits[0]])
        try fixture.write("server.git/hooks/update", "#!/bin/sh\necho not today >&2\nexit 1\n")
        chmod(fixture.folder + "/server.git/hooks/update", 0o755)
        let refused = await gitError { try await connection.push([GitPushUpdate(main, to: commits[1], expecting: nil)], to: "origin") }
        #expect(refused?.kind == .rejected([GitPushRejection(reference: main, reason: .refused("hook declined"))]))
    }

    @Test func nobodyIsAsked() async throws {
        let (fixture, commits) = try clone()
        let connection = try GitRepository.open(at: fixture.folder).connection(variables: variables)
        let missing = await gitError { try await connection.fetch("file:///nonexistent/x.git", ["refs/heads/*:refs/x/*"]) }
        #expect(missing?.kind == .remote && missing?.message.hasPrefix("cannot fetch from file:///nonexistent/x.git: fatal: ") == true, "\(missing?.message ?? "")")
        // The program that stands for ssh tells how it was called.
        try fixture.write("ssh", "#!/bin/sh\necho \"$@\" > \"\(fixture.folder)/called\"\nexit 255\n")
        chmod(fixture.folder + "/ssh", 0o755)
        try fixture.git("config", "core.sshCommand", fixture.folder + "/ssh -v")
        let other = try GitRepository.open(at: fixture.folder).connection(variables: variables)
        let failure = await gitError { try await other.push([GitPushUpdate("refs/heads/main", to: commits[0], expecting: nil)], to: "ssh://secret:word@host/x.git") }
        #expect(failure?.kind == .remote && failure?.message.contains("word") == false, "\(failure?.message ?? "")")
        #expect(try String(decoding: FileSystem.read(fixture.folder + "/called"), as: UTF8.self).hasPrefix("-v -oBatchMode=yes "))
        let noGit = try GitRepository.open(at: fixture.folder).connection(variables: ["PATH": "/nonexistent"])
        #expect(await gitError { try await noGit.fetch("origin", []) }?.kind == .noProgram)
    }

    @Test func remotesAreListed() throws {
        let (fixture, _) = try clone()
        try fixture.git("remote", "add", "backup", "https://ada:secret@example.com/x.git")
        try fixture.git("remote", "set-url", "--push", "backup", "ssh://git@example.com/x.git")
        let remotes = try GitRepository.open(at: fixture.folder).remotes()
        #expect(remotes.map(\.name) == ["backup", "origin"])
        #expect(remotes[0].shownURL == "https://example.com/x.git" && remotes[0].pushURL == "ssh://git@example.com/x.git")
    }
}
