internal import Assets
internal import Engine
internal import Support
internal import Validation

/// Runs checks on rows that are written and not yet published.
struct TableChecks {
    let session: any EngineSession
    let scan: (LakeName) throws -> String
    /// When the run started: what freshness is measured against.
    let now: Instant

    struct Finding {
        let check: Check
        let violations: Int
        let sample: [String]
    }

    /// Checks on rows that only count: those of `fail` and `warn`.
    /// - Parameters:
    ///   - rows: a SELECT over the new rows.
    ///   - knownNulls: NULLs by column, where the files' statistics tell; no row is read for these.
    func countRows(_ checks: [Check], rows: String, knownNulls: [String: Int]) async throws -> [Finding] {
        var findings: [Finding?] = checks.map { check in
            guard case .notNull(let columns) = check.kind, columns.allSatisfy({ knownNulls[$0.value] == 0 }) else { return nil }
            return Finding(check: check, violations: 0, sample: [])
        }
        let open = checks.indices.filter { findings[$0] == nil }
        if !open.isEmpty {
            let conditions = try open.map { try CheckSQL(check: checks[$0], scan: scan).violation() }
            let list = conditions.map { "count(*) FILTER (\($0))" }.joined(separator: ", ")
            let counts = try await session.query("SELECT \(list) FROM (\(rows))").rows[0]
            for (position, index) in open.enumerated() {
                guard case .integer(let violations) = counts[position] else { continue }
                let sample = violations > 0 ? try await samples(conditions[position], check: checks[index], rows: rows) : []
                findings[index] = Finding(check: checks[index], violations: Int(violations), sample: sample)
            }
        }
        return findings.compactMap { $0 }
    }

    /// A few violating rows, as JSON of the columns the check is about.
    private func samples(_ condition: String, check: Check, rows: String) async throws -> [String] {
        let columns = check.columns
        let list = columns.isEmpty ? "*" : try columns.map(SQL.identifier).joined(separator: ", ")
        let found = try await session.query("SELECT \(list) FROM (\(rows)) WHERE \(condition) LIMIT 3")
        return found.rows.map { row in
            JSONValue.object(JSONObject(zip(found.columns, row).map { ($0.name, $1.json) })).text()
        }
    }

    /// Checks on the table as it will be.
    func checkTable(_ check: Check, table: String, rowCount: Int?, columns: [SQLColumn]) async throws -> Finding {
        switch check.kind {
        case .unique(let key): return try await unique(check, key.map(\.value), table: table)
        case .rowCount(let minimum, let maximum):
            var count = rowCount
            if count == nil, case .integer(let counted)? = try await session.query("SELECT count(*) FROM (\(table))").rows[0].first {
                count = Int(counted)
            }
            let rows = count ?? 0
            let fits = rows >= minimum ?? 0 && rows <= maximum ?? .max
            return Finding(check: check, violations: fits ? 0 : 1, sample: fits ? [] : ["\(rows) rows"])
        case .freshness(let column, let within):
            let newest = try await session.query("SELECT epoch_us(max(\(try SQL.identifier(column.value)))::TIMESTAMP) FROM (\(table))").rows[0][0]
            guard case .integer(let time) = newest else { return Finding(check: check, violations: 1, sample: ["no value"]) }
            let age = Duration.microseconds(now.microseconds - time)
            let fits = age <= within
            return Finding(check: check, violations: fits ? 0 : 1, sample: fits ? [] : ["newest value \(Instant(microseconds: time).dateAndTime()), \(Durations.text(age)) old"])
        case .schema(let expected):
            let problems = Self.differences(try await named(expected), columns)
            return Finding(check: check, violations: problems.count, sample: Array(problems.prefix(3)))
        case .notNull, .accepted, .relationship, .range, .expression:
            preconditionFailure("\(check.typeName) concerns rows")
        }
    }

    /// Counts rows beyond the first of each key. Rows with a NULL in the key are no duplicates, as in SQL's UNIQUE.
    private func unique(_ check: Check, _ key: [String], table: String) async throws -> Finding {
        let names = try key.map(SQL.identifier)
        let list = names.joined(separator: ", ")
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        // Different hashes prove different keys, and eight bytes a row are cheaper to group than whole keys.
        let suspects = try await session.query(
            "SELECT count(*) FROM (SELECT 1 FROM (\(table)) WHERE \(present) GROUP BY hash(\(list)) HAVING count(*) > 1)")
        if suspects.rows[0][0] == .integer(0) { return Finding(check: check, violations: 0, sample: []) }
        let groups = "SELECT \(list), count(*) AS n FROM (\(table)) WHERE \(present) GROUP BY \(list) HAVING count(*) > 1"
        guard case .integer(let count) = try await session.query("SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (\(groups))").rows[0][0] else {
            return Finding(check: check, violations: 0, sample: [])
        }
        let sample = count == 0 ? RowSet(columns: [], rows: []) : try await session.query("SELECT \(list) FROM (\(groups)) ORDER BY \(list) LIMIT 3")
        return Finding(
            check: check, violations: Int(count),
            sample: sample.rows.map { row in JSONValue.object(JSONObject(zip(sample.columns, row).map { ($0.name, $1.json) })).text() })
    }

    /// Types under the engine's own names: `INT` is `INTEGER`.
    private func named(_ expected: [MapEntry<String>]) async throws -> [(String, String)] {
        var named: [(String, String)] = []
        for column in expected {
            do {
                let found = try await session.describe("SELECT CAST(NULL AS \(column.value)) AS c")
                named.append((column.name, found[0].type.sql))
            } catch {
                throw ActivityFailure("\"\(column.value)\" is no type: \(error.message)", errorCode: "SQLInvalid", at: column.key.range)
            }
        }
        return named
    }

    static func differences(_ expected: [(String, String)], _ columns: [SQLColumn]) -> [String] {
        var problems: [String] = []
        for (name, type) in expected {
            guard let column = columns.first(where: { $0.name == name }) else {
                problems.append("column \(name) is missing")
                continue
            }
            if column.type.sql.lowercased() != type.lowercased() { problems.append("column \(name) is \(column.type.sql), not \(type)") }
        }
        for column in columns where !expected.contains(where: { $0.0 == column.name }) {
            problems.append("column \(column.name) is not expected")
        }
        return problems
    }
}

extension Check {
    /// Columns it is about; empty where they are not known by name.
    var columns: [String] {
        switch kind {
        case .notNull(let columns), .unique(let columns): columns.map(\.value)
        case .accepted(let column, _), .relationship(let column, _), .range(let column, _, _), .freshness(let column, _):
            [column.value]
        case .expression, .rowCount, .schema: []
        }
    }
}
