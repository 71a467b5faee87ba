internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// Columns as files declare them, in locked schemas and in formats of sources: types that the engine has, names that differ.
enum ColumnDeclarations {
    static func check(
        _ columns: [MapEntry<String>], asset: String?, labels: [Diagnostic.Label] = []
    ) -> [Diagnostic] {
        requireDifferent(columns.map(\.key), "column", asset: asset, labels: labels)
            + columns.compactMap { column -> Diagnostic? in
                do throws(SQLTypeError) {
                    _ = try SQLType(parsing: column.value)
                    return nil
                } catch {
                    let near = error.unknownName.flatMap { Suggestion.nearest(to: $0.uppercased(), in: SQLType.names) }
                    return Diagnostic(
                        .unknownType, error.message, at: place(of: error, in: column), labels: labels,
                        help: near.map { "did you mean \"\($0)\"?" } ?? "types are written as the engine does: BIGINT, VARCHAR, DECIMAL(18,2), DATE, TIMESTAMP",
                        asset: asset)
                }
            }
    }

    /// Inside the type, where it stands plainly in one line.
    private static func place(of error: SQLTypeError, in column: MapEntry<String>) -> SourceRange {
        let length = error.unknownName?.utf8.count ?? 1
        return Located(column.value, at: column.valueRange).range(ofBytes: error.offset..<error.offset + length)
    }

    static func requireDifferent(
        _ names: [Located<String>], _ word: String, asset: String?, labels: [Diagnostic.Label] = []
    ) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var first: [String: Located<String>] = [:]
        for name in names {
            let key = name.value.lowercased()
            guard let earlier = first[key] else {
                first[key] = name
                continue
            }
            diagnostics.append(
                Diagnostic(
                    .duplicateName, "there is already a \(word) named \"\(earlier.value)\"", at: name.range,
                    labels: [.init(earlier.range, "first here")] + labels, notes: ["names of \(word)s are compared without case"], asset: asset))
        }
        return diagnostics
    }
}
