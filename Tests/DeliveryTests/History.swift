import Foundation
import Testing

import Git
import Support

/// A new repository with commits made of texts; removed when the test ends.
final class History {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "delivery-tests-" + UUID().uuidString
        try FileSystem.createDirectory(folder)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "init", "-q", "--bare", folder]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    deinit { try? FileSystem.removeTree(folder) }

    func repository() throws -> GitRepository { try GitRepository.open(at: folder, allowsBare: true) }

    /// - Parameter files: all that it has.
    func commit(_ message: String, _ files: [String: String], parents: [GitObjectID] = []) throws -> GitObjectID {
        var batch = try repository().batch()
        var changes: [(path: String, file: GitFile?)] = []
        for (path, text) in files { changes.append((path, GitFile(mode: .file, id: try batch.blob(Array(text.utf8))))) }
        let tree = try batch.tree(changing: nil, changes)
        let ada = GitPerson(name: "Ada", mail: "ada@example.com", time: 1_714_557_600)
        let commit = try batch.commit(tree: tree, parents: parents, author: ada, committer: ada, message: message)
        try batch.write()
        return commit
    }
}
