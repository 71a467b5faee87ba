internal import Support

/// What `git verify-tag` says of a signature.
package struct GitSignatureCheck: Sendable, Hashable {
    package let isGood: Bool
    /// Mail addresses of the signer, principals, and fingerprints of keys, as the key or the list of allowed signers has them.
    package let identities: [String]
    /// The name for people.
    package let signer: String?
    /// Why it does not count, in git's words.
    package let reason: String?
}

extension GitConnection {
    /// What the program `git` calls itself: `2.39.5`.
    package static func programVersion(variables: [String: String]) async throws(GitError) -> String {
        let (_, output, _) = try await GitConnection(folder: "", workingTree: nil, sshCommand: nil, variables: variables).run(["--version"])
        return output.split(whereSeparator: \.isWhitespace).first { $0.first?.isNumber == true }.map(String.init) ?? output
    }

    /// Whether the signature of an annotated tag is one that this machine trusts: the keys of gpg, or `gpg.ssh.allowedSignersFile`.
    package func verify(tag: GitObjectID) async throws(GitError) -> GitSignatureCheck {
        let (exit, _, errors) = try await run(["verify-tag", "--raw", tag.description])
        return GitSignatureCheck(isGood: exit.isSuccess, saying: errors)
    }
}

extension GitSignatureCheck {
    /// gpg's status lines (doc/DETAILS of GnuPG), or the words of ssh-keygen: `Good "git" signature for ada@example.com with ED25519 key SHA256:...`.
    init(isGood: Bool, saying text: String) {
        var identities: [String] = []
        var signer: String?
        let lines = text.textLines
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            if words.count > 2, words[0] == "[GNUPG:]" {
                if words[1] == "GOODSIG", words.count > 3 {
                    let name = words[3...].joined(separator: " ")
                    signer = name
                    let mail = GitPerson(parsing: name).mail
                    if !mail.isEmpty { identities.append(mail) }
                }
                // The fingerprint of the key that signed, and at the end that of its primary key.
                if words[1] == "VALIDSIG" { identities += Set([words[2], words[words.count - 1]]).sorted() }
            } else if let start = line.firstRange(of: "Good \"git\" signature for "), let end = line.lastRange(of: " with ", from: start.upperBound) {
                let principals = String(line[start.upperBound..<end.lowerBound])
                signer = principals
                identities += principals.split(separator: ",").map(String.init)
                if let key = words.last, key.hasPrefix("SHA256:") { identities.append(key) }
            }
        }
        self.isGood = isGood && !identities.isEmpty
        self.identities = identities
        self.signer = signer
        let said = lines.first { $0.hasPrefix("error: ") || $0.hasPrefix("fatal: ") } ?? lines.last { !$0.isEmpty }
        reason = self.isGood ? nil : said ?? "git does not accept it"
    }
}

extension String {
    fileprivate func lastRange(of text: String, from start: Index) -> Range<Index>? {
        var found: Range<Index>?
        var rest = self[start...]
        while let next = rest.firstRange(of: text) {
            found = next
            rest = rest[next.upperBound...]
        }
        return found
    }
}
