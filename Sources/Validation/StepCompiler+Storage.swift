internal import Assets
internal import Diagnostics
internal import Engine
internal import Lake

/// Columns that no table of the lake can have: two of one name, or types and names that Delta does not know.
extension StepCompiler {
    /// Of a query.
    mutating func reportUnstorable(_ found: [SQLColumn], at range: SourceRange) {
        guard case .lake = write.into else { return }
        do throws(LakeError) {
            _ = try DeltaSchema(storing: found)
            reportQuarantined(found)
        } catch {
            outcome.diagnostics.append(
                finding(.sqlInvalid, "the result cannot be stored: " + SQLMessage.firstLine(error.message), at: range, help: error.help))
        }
    }

    /// Of the source of a copy, with what the copy adds; a query's was told when it was described.
    mutating func reportUnstorableSource() {
        guard case .copy(let copy) = activity.kind, case .lake = write.into, let found = outcome.columns else { return }
        let names = (copy.source.format?.columns ?? []).map { $0.name.lowercased() }
        // That was told.
        guard Set(names).count == names.count else { return }
        let own = copy.audit ? Array(found.dropLast(AuditColumns.all.count)) : found
        if copy.audit, let twice = own.first(where: AuditColumns.contain) {
            // Where checks sort rows out, the engine has renamed the second one before it is stored.
            if !write.checks.contains(where: \.sortsOut) {
                outcome.diagnostics.append(
                    finding(
                        .unstorableColumn, "the source has a column \"\(twice.name)\", and `audit` adds one of that name", at: copy.source.range,
                        help: "leave out `audit`, or read the column under another name"))
            }
            return
        }
        do throws(LakeError) {
            _ = try DeltaSchema(storing: found)
            reportQuarantined(found)
        } catch {
            let (name, isType): (String?, Bool) =
                switch error.kind {
                case .unsupportedType(let column): (column, true)
                case .invalidColumn(let column): (column, false)
                default: (nil, false)
                }
            let declared = copy.source.format?.columns.first { $0.name == name }
            outcome.diagnostics.append(
                finding(
                    .unstorableColumn, "the rows cannot be stored: " + SQLMessage.firstLine(error.message),
                    at: declared.map { isType ? $0.valueRange : $0.key.range } ?? copy.source.range,
                    help: isType ? "read it as another type, for example VARCHAR" : "read it under another name"))
        }
    }

    /// Rows that checks keep apart get more columns.
    private mutating func reportQuarantined(_ found: [SQLColumn]) {
        guard let check = write.checks.first(where: { $0.onViolation == .quarantine }), let twice = found.first(where: QuarantineColumns.contain)
        else { return }
        outcome.diagnostics.append(
            finding(
                .unstorableColumn, "the rows have a column \"\(twice.name)\", and quarantine adds one of that name", at: check.range,
                help: "name the column otherwise, or choose another onViolation"))
    }
}

/// Columns that a copy with `audit` adds.
enum AuditColumns {
    static let all = [
        SQLColumn(name: "_ingested_at", type: .timestamp(.microseconds)), SQLColumn(name: "_run_id", type: .varchar),
        SQLColumn(name: "_source", type: .varchar),
    ]

    static func contain(_ column: SQLColumn) -> Bool { all.contains { $0.name == column.name.lowercased() } }
}

/// Columns that rows get which checks sort out.
enum QuarantineColumns {
    static let all = [
        SQLColumn(name: "_reason", type: .varchar), SQLColumn(name: "_quarantined_at", type: .timestamp(.microseconds)),
        SQLColumn(name: "_quarantine_run_id", type: .varchar),
    ]

    static func contain(_ column: SQLColumn) -> Bool { all.contains { $0.name == column.name.lowercased() } }

    /// nil where the table's columns are not known, or its rows cannot be kept apart.
    static func added(to columns: [SQLColumn]?) -> [SQLColumn]? {
        guard let columns, !columns.contains(where: contain) else { return nil }
        return columns + all
    }
}
