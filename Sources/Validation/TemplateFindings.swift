internal import Diagnostics

extension [Diagnostic] {
    /// What is wrong in a template is found anew in each use of it: told once, with the places of the first uses.
    func mergingUses() -> [Diagnostic] {
        var positions: [Place: Int] = [:]
        var merged: [Diagnostic] = []
        for diagnostic in self {
            guard let range = diagnostic.range, !diagnostic.labels.isEmpty else {
                merged.append(diagnostic)
                continue
            }
            let place = Place(code: diagnostic.code.name, message: diagnostic.message, range: range)
            guard let position = positions[place] else {
                positions[place] = merged.count
                merged.append(diagnostic)
                continue
            }
            // A few examples are enough.
            for label in diagnostic.labels where merged[position].labels.count < 3 && !merged[position].labels.contains(label) {
                merged[position].labels.append(label)
            }
        }
        return merged
    }
}

private struct Place: Hashable {
    let code: String
    let message: String
    let range: SourceRange
}
