internal import Support
internal import Validation

/// Which cells of a notebook are new, gone, elsewhere or different.
enum CellComparison {
    /// Beyond, cells are paired by what they hold alone.
    private static let mostToPair = 40_000

    static func changes(from old: [NotebookCell], to new: [NotebookCell]) -> [Change] {
        guard old != new else { return [] }
        let kept = longestCommon(old, new)
        var (oldLeft, newLeft) = (Set(old.indices), Set(new.indices))
        for (before, after) in kept {
            oldLeft.remove(before)
            newLeft.remove(after)
        }
        var changes: [(place: Int, isNew: Bool, change: Change)] = []
        // The same cell at another place among those that stayed.
        var places = Dictionary(grouping: newLeft.sorted(by: >), by: { new[$0] })
        for before in oldLeft.sorted() {
            guard let after = places[old[before]]?.popLast() else { continue }
            oldLeft.remove(before)
            newLeft.remove(after)
            changes.append((new[after].number, true, moved(old[before], new[after])))
        }
        for (before, after) in alike(old, oldLeft, new, newLeft) {
            oldLeft.remove(before)
            newLeft.remove(after)
            changes.append((new[after].number, true, changed(old[before], new[after])))
        }
        for index in newLeft { changes.append((new[index].number, true, change(new[index], .added))) }
        for index in oldLeft { changes.append((old[index].number, false, change(old[index], .removed))) }
        return changes.sorted { ($0.place, $0.isNew ? 1 : 0) < ($1.place, $1.isNew ? 1 : 0) }.map(\.change)
    }

    // MARK: Words

    private static func change(_ cell: NotebookCell, _ action: Change.Action) -> Change {
        var change = Change("cell", action, "\(cell.number)")
        change.words = [cell.kind, NotebookCell(cell.kind, CredentialMask.masked(cell.source), number: cell.number).firstLine].joined(separator: ": ")
        return change
    }

    private static func moved(_ old: NotebookCell, _ new: NotebookCell) -> Change {
        var change = change(new, .changed)
        change.marks = [.moved]
        change.parts = [.field("position", .integer(Int64(old.number)), .integer(Int64(new.number)))]
        return change
    }

    private static func changed(_ old: NotebookCell, _ new: NotebookCell) -> Change {
        var change = change(new, .changed)
        if old.kind != new.kind { change.parts.append(.field("kind", .string(old.kind), .string(new.kind))) }
        if !ExactText(old.source).isEqual(new.source) {
            change.marks.insert(.logic)
            // What is masked line by line might be half of a key.
            let (before, after) = firstDifference(CredentialMask.masked(old.source), CredentialMask.masked(new.source))
            change.parts.append(.field("source", .string(before), .string(after)))
        }
        if old.tags != new.tags { change.parts.append(.field("tags", .texts(old.tags), .texts(new.tags))) }
        return change
    }

    /// The first line that is another, of both; no more of a cell is told.
    private static func firstDifference(_ old: String, _ new: String) -> (String, String) {
        let (before, after) = (lines(old), lines(new))
        let first = zip(before, after).prefix { ExactText($0) == ExactText($1) }.count
        func line(_ lines: [String]) -> String { first < lines.count ? lines[first] : first < max(before.count, after.count) ? "" : CredentialMask.mark }
        return (line(before), line(after))
    }

    private static func lines(_ text: String) -> [String] {
        text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) ?? "" }
    }

    // MARK: Pairs

    /// Most cells stay where they are: what both begin and end with is not looked at twice.
    private static func longestCommon(_ old: [NotebookCell], _ new: [NotebookCell]) -> [(Int, Int)] {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old[start...].reversed(), new[start...].reversed()).prefix { $0 == $1 }.count
        var pairs = (0..<start).map { ($0, $0) } + (0..<end).map { (old.count - end + $0, new.count - end + $0) }
        let (before, after) = (Array(start..<(old.count - end)), Array(start..<(new.count - end)))
        guard !before.isEmpty, !after.isEmpty, before.count * after.count <= mostToPair else { return pairs }
        var lengths = Array(repeating: Array(repeating: 0, count: after.count + 1), count: before.count + 1)
        for i in before.indices.reversed() {
            for j in after.indices.reversed() {
                lengths[i][j] = old[before[i]] == new[after[j]] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var (i, j) = (0, 0)
        while i < before.count, j < after.count {
            if old[before[i]] == new[after[j]] {
                pairs.append((before[i], after[j]))
                (i, j) = (i + 1, j + 1)
            } else if lengths[i + 1][j] >= lengths[i][j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }

    /// Cells that were edited: most alike first; one that stands alone between the same neighbours, too.
    private static func alike(_ old: [NotebookCell], _ oldLeft: Set<Int>, _ new: [NotebookCell], _ newLeft: Set<Int>) -> [(Int, Int)] {
        if oldLeft.count == 1, newLeft.count == 1, let before = oldLeft.first, let after = newLeft.first, old[before].kind == new[after].kind {
            return [(before, after)]
        }
        guard oldLeft.count * newLeft.count <= mostToPair else { return [] }
        var candidates: [(before: Int, after: Int, likeness: Double)] = []
        for before in oldLeft.sorted() {
            for after in newLeft.sorted() {
                let likeness = old[before].likeness(to: new[after])
                if likeness >= 0.5 || (before == after && old[before].kind == new[after].kind) { candidates.append((before, after, likeness)) }
            }
        }
        candidates.sort { ($1.likeness, abs($0.before - $0.after), $0.before, $0.after) < ($0.likeness, abs($1.before - $1.after), $1.before, $1.after) }
        var (takenOld, takenNew) = (Set<Int>(), Set<Int>())
        return candidates.compactMap { candidate in
            guard !takenOld.contains(candidate.before), !takenNew.contains(candidate.after) else { return nil }
            takenOld.insert(candidate.before)
            takenNew.insert(candidate.after)
            return (candidate.before, candidate.after)
        }
    }
}

extension ExactText {
    fileprivate func isEqual(_ text: String) -> Bool { self == ExactText(text) }
}
