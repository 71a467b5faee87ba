import Foundation
import Support
import Testing

@Suite struct FileSystemTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func code(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SystemError)?.code
        }
    }

    private func names(_ path: String) throws -> [String] { try FileSystem.list(path).map(\.name) }

    @Test func writingReplacesWholeFiles() throws {
        let path = folder("a")
        try FileSystem.writeAtomically(Array("first, and longer".utf8), to: path, mode: 0o600)
        try FileSystem.writeAtomically(Array("second".utf8), to: path)
        #expect(try FileSystem.read(path) == Array("second".utf8))
        try FileSystem.writeAtomically([], to: path)
        #expect(try FileSystem.read(path) == [])
        #expect(try names(folder.path) == ["a"], "no temporary files stay behind")
    }

    @Test func modeIsTheOneAskedFor() throws {
        try FileSystem.writeAtomically([1], to: folder("private"), mode: 0o600)
        var status = stat()
        #expect(stat(folder("private"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func aFailedWriteLeavesTheOldFileAndNoOther() throws {
        try FileSystem.createDirectory(folder("taken/by-a-folder"))
        #expect(code { try FileSystem.writeAtomically([1], to: folder("taken")) } == EISDIR)
        #expect(code { try FileSystem.writeAtomically([1], to: folder("nowhere/x")) } == ENOENT)
        #expect(try names(folder.path) == ["taken"])
    }

    @Test func exclusiveCreationHasOneWinner() async throws {
        let path = folder("00000000000000000001.json")
        let winners = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<16 {
                group.addTask {
                    do throws(SystemError) {
                        try FileSystem.createExclusively(Array("\(number)".utf8), at: path)
                        return number
                    } catch {
                        #expect(error.alreadyExists)
                        return nil
                    }
                }
            }
            return await group.reduce(into: []) { if let winner = $1 { $0.append(winner) } }
        }
        #expect(winners.count == 1)
        #expect(try FileSystem.read(path) == Array("\(try #require(winners.first))".utf8))
        #expect(try names(folder.path) == ["00000000000000000001.json"])
    }

    @Test func readingRefusesWhatIsNoFile() throws {
        #expect(code { _ = try FileSystem.read(folder.path) } == EISDIR)
        #expect(code { _ = try FileSystem.read("/dev/zero") } == EINVAL)
        #expect(code { _ = try FileSystem.read(folder("none")) } == ENOENT)
        try FileSystem.writeAtomically([1, 2, 3], to: folder("three"))
        #expect(code { _ = try FileSystem.read(folder("three"), limit: 2) } == EFBIG)
        #expect(try FileSystem.read(folder("three"), limit: 3) == [1, 2, 3])
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        #expect(code { _ = try FileSystem.read(folder("pipe")) } == EINVAL, "and does not wait for a writer")
    }

    @Test func largeFileComesWhole() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileSystem.writeAtomically(bytes, to: folder("large"))
        #expect(try FileSystem.read(folder("large")) == bytes)
        #expect(try FileSystem.size(of: folder("large")) == bytes.count)
    }

    @Test func errorSaysWhatToWhatAndWhy() throws {
        let error = #expect(throws: SystemError.self) { try FileSystem.read("/nowhere/x") }
        #expect(error?.description == "cannot read /nowhere/x: No such file or directory")
        #expect(error?.isNotFound == true)
    }

    @Test func kindsAndLinks() throws {
        try FileSystem.writeAtomically([1], to: folder("file"))
        try FileSystem.createDirectory(folder("dir"))
        #expect(symlink("file", folder("link")) == 0)
        #expect(symlink("gone", folder("dangling")) == 0)
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        let found = try FileSystem.list(folder.path).map { "\($0.name) \($0.kind)" }
        #expect(found == ["dangling symbolicLink", "dir directory", "file file", "link symbolicLink", "pipe other"])
        #expect(FileSystem.kind(of: folder("link")) == .symbolicLink)
        #expect(FileSystem.kind(of: folder("link"), followLinks: true) == .file)
        #expect(FileSystem.exists(folder("link")))
        #expect(!FileSystem.exists(folder("dangling")))
        #expect(FileSystem.kind(of: folder("none")) == nil)
        #expect(try FileSystem.realPath(folder("link")) == FileSystem.realPath(folder.path) + "/file")
        #expect(code { _ = try FileSystem.realPath(folder("dangling")) } == ENOENT)
    }

    @Test func listingIsSortedByBytes() throws {
        for name in ["b", "a", "Z", "é", ".hidden", "a b", "\u{1F6B2}"] { try FileSystem.writeAtomically([], to: folder(name)) }
        #expect(try names(folder.path) == [".hidden", "Z", "a", "a b", "b", "é", "\u{1F6B2}"])
        #expect(code { _ = try FileSystem.list(folder("none")) } == ENOENT)
        #expect(code { _ = try FileSystem.list(folder("a")) } == ENOTDIR)
    }

    @Test func foldersAreMadeWithThoseAbove() throws {
        try FileSystem.createDirectory(folder("a/b/../b//c"))
        try FileSystem.createDirectory(folder("a/b/c"))
        #expect(FileSystem.kind(of: folder("a/b/c")) == .directory)
        try FileSystem.writeAtomically([], to: folder("file"))
        #expect(code { try FileSystem.createDirectory(folder("file")) } == EEXIST)
        #expect(code { try FileSystem.createDirectory(folder("file/x")) } == ENOTDIR)
    }

    @Test func foldersAreMadeByManyAtOnce() async throws {
        let path = folder("x/y/z")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { try FileSystem.createDirectory(path) } }
            try await group.waitForAll()
        }
    }

    @Test func removingATreeDoesNotFollowLinks() throws {
        try FileSystem.createDirectory(folder("kept"))
        try FileSystem.writeAtomically([], to: folder("kept/file"))
        try FileSystem.createDirectory(folder("tree/deep/er"))
        try FileSystem.writeAtomically([], to: folder("tree/deep/x"))
        #expect(symlink("../kept", folder("tree/link")) == 0)
        try FileSystem.removeTree(folder("tree"))
        try FileSystem.removeTree(folder("tree"))
        try FileSystem.removeFile(folder("tree"))
        #expect(try names(folder.path) == ["kept"])
        #expect(FileSystem.exists(folder("kept/file")))
        #expect(code { try FileSystem.removeFile(folder("kept")) } == EISDIR)
    }

    @Test func renamingReplaces() throws {
        try FileSystem.writeAtomically([1], to: folder("a"))
        try FileSystem.writeAtomically([2], to: folder("b"))
        try FileSystem.rename(from: folder("a"), to: folder("b"))
        #expect(try FileSystem.read(folder("b")) == [1])
        #expect(code { try FileSystem.rename(from: folder("a"), to: folder("c")) } == ENOENT)
    }
}

@Suite struct PathTests {
    @Test(arguments: [
        ("a", "b", "a/b"), ("a/", "b", "a/b"), ("", "b", "b"), ("a", "", "a"), ("a", "/b", "/b"), ("/", "b", "/b"),
    ])
    func join(_ base: String, _ path: String, _ expected: String) { #expect(FileSystem.join(base, path) == expected) }

    @Test(arguments: [("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/", "/", ""), ("a/b/c.sql", "a/b", "c.sql"), ("", ".", "")])
    func parts(_ path: String, _ parent: String, _ last: String) {
        #expect(FileSystem.parent(of: path) == parent)
        #expect(FileSystem.lastComponent(of: path) == last)
    }

    @Test(arguments: [
        ("a/./b/../c", "a/c"), ("/a/../../b", "/b"), ("../../a", "../../a"), ("a/../..", ".."), ("a/..", "."), ("", "."), ("/", "/"),
        ("//a///b/", "/a/b"), ("...", "..."), ("a/\u{301}b/..", "a"),
    ])
    func normalise(_ path: String, _ expected: String) { #expect(FileSystem.normalise(path) == expected) }

    @Test func absolute() {
        #expect(FileSystem.absolute("../x", relativeTo: "/a/b") == "/a/x")
        #expect(FileSystem.absolute("/x/.", relativeTo: "/a/b") == "/x")
        #expect(FileSystem.absolute("x") == FileManager.default.currentDirectoryPath + "/x")
    }
}
