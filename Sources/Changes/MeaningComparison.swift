internal import Support

/// What differs between two meanings.
struct MeaningComparison {
    /// nil where they mean the same.
    static func change(from old: Meaning, to new: Meaning) -> Change? {
        let isRenamed = !ExactText(old.name).isSame(as: new.name)
        var change = Change(new, isRenamed ? .renamed : .changed)
        if isRenamed { change.formerName = old.name }
        if old.isUnreadable || new.isUnreadable {
            let field = Change.field(Meaning.unreadableField, old.fields[Meaning.unreadableField], new.fields[Meaning.unreadableField])
            // Of what cannot be read it can only be told that its text is another.
            change.parts = field.old == field.new ? [] : [field]
            if let before = old.fields[Meaning.contentField], let after = new.fields[Meaning.contentField], before != after {
                change.parts.append(.field(Meaning.contentField, before, after))
            }
            // Too large to be looked at: git told that it is another.
            let isUnknown = (old.kind == .file || old.kind == .notebook) && old.fields[Meaning.contentField] == nil && old.isUnreadable && new.isUnreadable
            if isUnknown, change.parts.isEmpty { change.parts = [field] }
            return change.parts.isEmpty && !isRenamed ? nil : change
        }
        change.parts = fields(from: old, to: new) + CellComparison.changes(from: old.cells, to: new.cells) + parts(from: old, to: new)
        guard isRenamed || !change.parts.isEmpty else { return nil }
        if new.kind == .check {
            let strength = CheckStrength(from: old, to: new)
            if strength.isWeaker { change.marks.insert(.weakened) }
            if strength.isStronger { change.marks.insert(.strengthened) }
        }
        return change
    }

    // MARK: Fields

    private static func fields(from old: Meaning, to new: Meaning) -> [Change] {
        var changes: [Change] = []
        for key in new.fields.keys + old.fields.keys.filter({ new.fields[$0] == nil }) where old.fields[key] != new.fields[key] {
            changes.append(.field(key, old.fields[key], new.fields[key]))
        }
        for key in Set(old.sql.keys).union(new.sql.keys).sorted() where old.sql[key] != new.sql[key] {
            var change = Change.field(key, old.sql[key].map { .string($0.shown) }, new.sql[key].map { .string($0.shown) })
            change.path = new.sql[key]?.path ?? old.sql[key]?.path
            if let before = old.sql[key], let after = new.sql[key] {
                change.marks.insert(.logic)
                if case .columns(let names) = SQLDifference.between(before, after) { change.columns = names }
            }
            changes.append(change)
        }
        return changes
    }

    // MARK: Parts

    static func parts(from old: Meaning, to new: Meaning) -> [Change] {
        let before = Dictionary(old.parts.map { (Meaning.Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.parts.map(Meaning.Key.init))
        var added = new.parts.filter { before[Meaning.Key($0)] == nil }
        var removed = old.parts.filter { !after.contains(Meaning.Key($0)) }
        takeEqualChecks(&removed, &added)
        let renamed = Renames.take(&removed, &added)
        let names = Dictionary(
            renamed.compactMap { $0.old.kind == .activity ? ($0.old.name, $0.new.name) : nil }, uniquingKeysWith: { first, _ in first })
        var changes = renamed.compactMap { change(from: $0.old.following(names), to: $0.new) }
        for part in new.parts {
            guard let earlier = before[Meaning.Key(part)] else { continue }
            if let change = change(from: earlier.following(names), to: part) { changes.append(change) }
        }
        changes += added.map { whole($0, .added) } + removed.map { whole($0, .removed) }
        let places = Dictionary(
            (new.parts + old.parts).enumerated().map { (Meaning.Key($1), $0) }, uniquingKeysWith: { first, _ in first })
        // Kind by kind, as they stand in the file.
        func place(_ change: Change) -> (Int, Int) {
            guard let kind = Meaning.Kind(rawValue: change.kind) else { return (0, 0) }
            let key = Meaning.Key(Meaning(kind, change.name))
            return (Meaning.Kind.allCases.firstIndex(of: kind)!, places[key] ?? 0)
        }
        return changes.map { ($0, place($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    /// A check that has no name is called by its condition: one in other words is no other.
    private static func takeEqualChecks(_ removed: inout [Meaning], _ added: inout [Meaning]) {
        guard removed.contains(where: \.isUnnamedCheck) else { return }
        added.removeAll { new in
            guard new.isUnnamedCheck, let old = removed.firstIndex(where: { $0.isUnnamedCheck && $0.hasContent(of: new) }) else { return false }
            removed.remove(at: old)
            return true
        }
    }

    /// Something that is new, or gone.
    private static func whole(_ meaning: Meaning, _ action: Change.Action) -> Change {
        var change = Change(meaning, action)
        if meaning.kind == .check { change.marks = [action == .added ? .strengthened : .weakened] }
        if meaning.isTold {
            change.parts = meaning.fields.members.map { action == .added ? .field($0.key, nil, $0.value) : .field($0.key, $0.value, nil) }
        }
        change.parts += meaning.parts.filter { $0.kind != .check && $0.kind != .column }.map { whole($0, action) }
        return change
    }
}

extension Meaning {
    static let unnamedCheck = "expression("

    fileprivate var isUnnamedCheck: Bool { kind == .check && name.hasPrefix(Self.unnamedCheck) }
}

extension ExactText {
    fileprivate func isSame(as text: String) -> Bool { self == ExactText(text) }
}

extension Meaning {
    /// With the new names of renamed activities where it names them.
    fileprivate func following(_ names: [String: String]) -> Meaning {
        guard !names.isEmpty, kind == .activity else { return self }
        var result = self
        if let list = fields["dependsOn"]?.asArray {
            result.fields["dependsOn"] = .texts(
                list.compactMap(\.asString).map { text in
                    let name = text.split(separator: " ", maxSplits: 1).first.map(String.init) ?? text
                    return names[name].map { $0 + text.dropFirst(name.count) } ?? text
                }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        }
        if let place = fields["in"]?.asString {
            let name = place.split(separator: ",", maxSplits: 1).first.map(String.init) ?? place
            if let new = names[name] { result.fields["in"] = .string(new + place.dropFirst(name.count)) }
        }
        return result
    }

    /// Its fields are shown where it is new or gone; of others the name and a few words are enough.
    fileprivate var isTold: Bool {
        switch kind {
        case .parameter, .variable, .globalParameter, .rule, .connection, .vault, .column, .secret, .trigger: true
        default: false
        }
    }

    /// Short, for people.
    var words: String? {
        switch kind {
        case .activity:
            guard let type = fields["type"]?.asString else { return nil }
            let target = (fields["into"] ?? fields["into.table"] ?? fields["pipeline"] ?? fields["variable"])?.asString
            return target.map { type + (fields["into"] != nil || fields["into.table"] != nil ? " into " : " ") + $0 } ?? type
        case .connection: return fields["type"]?.asString
        case .pipeline:
            let count = parts.count { $0.kind == .activity }
            return "\(count) activit\(count == 1 ? "y" : "ies")"
        case .check: return fields["onViolation"]?.asString
        case .notebook: return isUnreadable ? nil : "\(cells.count) cell\(cells.count == 1 ? "" : "s")"
        default: return nil
        }
    }
}
