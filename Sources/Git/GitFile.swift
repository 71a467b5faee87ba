/// What an entry of a tree is.
package enum GitFileMode: UInt32, Sendable, Hashable {
    case folder = 0o040000
    case file = 0o100644
    case executable = 0o100755
    case link = 0o120000
    /// A commit of another repository.
    case submodule = 0o160000

    /// Git of old wrote other permissions; they mean nothing.
    init?(bits: UInt32) {
        switch bits & 0o170000 {
        case 0o040000: self = .folder
        case 0o100000: self = bits & 0o100 == 0 ? .file : .executable
        case 0o120000: self = .link
        case 0o160000: self = .submodule
        default: return nil
        }
    }

    /// As it stands in a tree.
    var text: String { String(rawValue, radix: 8) }
}

/// A file as git keeps it: what it is, and the name of its content.
package struct GitFile: Sendable, Hashable {
    package let mode: GitFileMode
    package let id: GitObjectID

    package init(mode: GitFileMode, id: GitObjectID) {
        self.mode = mode
        self.id = id
    }
}

/// One entry of a folder.
package struct GitTreeEntry: Sendable, Hashable {
    package let name: String
    package let file: GitFile
}
