package import AssetLoading
internal import Diagnostics
package import Support
internal import Validation

/// Something that two versions of a project have each made another thing of.
package struct FieldConflict: Sendable, Hashable {
    /// From the whole to the part: `pipeline sales`, `activity orders`.
    package let asset: [String]
    /// nil: one side has removed the whole.
    package let field: String?
    /// nil where it is not there.
    package let base: JSONValue?
    package let ours: JSONValue?
    package let theirs: JSONValue?
    /// Of the asset.
    package let path: String

    /// `pipeline sales, activity orders, field key: main has [a], develop has [b]`; without credentials that somebody wrote there.
    package func words(ours ourName: String, theirs theirName: String) -> String {
        let place = asset.joined(separator: ", ")
        guard let field else {
            let (gone, kept) = ours == nil ? (ourName, theirName) : (theirName, ourName)
            return "\(place): \(gone) has removed it, \(kept) has changed it"
        }
        // Of a variable its own name tells what its value is.
        let name = ["value", "default"].contains(field) ? asset.last?.split(separator: " ").last.map(String.init) ?? field : field
        func side(_ side: String, _ value: JSONValue?) -> String {
            value.map { "\(side) has \(Words.value(CredentialMask.masked($0, named: name)))" } ?? "\(side) has none"
        }
        return "\(place), field \(field): \(side(ourName, ours)), \(side(theirName, theirs))"
    }
}

package enum FieldConflicts {
    /// What two versions of the same files disagree on, both with themselves as they were.
    /// - Parameter paths: the files; what else the trees hold is the same in all of them.
    package static func between(base: any AssetTree, ours: any AssetTree, theirs: any AssetTree, paths: Set<String>) -> [FieldConflict] {
        let sides = ProjectSide.read([base, ours, theirs], changed: Set(paths.map(ExactText.init)))
        let meanings = sides.map { $0.meaning(ChangeSelection(), beside: $0) }
        let wanted = Set(paths.map(ExactText.init))
        var found: [FieldConflict] = []
        for (before, our, their) in matched(meanings[0].parts, meanings[1].parts, meanings[2].parts) {
            let paths = [our, their, before].compactMap { $0?.place?.path }
            guard let path = paths.first(where: { wanted.contains(ExactText($0)) }), [before, our, their].allSatisfy({ $0?.isUnreadable != true }) else { continue }
            collect(before, our, their, [], path, &found)
        }
        return found
    }

    /// Parts of the same name on each side, in the order in which they first come.
    private static func matched(_ base: [Meaning], _ ours: [Meaning], _ theirs: [Meaning]) -> [(Meaning?, Meaning?, Meaning?)] {
        func byKey(_ parts: [Meaning]) -> [Meaning.Key: Meaning] { Dictionary(parts.map { (Meaning.Key($0), $0) }, uniquingKeysWith: { first, _ in first }) }
        let (a, b, c) = (byKey(base), byKey(ours), byKey(theirs))
        var seen: Set<Meaning.Key> = []
        return (ours + theirs + base).map { Meaning.Key($0) }.filter { seen.insert($0).inserted }.map { (a[$0], b[$0], c[$0]) }
    }

    private static func collect(
        _ base: Meaning?, _ ours: Meaning?, _ theirs: Meaning?, _ above: [String], _ path: String, _ found: inout [FieldConflict]
    ) {
        guard let some = ours ?? theirs else { return }
        let asset = above + ["\(Words.kind(some.kind.rawValue)) \(some.name)"]
        guard let ours, let theirs else {
            // Where it was not there before, one side has added it, and nothing stands against that.
            guard let base, !some.hasContent(of: base) else { return }
            found.append(FieldConflict(asset: asset, field: nil, base: nil, ours: ours.map { _ in true }, theirs: theirs.map { _ in true }, path: path))
            return
        }
        let fields = ours.fields.keys + theirs.fields.keys.filter { ours.fields[$0] == nil }
        for field in fields + (base?.fields.keys ?? []).filter({ ours.fields[$0] == nil && theirs.fields[$0] == nil }) {
            let (before, our, their) = (base?.fields[field], ours.fields[field], theirs.fields[field])
            if our != their, our != before, their != before {
                found.append(FieldConflict(asset: asset, field: field, base: before, ours: our, theirs: their, path: path))
            }
        }
        for field in Set(ours.sql.keys).union(theirs.sql.keys).sorted() {
            let (before, our, their) = (base?.sql[field], ours.sql[field], theirs.sql[field])
            if our != their, our != before, their != before {
                let values = [before, our, their].map { sql in sql.map { JSONValue.string($0.shown) } }
                found.append(FieldConflict(asset: asset, field: field, base: values[0], ours: values[1], theirs: values[2], path: path))
            }
        }
        for (before, our, their) in matched(base?.parts ?? [], ours.parts, theirs.parts) { collect(before, our, their, asset, path, &found) }
    }
}
