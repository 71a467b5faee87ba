internal import Support

/// What was removed here and added there under another name.
enum Renames {
    static let leastSimilarity = 0.6

    /// Takes out of both lists what belongs together: the same content first, then what is most alike.
    static func take(_ removed: inout [Meaning], _ added: inout [Meaning]) -> [(old: Meaning, new: Meaning)] {
        guard !removed.isEmpty, !added.isEmpty else { return [] }
        var pairs: [(old: Meaning, new: Meaning)] = []
        func settle(_ old: Int, _ new: Int) { pairs.append((removed.remove(at: old), added.remove(at: new))) }
        for old in removed.indices.reversed() where removed[old].canBeRenamed {
            // Several of the same content cannot be told apart.
            let same = added.indices.filter { added[$0].hasContent(of: removed[old]) }
            let rivals = removed.indices.count { removed[$0].hasContent(of: removed[old]) }
            if same.count == 1, rivals == 1 { settle(old, same[0]) }
        }
        var candidates: [(old: Meaning.Key, new: Meaning.Key, likeness: Double)] = []
        // Very many of both are another project, where nothing is the same.
        guard removed.count * added.count <= 40_000 else { return pairs }
        for old in removed where old.canBeRenamed {
            for new in added where new.kind == old.kind {
                let likeness = old.similarity(to: new)
                if likeness >= leastSimilarity { candidates.append((Meaning.Key(old), Meaning.Key(new), likeness)) }
            }
        }
        candidates.sort { ($1.likeness, $0.old.name, $0.new.name) < ($0.likeness, $1.old.name, $1.new.name) }
        for (index, candidate) in candidates.enumerated() {
            guard let old = removed.firstIndex(where: { Meaning.Key($0) == candidate.old }), let new = added.firstIndex(where: { Meaning.Key($0) == candidate.new })
            else { continue }
            let isTied = candidates.enumerated().contains {
                $0.offset != index && $0.element.likeness == candidate.likeness
                    && ($0.element.old == candidate.old || $0.element.new == candidate.new)
            }
            if !isTied { settle(old, new) }
        }
        return pairs
    }
}

extension Meaning {
    fileprivate var canBeRenamed: Bool {
        switch kind {
        case .pipeline, .environment, .template, .sourceSchema, .activity, .connection, .secret, .notebook, .file: true
        default: false
        }
    }

    /// Share of what both say that is the same: 0 to 1.
    fileprivate func similarity(to other: Meaning) -> Double {
        if kind == .secret || isUnreadable || other.isUnreadable { return 0 }
        if kind == .activity || kind == .connection, fields["type"] != other.fields["type"] { return 0 }
        var (same, all) = (0.0, 0.0)
        func count(_ isSame: Bool, _ weight: Double) {
            all += weight
            if isSame { same += weight }
        }
        for key in Set(fields.keys + other.fields.keys) {
            // What most have alike tells little.
            let isCommon = ["mode", "onSchemaChange", "audit", "type", "concurrency", "firstRowOnly", "protected", "engine.type"].contains(key)
            count(fields[key] == other.fields[key], isCommon ? 0.25 : key == "into" ? 4 : 1)
        }
        for key in Set(sql.keys).union(other.sql.keys) { count(sql[key] == other.sql[key], 4) }
        let others = Dictionary(other.parts.map { (Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let shared = parts.count { part in others[Key(part)].map(part.isEqual) ?? false }
        if kind == .notebook {
            let left = Set(other.cells)
            let both = cells.count { left.contains($0) }
            same += Double(both) * 4
            all += Double(max(cells.count, other.cells.count)) * 4
        }
        let weight = kind == .pipeline ? 2.0 : 1.0
        same += Double(shared) * weight
        all += Double(parts.count + other.parts.count - shared) * weight
        return all == 0 ? 0 : same / all
    }
}
