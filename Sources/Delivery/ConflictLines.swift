internal import Changes
internal import Support
internal import Validation

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

    static func read(_ marked: String, in own: String) -> [ConflictLines] {
        enum Side { case both, ours, theirs }
        let file = own.textLines
        var found: [ConflictLines] = []
        var side = Side.both
        var (ours, theirs): ([String], [String]) = ([], [])
        // Lines that came from the other side without a conflict are not in our file: places are looked for from one to the next.
        var at = 0
        func advance(past line: String) {
            if let next = file[at...].firstIndex(where: { ExactText($0) == ExactText(line) }), next < at + 200 { at = next + 1 }
        }
        for line in marked.textLines {
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

    init(_ text: String) { lines = Set(CredentialMask.masked(text).textLines.map { ExactText($0) }) }

    func shown(_ line: String) -> String {
        let masked = CredentialMask.masked(line)
        return masked != line || lines.contains(ExactText(line)) ? masked : CredentialMask.mark
    }
}
