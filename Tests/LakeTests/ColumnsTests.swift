import Engine
import Lake
import Testing

/// What validation says becomes of a table's columns is what a write makes of them.
@Suite struct ColumnsTests {
    private static let queries = [
        "SELECT 1::INTEGER AS id, 2.50 AS amount", "SELECT 1::BIGINT AS id", "SELECT 'a' AS ID, true AS flag", "SELECT NULL AS amount, 7::HUGEINT AS total",
        "SELECT 1::SMALLINT AS id, 'x' AS total",
    ]

    @Test(arguments: queries, queries)
    func columnsAreKnownWithoutRows(first: String, second: String) async throws {
        try await LakeFixture.with { fixture in
            for (name, mode) in [("appended", WriteMode.append), ("overwritten", .overwrite()), ("replaced", .overwrite(allowTypeChange: true))] {
                let table = try fixture.table(name)
                let made = try DeltaSchema.afterWriting(try await fixture.session.describe(first), into: nil, mode: mode)
                try await fixture.append(first, to: table)
                #expect(try await table.requiredSnapshot().schema.columns == made.columns)

                let columns = try await fixture.session.describe(second)
                do {
                    let staged = try await table.stage(second, mode: mode, prefix: "test", session: fixture.session)
                    try await table.commit(mode == .append ? try staged.pendingAppend() : try staged.pendingOverwrite())
                } catch let error as LakeError {
                    #expect(throws: LakeError.self) { try DeltaSchema.afterWriting(columns, into: made, mode: mode) }
                    guard case .typeChange = error.kind else { throw error }
                    continue
                }
                #expect(try await table.requiredSnapshot().schema.columns == DeltaSchema.afterWriting(columns, into: made, mode: mode).columns)
            }
        }
    }
}
