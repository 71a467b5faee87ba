import Foundation
import Testing

import Support

/// A new folder with a repository in it, made by the git command line; removed when the test ends.
final class GitFixture {
    let folder: String

    init(initialise: Bool = true) throws {
        let path = NSTemporaryDirectory() + "git-tests-" + UUID().uuidString
        try FileSystem.createDirectory(path)
        folder = try FileSystem.realPath(path)
        if initialise { try git("init", "-q", "-b", "main") }
    }

    deinit { try? FileSystem.removeTree(folder) }

    @discardableResult
    func git(_ arguments: String..., in place: String? = nil) throws -> String {
        let (status, text) = try run(arguments, in: place)
        try #require(status == 0, "git \(arguments.joined(separator: " ")): \(text)")
        return text
    }

    func run(_ arguments: [String], in place: String? = nil) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = URL(filePath: place ?? folder)
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com", "LC_ALL": "C",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    func write(_ path: String, _ text: String = UUID().uuidString) throws {
        let full = FileSystem.join(folder, path)
        try FileSystem.createDirectory(FileSystem.parent(of: full))
        try FileSystem.writeAtomically(Array(text.utf8), to: full)
    }

    func remove(_ path: String) throws { try FileSystem.removeFile(FileSystem.join(folder, path)) }

    /// Commits everything there is.
    func commit(_ message: String = "change") throws {
        try git("add", "-A")
        try git("commit", "-q", "--allow-empty", "-m", message)
    }
}
