internal import Support

/// A commit as it was read.
package struct GitCommit: Sendable, Hashable {
    package let id: GitObjectID
    package let tree: GitObjectID
    package let parents: [GitObjectID]
    package let author: GitPerson
    package let committer: GitPerson
    package let message: String
    package let signature: GitSignature?

    package var subject: String { message.textLines.first { !$0.isEmpty } ?? "" }
    package var trailers: [GitTrailer] { GitMessage.trailers(of: message) }

    /// Values of the trailers with this key, whatever its case.
    package func trailers(_ key: String) -> [String] {
        trailers.filter { $0.key.lowercased() == key.lowercased() }.map(\.value)
    }

    init(_ id: GitObjectID, parsing bytes: [UInt8]) throws(GitError) {
        let object = GitTextObject(parsing: bytes)
        guard let tree = object.values("tree").first.flatMap({ GitObjectID($0) }), let author = object.values("author").first,
            let committer = object.values("committer").first
        else { throw GitError(.damaged, "commit \(id.short) of the git repository is damaged", help: "see what git says: git fsck --full") }
        self.id = id
        self.tree = tree
        parents = object.values("parent").compactMap { GitObjectID($0) }
        self.author = GitPerson(parsing: author)
        self.committer = GitPerson(parsing: committer)
        message = object.message
        signature = object.values("gpgsig").first.map { GitSignature(text: $0 + "\n", payload: object.bytes(without: ["gpgsig", "gpgsig-sha256"])) }
    }

    static func encoded(tree: GitObjectID, parents: [GitObjectID], author: GitPerson, committer: GitPerson, message: String) -> [UInt8] {
        var text = "tree \(tree)\n"
        for parent in parents { text += "parent \(parent)\n" }
        text += "author \(author.encoded)\ncommitter \(committer.encoded)\n\n\(message)"
        return Array(text.utf8)
    }
}

/// What was signed, and with what: for `gpg --verify` and `ssh-keygen -Y verify` (namespace `git`).
package struct GitSignature: Sendable, Hashable {
    /// Begins with `-----BEGIN`.
    package let text: String
    package let payload: [UInt8]
}

/// An annotated tag as it was read.
package struct GitTag: Sendable, Hashable {
    package let id: GitObjectID
    package let name: String
    /// What it was put on: a commit in most cases, or another tag.
    package let target: GitObjectID
    package let tagger: GitPerson?
    /// Without the signature.
    package let message: String
    package let signature: GitSignature?

    init(_ id: GitObjectID, parsing bytes: [UInt8]) throws(GitError) {
        let object = GitTextObject(parsing: bytes)
        guard let target = object.values("object").first.flatMap({ GitObjectID($0) }), let name = object.values("tag").first else {
            throw GitError(.damaged, "tag \(id.short) of the git repository is damaged", help: "see what git says: git fsck --full")
        }
        self.id = id
        self.name = name
        self.target = target
        tagger = object.values("tagger").first.map { GitPerson(parsing: $0) }
        let start = Self.signatureStart(bytes, from: object.messageStart)
        message = object.text(bytes[object.messageStart..<(start ?? bytes.count)])
        signature = start.map { GitSignature(text: String(decoding: bytes[$0...], as: UTF8.self), payload: Array(bytes[..<$0])) }
    }

    /// The last line of the message that begins a signature.
    private static func signatureStart(_ bytes: [UInt8], from start: Int) -> Int? {
        let marks = ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----", "-----BEGIN SSH SIGNATURE-----"]
        var found: Int?
        var line = start
        while line < bytes.count {
            if marks.contains(where: { bytes[line...].starts(with: $0.utf8) }) { found = line }
            guard let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) else { break }
            line = end + 1
        }
        return found
    }
}
