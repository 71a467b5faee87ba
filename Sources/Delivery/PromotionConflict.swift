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

/// One place in a file that was merged with marks.
struct ConflictLines: Equatable {
    /// Of our file, counting from 1; for an empty side the line before which the other's stand.
    let start: Int
    let ours: [String]
    let theirs: [String]

    func words(_ names: PromotionConflict.Names, ours own: ClearLines, theirs other: ClearLines) -> String {
        let place = ours.count > 1 ? ", lines \(start) to \(start + ours.count - 1)" : ", line \(start)"
        return "\(place): \(names.ours) has \(Self.shown(ours, own)), \(names.theirs) has \(Self.shown(theirs, other))"
    }

    private static func shown(_ lines: [String], _ clear: ClearLines) -> String {
        let told = lines.map { clear.shown($0).split(whereSeparator: \.isWhitespace).joined(separator: " ") }.filter { !$0.isEmpty }
        guard let first = told.first else { return "nothing" }
        let short = first.count > 60 ? String(first.prefix(59)) + "…" : first
        return "`\(short)`" + (told.count > 1 ? " and \(told.count - 1) more" : "")
    }

    fileprivate static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }

    static func read(_ marked: String, in own: String) -> [ConflictLines] {
        enum Side { case both, ours, theirs }
        let file = lines(own)
        var found: [ConflictLines] = []
        var side = Side.both
        var (ours, theirs): ([String], [String]) = ([], [])
        // Lines that came from the other side without a conflict are not in our file: places are looked for from one to the next.
        var at = 0
        func advance(past line: String) {
            if let next = file[at...].firstIndex(where: { ExactText($0) == ExactText(line) }), next < at + 200 { at = next + 1 }
        }
        for line in lines(marked) {
            switch side {
            case .both where line.hasPrefix("<<<<<<<"): side = .ours
            case .both: advance(past: line)
            case .ours where line.hasPrefix("======="): side = .theirs
            case .ours: ours.append(line)
            case .theirs where line.hasPrefix(">>>>>>>"):
                let start = ours.isEmpty ? at : (at..<max(at, file.count - ours.count + 1)).first { Array(file[$0..<($0 + ours.count)]) == ours } ?? at
                found.append(ConflictLines(start: start + 1, ours: ours, theirs: theirs))
                at = start + ours.count
                (side, ours, theirs) = (.both, [], [])
            case .theirs: theirs.append(line)
            }
        }
        return found
    }
}

/// Lines of a file without credentials that somebody wrote there: of a private key each line is one, which the line itself does not tell.
struct ClearLines {
    private let lines: Set<ExactText>

    init(_ text: String) { lines = Set(ConflictLines.lines(CredentialMask.masked(text)).map { ExactText($0) }) }

    func shown(_ line: String) -> String {
        let masked = CredentialMask.masked(line)
        return masked != line || lines.contains(ExactText(line)) ? masked : CredentialMask.mark
    }
}
