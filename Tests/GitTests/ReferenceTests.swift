import Foundation
import Testing

import Git
import Support

@Suite struct ReferenceTests {
    private func commits(_ count: Int, _ repository: borrowing GitRepository) throws -> [GitObjectID] {
        var batch = try repository.batch()
        var made: [GitObjectID] = []
        for number in 0..<count { made.append(try batch.commit(["a": "\(number)"])) }
        try batch.write()
        return made
    }

    @Test func onlyWhatIsExpectedIsChanged() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        let ids = try commits(3, repository)
        let name = "refs/pipectl/prod"
        try repository.updateReference(name, to: ids[0], expecting: nil, reason: "first")
        #expect(gitError { try repository.updateReference(name, to: ids[1], expecting: nil, reason: "x") }?.kind == .referenceChanged)
        #expect(gitError { try repository.updateReference(name, to: ids[2], expecting: ids[1], reason: "x") }?.kind == .referenceChanged)
        try fixture.git("pack-refs", "--all")
        #expect(gitError { try repository.updateReference(name, to: ids[1], expecting: nil, reason: "x") }?.kind == .referenceChanged)
        try repository.updateReference(name, to: ids[1], expecting: ids[0], reason: "second")
        #expect(try fixture.git("rev-parse", name) == "\(ids[1])\n")
        try fixture.git("pack-refs", "--all")
        try fixture.git("update-ref", "-d", name)
        #expect(try fixture.run(["rev-parse", "--verify", "-q", name]).status != 0)
        #expect(gitError { try repository.updateReference(name, to: ids[1], expecting: ids[1], reason: "x") }?.kind == .referenceChanged)
        #expect(gitError { try repository.updateReference("refs/a..b", to: ids[1], expecting: nil, reason: "x") }?.kind == .invalid)
        let none = GitObjectID(String(repeating: "1", count: 40))!
        #expect(gitError { try repository.updateReference(name, to: none, expecting: nil, reason: "x") }?.kind == .damaged)
        try fixture.write(".git/\(name).lock", "")
        #expect(gitError { try repository.updateReference(name, to: ids[1], expecting: nil, reason: "x") }?.kind == .locked)
        // Left by a program that was killed.
        try repository.removeAbandonedLock(of: name)
        try repository.updateReference(name, to: ids[1], expecting: nil, reason: "x")
    }

    /// This process and git want the same reference, one by making it, then by moving it: one of them gets it each time.
    @Test func oneOfTwoProcessesWins() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        let ids = try commits(3, repository)
        let zero = String(repeating: "0", count: 40)
        var wins = (own: 0, git: 0)
        for round in 0..<50 {
            let (name, isNew) = ("refs/pipectl/r\(round)", round % 2 == 0)
            if !isNew { try repository.updateReference(name, to: ids[0], expecting: nil, reason: "base") }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "-C", fixture.folder, "update-ref", name, ids[1].description, isNew ? zero : ids[0].description]
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(round % 10) * 700)
            let failure = gitError { try repository.updateReference(name, to: ids[2], expecting: isNew ? nil : ids[0], reason: "own") }
            process.waitUntilExit()
            #expect(failure == nil || failure?.kind == .referenceChanged)
            #expect((failure == nil) != (process.terminationStatus == 0), "round \(round)")
            #expect(try repository.object(ofReference: name) == (failure == nil ? ids[2] : ids[1]))
            if failure == nil { wins.own += 1 } else { wins.git += 1 }
        }
        print("references: won \(wins.own), git won \(wins.git)")
    }

    @Test func oneOfManyTasksWins() async throws {
        let fixture = try GitFixture()
        let ids = try commits(8, try GitRepository.open(at: fixture.folder))
        let folder = fixture.folder
        for round in 0..<50 {
            let name = "refs/pipectl/t\(round)"
            let won = try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in ids {
                    group.addTask {
                        let repository = try GitRepository.open(at: folder)
                        do {
                            try repository.updateReference(name, to: id, expecting: nil, reason: "race")
                            return true
                        } catch {
                            #expect((error as? GitError)?.kind == .referenceChanged)
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
        }
    }

    @Test func whereHeadStands() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        #expect(try repository.headBranch() == "refs/heads/main")
        try fixture.commit()
        try fixture.git("branch", "other")
        try fixture.git("worktree", "add", "-q", "-b", "side", fixture.folder + "/linked")
        #expect(try repository.isCheckedOut("refs/heads/main") && repository.isCheckedOut("refs/heads/side"))
        #expect(try !repository.isCheckedOut("refs/heads/other") && !repository.isCheckedOut("refs/heads/none"))
        try fixture.git("switch", "-q", "--detach")
        #expect(try repository.headBranch() == nil)
        let linked = try GitRepository.open(at: fixture.folder + "/linked")
        #expect(try linked.headBranch() == "refs/heads/side")
        let commit = try linked.head()
        var batch = try linked.batch()
        _ = try batch.blob([1])
        try batch.write()
        try fixture.git("tag", "-a", "-m", "approved\n\nBy: Eve", "v1")
        try fixture.git("tag", "light")
        let tags = try repository.tags(of: commit)
        #expect(tags.map(\.name) == ["light", "v1"] && tags[0].tag == nil && tags[1].tag?.message == "approved\n\nBy: Eve\n")
        #expect(try repository.tag("refs/tags/v1")?.tagger?.name == "Ada")
        #expect(try repository.references(below: "refs/tags/").map(\.name) == ["refs/tags/light", "refs/tags/v1"])
    }

    /// What is handed out to be verified is what was signed.
    @Test func signaturesAreThoseThatSshMade() throws {
        let fixture = try GitFixture()
        func run(_ words: String) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", words]
            process.currentDirectoryURL = URL(filePath: fixture.folder)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        try #require(try run("ssh-keygen -q -t ed25519 -N '' -f key") == 0, "ssh-keygen is needed")
        for (name, value) in [("gpg.format", "ssh"), ("user.signingkey", fixture.folder + "/key.pub")] { try fixture.git("config", name, value) }
        try fixture.git("commit", "-q", "--allow-empty", "-S", "-m", "signed")
        try fixture.git("tag", "-s", "-m", "approved", "v1")
        let repository = try GitRepository.open(at: fixture.folder)
        let signatures = [try repository.commit(repository.head()).signature, try repository.tag("refs/tags/v1")?.signature]
        for signature in signatures {
            let signature = try #require(signature)
            try fixture.write("text.sig", signature.text)
            try FileSystem.writeAtomically(signature.payload, to: fixture.folder + "/payload")
            #expect(try run("ssh-keygen -Y check-novalidate -n git -s text.sig < payload") == 0)
        }
        #expect(try repository.tag("refs/tags/v1")?.message == "approved\n")
    }
}
