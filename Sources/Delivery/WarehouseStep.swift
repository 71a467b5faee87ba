internal import AssetLoading
internal import Git
internal import Support

/// Brings the warehouse of an environment to what a release says of it. May be done again, to no effect.
package protocol WarehouseStep: Sendable {
    /// - Parameter leavingBlocked: what somebody else's stands in the way of is left out; otherwise it is an error, and nothing is done.
    func apply(_ release: Release, leavingBlocked: Bool) async throws
}

extension Deployment {
    /// Whether the release has views, or takes some away. What merely looks like it is found to be nothing by who applies it.
    /// - Parameter known: whether it has any; nil where that has to be looked for.
    func concernsWarehouse(_ release: Release, known: Bool?) throws -> Bool {
        if known == true { return true }
        let now = try files(of: release.tree)
        if known == nil, try now.allFiles().contains(where: { try Self.mentionsViews($0.path, $0.file, now) }) { return true }
        guard let previous = release.previous else { return false }
        return try Self.takesViews(from: try files(of: try Release(try site.repository().commit(previous)).tree), now)
    }

    /// The same of a release that would come after another.
    package func concernsWarehouse(_ draft: ReleaseDraft, after previous: Release?) throws -> Bool {
        if draft.hasViews == true { return true }
        return try previous.map { try Self.takesViews(from: try files(of: $0.tree), draft.content.files) } ?? false
    }

    private static func takesViews(from before: GitFileTree, _ now: GitFileTree) throws -> Bool {
        try before.changes(to: now).contains { change in
            let path = change.renamedFrom ?? change.path
            return try before.file(at: path).map { try Self.mentionsViews(path, $0, before) } ?? false
        }
    }

    private static let word = ByteSearch(Array("views".utf8))

    private static func mentionsViews(_ path: String, _ file: GitFile, _ files: GitFileTree) throws -> Bool {
        guard path.hasSuffix(".yml") || path.hasSuffix(".yaml"), let bytes = try files.objects.blob(file.id) else { return false }
        return bytes.withUnsafeBufferPointer { !word.places(in: $0).isEmpty }
    }
}
