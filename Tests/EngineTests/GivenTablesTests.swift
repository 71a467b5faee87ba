import Engine
import Testing

/// Columns of tables that are in no catalog.
@Suite struct GivenTablesTests {
    private static let orders = [
        SQLColumn(name: "Id", type: .bigInt), SQLColumn(name: "amount", type: .decimal(precision: 18, scale: 2)), SQLColumn(name: "day", type: .date),
    ]

    private func described(_ queries: [DescribedQuery]) async throws -> [[SQLColumn]?] {
        let engine = try await TestEngine.open()
        let session = try await engine.openSession()
        let answers = await session.describe(queries, after: [])
        await session.close()
        await engine.close()
        return try answers.get().map { try? $0.get() }
    }

    @Test func aQueryIsBoundUponThem() async throws {
        let given = ["orders": Self.orders]
        let answers = try await described([
            DescribedQuery("select * from silver.Orders", given: given),
            DescribedQuery("with orders as (select id, amount from erp.main.orders) select sum(o.amount) as total from orders o join lake.orders on orders.id = o.id", given: given),
            // Of this query alone.
            DescribedQuery("select * from silver.orders"),
            DescribedQuery("select nothing from silver.orders", given: given),
            DescribedQuery("select id from silver.orders", given: ["orders": [SQLColumn(name: "id", type: .varchar)]]),
        ])
        #expect(answers == [
            Self.orders, [SQLColumn(name: "total", type: .decimal(precision: 38, scale: 2))], nil, nil, [SQLColumn(name: "id", type: .varchar)],
        ])
    }

    @Test func aTableOfTheCatalogComesFirst() async throws {
        let answers = try await described([
            DescribedQuery("select * from orders", after: "CREATE TEMP TABLE orders (a INTEGER)", given: ["orders": Self.orders])
        ])
        #expect(answers == [[SQLColumn(name: "a", type: .integer)]])
    }

    @Test func nothingIsReadFromThem() async throws {
        let engine = try await TestEngine.open()
        let session = try await engine.openSession()
        // The values a pivot has are asked for while it is bound.
        let answers = await session.describe([DescribedQuery("select * from (pivot s.orders on day using sum(amount))", given: ["orders": Self.orders])], after: [])
        await session.close()
        await engine.close()
        #expect(try answers.get().count == 1)
    }

    @Test(arguments: [
        ([SQLColumn(name: "a", type: .integer)], true), ([], false), ([SQLColumn(name: "a", type: .integer), SQLColumn(name: "A", type: .date)], false),
        ([SQLColumn(name: "a", type: .list(.integer))], false), ([SQLColumn(name: "a\0b", type: .integer)], false),
    ])
    func whatCanBeGiven(columns: [SQLColumn], isFine: Bool) { #expect(DescribedQuery.canGive(columns) == isFine) }
}
