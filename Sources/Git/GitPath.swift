internal import Support

/// Paths in trees: text, parts joined with `/`.
enum GitPath {
    /// A name in a tree as text. What is no UTF-8, or holds control characters, can be neither listed nor deployed.
    static func name(_ bytes: some Collection<UInt8>, in folder: String) throws(GitError) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) { return text }
        let shown = bytes.map { byte in
            (33..<127).contains(byte) ? String(Unicode.Scalar(byte)) : "\\x" + Hexadecimal.text(UInt64(byte), bits: 8)
        }.joined()
        throw GitError(
            .unsupported, "the git repository holds a file whose name is no plain text: \(FileSystem.join(folder, shown))",
            help: "rename it: names are UTF-8 without line breaks and other control characters")
    }

    static func parts(_ path: String) -> [Substring] {
        // By bytes: a slash before a combining mark is still a slash.
        path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }

    /// The bytes of the parts of a path that can be written to a tree.
    static func writable(_ path: String) throws(GitError) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let name = Array(part)
            let lower = String(decoding: name, as: UTF8.self).lowercased()
            // Those that some file system takes for git's own folder; `git fsck` refuses them.
            let isReserved = ["", ".", "..", ".git", "git~1"].contains(lower) || (lower.hasPrefix(".git") && lower.dropFirst(4).allSatisfy { ". ".contains($0) })
            guard !isReserved, !name.contains(where: { $0 < 32 || $0 == 127 }) else {
                throw GitError(.invalid, "git does not allow the path \"\(path.filter { !$0.isNewline })\"")
            }
            result.append(name)
        }
        return result
    }
}
