package import Engine
internal import Support

/// How rows are to be written into a table that may exist already.
package enum WriteMode: Sendable, Hashable {
    /// Adds rows. Columns the rows lack become NULL; columns the table lacks are added to it.
    case append
    /// Replaces all rows, and the columns by those of the rows: columns the rows lack are dropped (older versions keep
    /// them). A kept column keeps its type unless `allowTypeChange`.
    case overwrite(allowTypeChange: Bool = false)
    /// Replaces the rows with the same key and adds the others. Columns the rows lack keep their values in rows replaced.
    case merge
}

/// The schema a table will have, and how rows with given columns become rows of it.
struct WritePlan: Sendable {
    let schema: DeltaSchema
    /// SELECT list over the incoming rows.
    let projection: String
    /// Columns of the table the rows lack.
    let missing: [String]

    /// - Parameter base: of the table as it is; nil where there is none.
    init(columns: [SQLColumn], base: DeltaSchema?, mode: WriteMode) throws(LakeError) {
        // Checks the incoming names as well, before anything is matched by them.
        var unknown = columns
        for (index, column) in columns.enumerated() where column.type == .null {
            if let field = base?.field(named: column.name) {
                unknown[index] = SQLColumn(name: column.name, type: field.type.sqlType)
            }
        }
        let incoming = try DeltaSchema(storing: unknown)
        guard let base else {
            schema = incoming
            projection = try incoming.projection(from: columns)
            missing = []
            return
        }
        var kept: [String: DeltaField] = [:]
        for field in incoming.fields {
            guard let old = base.field(named: field.name) else { continue }
            kept[old.name] = try Self.reconcile(field, with: old, mode)
        }
        let added = incoming.fields.filter { base.field(named: $0.name) == nil }
        if case .overwrite = mode {
            schema = try DeltaSchema(incoming.fields.map { field in
                base.field(named: field.name).flatMap { kept[$0.name] } ?? field
            })
            missing = []
        } else {
            schema = try DeltaSchema(base.fields + added)
            missing = base.fields.filter { kept[$0.name] == nil }.map(\.name)
            if let field = base.fields.first(where: { !$0.nullable && kept[$0.name] == nil }) {
                throw LakeError(
                    .nullViolation(column: field.name), "column \"\(field.name)\" takes no NULL and is missing from the rows",
                    help: "add it to the query")
            }
        }
        projection = try schema.projection(from: columns)
    }

    private static func reconcile(_ field: DeltaField, with old: DeltaField, _ mode: WriteMode) throws(LakeError) -> DeltaField {
        if field.type.widensTo(old.type) { return old }
        if case .overwrite(allowTypeChange: true) = mode { return DeltaField(name: old.name, type: field.type) }
        let (before, after) = (old.type.description, field.type.description)
        throw LakeError(
            .typeChange(column: old.name, old: before, new: after),
            "column \"\(old.name)\" is \(before) in the table and \(after) in the rows",
            help: mode == .overwrite()
                ? "cast it in the query, or allow the type change" : "cast it in the query, or overwrite the table")
    }
}

extension DeltaSchema {
    /// The columns a table has once rows with `columns` were written into it, as a run would decide it.
    /// - Parameter base: nil where there was no table.
    /// Throws `.typeChange`, `.unsupportedType`, `.invalidColumn`, `.nullViolation`.
    package static func afterWriting(_ columns: [SQLColumn], into base: DeltaSchema?, mode: WriteMode) throws(LakeError) -> DeltaSchema {
        try WritePlan(columns: columns, base: base, mode: mode).schema
    }
}
