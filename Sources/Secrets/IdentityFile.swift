package import Age
internal import Crypto
internal import Glibc
package import Support

/// A file of age identities, as `age-keygen` writes it and `sops` reads it.
package enum IdentityFile {
    static let limit = 1 << 20
    private static let mode: UInt32 = 0o600
    private static let folderMode: UInt32 = 0o700

    /// Where `sops` looks on Linux: `$XDG_CONFIG_HOME/sops/age/keys.txt`, by default below `~/.config`; nil where neither is known.
    package static func platformPath(_ variables: [String: String]) -> String? {
        let folder: String
        // A relative one is to be ignored (XDG base directories).
        if let configuration = variables["XDG_CONFIG_HOME"], configuration.utf8.first == UInt8(ascii: "/") {
            folder = configuration
        } else if let home = variables["HOME"], !home.isEmpty {
            folder = FileSystem.join(home, ".config")
        } else {
            return nil
        }
        return FileSystem.join(folder, "sops/age/keys.txt")
    }

    /// Identities of the file, and a warning where others than its owner can read it. nil: there is no such file.
    static func read(_ path: String, place: String) throws(IdentityError) -> (identities: [AgeIdentity], warning: String?)? {
        let permissions: UInt32
        let text: SensitiveBytes
        do throws(SystemError) {
            permissions = try FileSystem.permissions(of: path)
            var bytes = try FileSystem.read(path, limit: limit)
            text = SensitiveBytes(taking: &bytes)
        } catch {
            if error.isNotFound { return nil }
            let reason = switch error.code {
            case EINVAL, EISDIR: "\(place) is no regular file"
            case EFBIG: "\(place) is larger than 1 MiB, which no key file is"
            default: error.description
            }
            throw IdentityError(.file, reason)
        }
        let isOpen = permissions & 0o077 != 0
        return (
            try IdentityText.parse(text, place: place),
            isOpen ? "others can read or change the key file \(place): `chmod 600 \(ShellWord.quoted(path))` keeps them out" : nil
        )
    }

    /// Writes a file with one identity that only its owner can read, durably, and makes the folders above it. Refuses to replace
    /// anything.
    package static func create(at path: String, identity: AgeIdentity, created: Instant) throws(IdentityError) {
        var text = text(of: identity, created: created)
        defer { _ = SensitiveBytes(taking: &text) }
        let folder = FileSystem.parent(of: path)
        var missing: [String] = []
        var next = folder
        while !FileSystem.exists(next), next != "/" {
            missing.append(next)
            next = FileSystem.parent(of: next)
        }
        do throws(SystemError) {
            try FileSystem.createDirectory(folder, mode: folderMode)
            try FileSystem.createExclusively(text, at: path, mode: mode)
            for folder in missing { try FileSystem.synchroniseDirectory(FileSystem.parent(of: folder)) }
        } catch {
            guard error.alreadyExists else { throw IdentityError(.file, error.description) }
            throw IdentityError(
                .exists, "there is a key file \(path) already; it is not replaced, because what it opens would be lost",
                help: "name another file, or use the identity that is there")
        }
    }

    static func text(of identity: AgeIdentity, created: Instant) -> [UInt8] {
        // Of one piece: growing would leave parts of the key behind.
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text += "# created: \(created.dateAndTime(separator: "T"))Z\n# public key: \(identity.recipient)\n".utf8
        identity.secretText.withBytes { text.append(contentsOf: $0) }
        text.append(UInt8(ascii: "\n"))
        return text
    }
}
