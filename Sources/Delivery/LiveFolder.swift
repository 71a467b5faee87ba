package import Git
package import Support

/// Where the releases of an environment lie as files: `releases/12-0a1b2c3d4e5f/`, and `live`, a link to one of them.
package struct LiveFolder: Sendable {
    /// The environment's own folder.
    package let root: String

    package init(root: String) { self.root = root }

    private var releases: String { FileSystem.join(root, "releases") }
    package var link: String { FileSystem.join(root, "live") }
    /// What becomes `live` next.
    private var next: String { FileSystem.join(root, ".live.next") }
    /// Where the link leads while a release is live.
    static func target(_ name: String) -> String { "releases/" + name }

    package func path(of name: String) -> String { FileSystem.join(releases, name) }
    private func stagingPath(of name: String) -> String { FileSystem.join(releases, ".tmp-" + name) }

    /// Name of the release that is live; nil where none is.
    package func current() throws(SystemError) -> String? {
        guard let target = try FileSystem.linkTarget(link), FileSystem.exists(link) else { return nil }
        return FileSystem.lastComponent(of: target)
    }

    /// Whether files of any release lie here.
    package func hasReleases() throws(SystemError) -> Bool { try entries().contains { Self.number(of: $0) != nil } }

    /// When the link was made; nil where there is none.
    package var switched: Instant? { FileSystem.modified(link) }

    // MARK: Changing it

    /// Writes the files of a release beside the others, under a name that nobody looks at. Durable when this returns.
    func stage(_ name: String, _ files: GitFileTree) throws {
        let staged = stagingPath(of: name)
        try FileSystem.removeTree(staged)
        try FileSystem.createDirectory(staged)
        var made: Set<String> = [staged]
        for (path, file) in try files.allFiles() {
            let full = FileSystem.join(staged, path)
            let folder = FileSystem.parent(of: full)
            if made.insert(folder).inserted { try FileSystem.createDirectory(folder) }
            guard let bytes = try files.objects.blob(file.id) else { throw DeliveryError(.damaged, "\(path) is too large for a release") }
            try FileSystem.writeNew(bytes, to: full)
        }
        try FileSystem.synchroniseAll(at: releases)
    }

    /// Gives files their name. Those that are there under it already and were changed go.
    /// - Parameter isStaged: they lie there, whole; otherwise a staging that was interrupted may lack some.
    func publish(_ name: String, _ files: GitFileTree, isStaged: Bool) throws {
        let final = path(of: name)
        let isThere = FileSystem.kind(of: final) != nil
        if isThere, try differences(of: name, from: files).isEmpty { return try FileSystem.removeTree(stagingPath(of: name)) }
        if !isStaged { try stage(name, files) }
        if isThere {
            let changed = FileSystem.join(releases, ".tmp-changed-" + name)
            try FileSystem.removeTree(changed)
            try FileSystem.rename(from: final, to: changed)
        }
        try FileSystem.rename(from: stagingPath(of: name), to: final)
        try FileSystem.synchroniseDirectory(releases)
    }

    /// Makes the link that `switchTo` gives its name, so that switching needs no space.
    func prepareSwitch(to name: String) throws {
        if let kind = FileSystem.kind(of: link), kind != .symbolicLink {
            throw DeliveryError(.damaged, "\(link) is no link to a release, but a file or folder", help: "move it away; then: pipectl status")
        }
        try FileSystem.createLink(next, to: Self.target(name))
    }

    /// From now on runs begin with this release.
    func switchTo(_ name: String) throws {
        if try FileSystem.linkTarget(next) != Self.target(name) { try prepareSwitch(to: name) }
        try FileSystem.rename(from: next, to: link)
        try FileSystem.synchroniseDirectory(root)
    }

    /// Removes what interrupted deployments left.
    func removeStaged() throws(SystemError) {
        try FileSystem.removeFile(next)
        for entry in try entries() where entry.hasPrefix(".tmp-") { try FileSystem.removeTree(FileSystem.join(releases, entry)) }
    }

    /// Removes a release that came to nothing.
    func remove(_ name: String) throws(SystemError) {
        guard FileSystem.kind(of: path(of: name)) != nil else { return }
        // Away in one step: nobody shall find half of it.
        let doomed = FileSystem.join(releases, ".tmp-old-" + name)
        try FileSystem.removeTree(doomed)
        try FileSystem.rename(from: path(of: name), to: doomed)
        try FileSystem.removeTree(doomed)
    }

    /// Removes releases but for the newest ones and those in use.
    func prune(keeping count: Int, inUse: Set<String>) throws(SystemError) {
        let numbered = try entries().compactMap { name in Self.number(of: name).map { (number: $0, name: name) } }.sorted { $0.number > $1.number }
        let live = try current()
        for (_, name) in numbered.dropFirst(count) where name != live && !inUse.contains(name) { try remove(name) }
    }

    private func entries() throws(SystemError) -> [String] {
        FileSystem.kind(of: releases) == .directory ? try FileSystem.list(releases).map(\.name) : []
    }

    /// `12` of `12-0a1b2c3d4e5f`.
    package static func number(of name: String) -> Int? { name.split(separator: "-").first.flatMap { Int($0) } }

    // MARK: Looking at it

    package struct Difference: Sendable, Hashable {
        package enum Kind: String, Sendable { case missing, changed, unknown }
        package let path: String
        package let kind: Kind
    }

    /// Files that are not as the release has them, sorted by path.
    package func differences(of name: String, from files: GitFileTree) throws -> [Difference] {
        var found: [ExactText: FileSystem.Kind] = [:]
        try collect(path(of: name), "", &found)
        var differences: [Difference] = []
        for (path, file) in try files.allFiles() {
            guard let kind = found.removeValue(forKey: ExactText(path)) else {
                differences.append(Difference(path: path, kind: .missing))
                continue
            }
            let expected = try files.objects.blob(file.id)
            let isSame = kind == .file ? try FileSystem.read(FileSystem.join(self.path(of: name), path), followLink: false) == expected : false
            if !isSame { differences.append(Difference(path: path, kind: .changed)) }
        }
        differences += found.keys.map { Difference(path: $0.text, kind: .unknown) }
        return differences.sorted { ExactText($0.path) < ExactText($1.path) }
    }

    private func collect(_ folder: String, _ name: String, _ found: inout [ExactText: FileSystem.Kind]) throws(SystemError) {
        guard FileSystem.kind(of: folder) == .directory else { return }
        for entry in try FileSystem.list(folder) {
            let path = FileSystem.join(name, entry.name)
            if entry.kind == .directory {
                try collect(FileSystem.join(folder, entry.name), path, &found)
            } else {
                found[ExactText(path)] = entry.kind
            }
        }
    }
}
