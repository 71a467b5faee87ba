internal import AssetLoading
internal import Changes
package import Git
internal import Support
internal import Validation

/// Why two branches cannot be merged, at one place, in words.
package struct PromotionConflict: Sendable, Hashable {
    /// From the project's folder; from the top of the repository where it lies outside.
    package let path: String
    /// What of the asset it is; nil where it is told by lines.
    package let asset: [String]
    package let field: String?
    package let words: String

    /// Names of what is merged, for people.
    package struct Names: Sendable {
        package let ours: String
        package let theirs: String

        package init(ours: String, theirs: String) {
            self.ours = ours
            self.theirs = theirs
        }
    }

    /// Conflicts by asset and field where the files are assets, by lines where they are not, or where each side has changed something else
    /// right beside the other.
    /// - Parameters:
    ///   - merge: what gave them.
    ///   - repository: the one of the batch.
    package static func describe(
        _ conflicts: [GitMergeConflict], of merge: PromotionMerge, in batch: inout GitObjectBatch, _ repository: borrowing GitRepository, _ names: Names
    ) throws -> [PromotionConflict] {
        let project = merge.project
        let isSQL = { (conflict: GitMergeConflict) in conflict.path.hasSuffix(".sql") }
        // Files of SQL are told by themselves: where pipelines are compared they are the same on all sides.
        func side(_ commit: GitObjectID, _ file: (GitMergeConflict) -> GitFile?) throws -> GitTree {
            let changed = try batch.tree(changing: repository.commit(commit).tree, conflicts.map { ($0.path, isSQL($0) ? $0.ours ?? $0.theirs : file($0)) })
            return GitTree(GitFileTree(changed, in: project, objects: batch.objects))
        }
        let base = try repository.mergeBase(of: merge.target, and: merge.source)
        let sides = (base: try side(base, \.base), ours: try side(merge.target, \.ours), theirs: try side(merge.source, \.theirs))
        let inside = conflicts.filter { !isSQL($0) }.compactMap { relative($0.path, to: project) }
        let fields = FieldConflicts.between(base: sides.base, ours: sides.ours, theirs: sides.theirs, paths: Set(inside))
        // Of a file with two new names each comes as a conflict of its own.
        let isRename = conflicts.contains { $0.ours == nil && $0.theirs == nil }
        var result: [PromotionConflict] = []
        for conflict in conflicts {
            let path = relative(conflict.path, to: project) ?? conflict.path
            let known = fields.filter { ExactText($0.path) == ExactText(path) }
            result += known.map { PromotionConflict(path: path, asset: $0.asset, field: $0.field, words: $0.words(ours: names.ours, theirs: names.theirs)) }
            if known.isEmpty {
                result += try lines(of: conflict, isRename: isRename, in: batch, names).map { PromotionConflict(path: path, asset: [], field: nil, words: "\(path)\($0)") }
            }
        }
        return result
    }

    private static func relative(_ path: String, to project: String) -> String? {
        if project.isEmpty { return path }
        return path.utf8.starts(with: (project + "/").utf8) ? String(path.dropFirst(project.count + 1)) : nil
    }

    private static func lines(of conflict: GitMergeConflict, isRename: Bool, in batch: borrowing GitObjectBatch, _ names: Names) throws -> [String] {
        guard let ours = conflict.ours, let theirs = conflict.theirs else {
            if conflict.ours == nil, conflict.theirs == nil { return [": \(names.ours) and \(names.theirs) have given it different names"] }
            let (gone, kept) = conflict.ours == nil ? (names.ours, names.theirs) : (names.theirs, names.ours)
            if conflict.base == nil { return [isRename ? ": \(kept) has given this name to a file" : ": only \(kept) has it, and it stands in the way of something else"] }
            return [": \(gone) has removed it, \(kept) has changed it"]
        }
        guard ours.mode != .link, theirs.mode != .link, let marked = try batch.markedText(of: conflict).flatMap({ String(validating: $0, as: UTF8.self) }),
            let own = try batch.objects.blob(ours.id).flatMap({ String(validating: $0, as: UTF8.self) }),
            let other = try batch.objects.blob(theirs.id).flatMap({ String(validating: $0, as: UTF8.self) })
        else { return [": \(names.ours) and \(names.theirs) have changed it in different ways"] }
        let hunks = ConflictLines.read(marked, in: own)
        return hunks.isEmpty ? [": \(names.ours) and \(names.theirs) have changed it in different ways"] : hunks.map { $0.words(names, ours: ClearLines(own), theirs: ClearLines(other)) }
    }
}
