package import Assets
internal import Crypto
package import Engine
internal import Support

/// A view as it shall be in a warehouse: under the names that its tables have there.
package struct WarehouseView: Sendable {
    /// As the project calls it.
    package let name: LakeName
    /// Where it is in the warehouse.
    package let place: WarehousePlace
    /// One SELECT.
    package let sql: String
    package let reads: Set<WarehousePlace>
    /// Of `sql`.
    package let digest: String

    /// Views as a project declares them, made ready for one warehouse, each after those it reads.
    ///
    /// - Parameters:
    ///   - declared: names and SQL; the SQL names tables and views as the project does.
    ///   - published: tables and views of the whole project.
    ///   - schema: of all that is published; nil: that of its layer.
    package static func prepare(
        _ declared: [(name: LakeName, sql: String)], published: [LakeName], schema: String?, session: any EngineSession
    ) async throws -> [WarehouseView] {
        let names = Dictionary(
            (declared.map(\.name) + published).map { ($0.text.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ layer: String, _ name: String) -> WarehousePlace {
            let known = names["\(layer).\(name)".lowercased()]
            return WarehousePlace(schema: schema ?? known?.layer ?? layer, name: known?.name ?? name)
        }
        var views: [WarehouseView] = []
        for view in declared {
            let sql = SQL.withoutTerminator(view.sql)
            let found = try await session.names(in: sql)
            var reads: Set<WarehousePlace> = []
            var renamed: [(reference: TableReference, place: WarehousePlace)] = []
            for table in found.tables where table.name.count == 2 {
                let place = place(table.name[0], table.name[1])
                reads.insert(place)
                renamed.append((table, place))
            }
            let tables = Set(renamed.map { $0.reference.name.map { $0.lowercased() } })
            // `gold.kpi_sales.revenue`; where no table of that name is read, it is a field of a column.
            for column in found.columns where tables.contains(column.name.prefix(2).map { $0.lowercased() }) {
                renamed.append((column, place(column.name[0], column.name[1])))
            }
            let text = try NameReplacement.apply(renamed.map { ($0.reference, 2, [$0.place.schema, $0.place.name]) }, to: sql)
            views.append(
                WarehouseView(
                    name: view.name, place: place(view.name.layer, view.name.name), sql: text, reads: reads, digest: try Self.digest(of: text)))
        }
        return inOrder(views)
    }

    /// Each after those it reads; a circle, which validation refuses, stays as it is.
    static func inOrder(_ views: [WarehouseView]) -> [WarehouseView] {
        var left = views
        var result: [WarehouseView] = []
        while !left.isEmpty {
            let waiting = Set(left.map(\.place.folded))
            let ready = left.filter { $0.reads.allSatisfy { !waiting.contains($0.folded) } }
            let next = ready.isEmpty ? left : ready
            result += next
            let done = Set(next.map(\.place.folded))
            left.removeAll { done.contains($0.place.folded) }
        }
        return result
    }

    /// SHA-256, in hexadecimal.
    static func digest(of text: String) throws(CryptoError) -> String {
        try Hash.sha256.digest(Array(text.utf8)).map { Hexadecimal.text(UInt64($0), bits: 8) }.joined()
    }
}

/// Where something is in a warehouse.
package struct WarehousePlace: Sendable, Hashable, Comparable {
    package let schema: String
    package let name: String

    package init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    package var text: String { "\(schema).\(name)" }

    /// For who does not tell names apart by their case.
    var folded: WarehousePlace { WarehousePlace(schema: schema.lowercased(), name: name.lowercased()) }

    package static func < (a: Self, b: Self) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}
