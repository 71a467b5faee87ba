package import Assets
package import Engine
internal import Support

/// What a warehouse says of a view, as the SQL that its project would make it of.
package struct ViewDefinition: Sendable {
    package struct Unclear: Error {
        package let reason: String
    }

    private let warehouse: ResolvedConnection
    private let inspection: WarehouseInspection
    /// Names of tables and views of the project, by their places in the warehouse.
    private let names: [WarehousePlace: Set<LakeName>]
    private let published: [LakeName]
    private let schema: String?
    private let session: any EngineSession

    /// - Parameters:
    ///   - published: tables and views of the whole project.
    ///   - schema: of all that is published; nil: that of its layer.
    package init(
        warehouse: ResolvedConnection, inspection: WarehouseInspection, published: [LakeName], schema: String?, session: any EngineSession
    ) {
        self.warehouse = warehouse
        self.inspection = inspection
        self.published = published
        self.schema = schema
        self.session = session
        names = published.reduce(into: [:]) { $0[inspection.key(WarehousePlace(schema: schema ?? $1.layer, name: $1.name)), default: []].insert($1) }
    }

    /// One SELECT, under the names of the lake. What cannot be told for sure is an error.
    package func sql(of view: WarehouseInspection.View) async throws -> String {
        let query = try query(of: view)
        guard !query.holdsBytes(of: "${{") else { throw Unclear(reason: "its definition has ${{ in it, which would be an expression in a file") }
        let found: SQLNames
        do {
            found = try await session.names(in: query)
        } catch {
            throw Unclear(reason: "its definition cannot be read: \(error.message)")
        }
        var reads: Set<WarehousePlace> = []
        var renamed: [(reference: TableReference, count: Int, parts: [String])] = []
        var known: [[String]: LakeName] = [:]
        for table in found.tables {
            let name = try name(of: table, in: view)
            reads.insert(WarehousePlace(schema: schema ?? name.layer, name: name.name))
            // Columns may name it with more parts than it is named with itself.
            let place = [schema ?? name.layer, name.name]
            for written in [place] + (database.map { [[$0] + place] } ?? []) { known[written.map { $0.lowercased() }] = name }
            renamed.append((table, table.name.count, [name.layer, name.name]))
        }
        // `gold.kpi_sales.revenue`; where no table of that name is read, it is a field of a column.
        for column in found.columns {
            for count in [3, 2] where column.name.count > count {
                guard let name = known[column.name.prefix(count).map { $0.lowercased() }] else { continue }
                renamed.append((column, count, [name.layer, name.name]))
                break
            }
        }
        let text: String
        do {
            text = try NameReplacement.apply(renamed, to: query)
        } catch {
            throw Unclear(reason: error.message)
        }
        // Made into a view again it has to read the same.
        guard let name = published.first(where: { inspection.key(WarehousePlace(schema: schema ?? $0.layer, name: $0.name)) == inspection.key(view.place) }),
            let again = try await WarehouseView.prepare([(name, text)], published: published, schema: schema, session: session).first,
            Set(again.reads.map(inspection.key)) == Set(reads.map(inspection.key))
        else { throw Unclear(reason: "under the names of the lake it would read something else") }
        return text
    }

    private func name(of table: TableReference, in view: WarehouseInspection.View) throws(Unclear) -> LakeName {
        let written = table.name.joined(separator: ".")
        let place: WarehousePlace
        switch table.name.count {
        case 1:
            place = WarehousePlace(schema: view.place.schema, name: table.name[0])
            // It is looked for in several schemas.
            let others = inspection.relations.filter { $0.name.lowercased() == table.name[0].lowercased() }.map(inspection.key)
            guard others.contains(inspection.key(place)) else { throw Self.unpublished(written) }
            guard others.count == 1 else { throw Unclear(reason: "which \(written) it reads cannot be told") }
        case 2: place = WarehousePlace(schema: table.name[0], name: table.name[1])
        case 3 where table.name[0].lowercased() == database?.lowercased(): place = WarehousePlace(schema: table.name[1], name: table.name[2])
        default: throw Unclear(reason: "it reads \(written), which is in another database")
        }
        let candidates = names[inspection.key(place)] ?? []
        guard let name = candidates.first else { throw Self.unpublished(written) }
        guard candidates.count == 1 else {
            throw Unclear(reason: "it reads \(written), which may be \(candidates.map(\.text).sorted().joined(separator: " or "))")
        }
        return name
    }

    private static func unpublished(_ name: String) -> Unclear { Unclear(reason: "it reads \(name), which the project does not publish") }

    /// A file is called by its name where it is opened as such.
    private var database: String? {
        guard case .duckdb(let path) = warehouse.kind else { return nil }
        return path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) }
    }

    /// A server gives the query; the engine gives the statement that makes the view.
    private func query(of view: WarehouseInspection.View) throws -> String {
        if case .postgres = warehouse.kind { return Self.trimmed(view.definition) }
        var reader = NameReader(bytes: Array(view.definition.utf8), position: 0)
        var isMade = reader.skip(word: "create")
        isMade = isMade && reader.skip(word: "view")
        repeat {
            isMade = isMade && reader.part() != nil
        } while isMade && reader.skip(UInt8(ascii: "."))
        reader.skipBlanks()
        // `(a, b)`: names of its columns.
        let list = reader.position
        var hasList = false
        if reader.skip(UInt8(ascii: "(")) {
            hasList = true
            repeat {
                reader.skipBlanks()
                isMade = isMade && reader.part() != nil
                reader.skipBlanks()
            } while isMade && reader.skip(UInt8(ascii: ","))
            isMade = isMade && reader.skip(UInt8(ascii: ")"))
        }
        let columns = String(decoding: reader.bytes[list..<reader.position], as: UTF8.self)
        isMade = isMade && reader.skip(word: "as")
        guard isMade else { throw Unclear(reason: "its definition cannot be read") }
        let query = Self.trimmed(String(decoding: reader.bytes[reader.position...], as: UTF8.self))
        return hasList ? "SELECT * FROM (\(query)) AS \(try SQL.identifier(view.place.name)) \(columns)" : query
    }

    private static func trimmed(_ sql: String) -> String {
        let bytes = Array(SQL.withoutTerminator(sql).utf8)
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

extension NameReader {
    /// A word, whatever its case, and the blanks around it.
    fileprivate mutating func skip(word: String) -> Bool {
        skipBlanks()
        guard let read = part(), read.lowercased() == word else { return false }
        skipBlanks()
        return true
    }
}
