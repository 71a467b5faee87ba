/// The release that a run uses from its start to its end.
package struct LiveRelease: Sendable, Hashable {
    /// As it is recorded with the run, and the last part of its folder: `12-0a1b2c3d4e5f`.
    package let name: String
    /// Of its files, absolute.
    package let folder: String

    package init(name: String, folder: String) {
        self.name = name
        self.folder = folder
    }

    /// The beginning of the digest of its files.
    package var digest: String? { name.split(separator: "-").last.map(String.init) }
}
