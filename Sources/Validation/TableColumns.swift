internal import Assets
internal import Engine
internal import Support

/// Columns of every table, as far as they are known.
struct TableColumns: Sendable {
    private struct Table {
        let address: TableAddress
        /// Tells its address from others.
        let name: ContentDigest
        let locked: [SQLColumn]?
        /// What its writers give it: nil before the first of them, `.some(nil)` where it cannot be known from the files.
        var known: [SQLColumn]??
        /// Of its columns, where it was asked for.
        var digest: ContentDigest?
    }

    private var tables: [Table] = []
    private var numbers: [TableAddress: Int] = [:]
    private let schemas: [String: SchemaFacts]
    private let schemaDigests: [String: ContentDigest]

    /// - Parameters:
    ///   - schemas: locked schemas by connection.
    ///   - capacity: how many tables are expected.
    init(schemas: [String: SchemaFacts], capacity: Int) {
        self.schemas = schemas
        tables.reserveCapacity(capacity)
        numbers.reserveCapacity(capacity)
        schemaDigests = schemas.mapValues(\.digest)
    }

    /// Of tables that have a number: all below it.
    var count: Int { tables.count }

    /// Stands for the table in what is asked for often.
    mutating func number(of table: TableAddress) -> Int {
        if let number = numbers[table] { return number }
        var name = ContentDigestBuilder()
        switch table {
        case .lake(let table):
            name.add(table.layer)
            name.add(table.name)
        case .database(let connection, let table):
            name.add(0)
            name.add(connection)
            name.add(table)
        case .view(let view):
            name.add(1)
            name.add(view.text)
        }
        numbers[table] = tables.count
        tables.append(Table(address: table, name: name.digest, locked: locked(table)))
        return tables.count - 1
    }

    /// What the locked schema says, or what the pipelines that write the table do.
    subscript(_ table: TableAddress) -> [SQLColumn]? {
        guard let number = numbers[table] else { return locked(table) }
        return self[number]
    }

    subscript(_ number: Int) -> [SQLColumn]? { tables[number].locked ?? tables[number].known ?? nil }

    func isLocked(_ number: Int) -> Bool { tables[number].locked != nil }

    private func locked(_ table: TableAddress) -> [SQLColumn]? {
        guard case .database(let connection, let name) = table else { return nil }
        guard let schema = schemas[connection] else { return nil }
        return schema.tables[name.lowercased()]
    }

    func schema(of connection: String) -> SchemaFacts? { schemas[connection] }

    /// Of what is locked of a connection, but for its tables.
    func schemaDigest(of connection: String) -> ContentDigest { schemaDigests[connection] ?? ContentDigest([]) }

    /// Every table whose columns are known.
    var all: [TableAddress: [SQLColumn]] {
        var all: [TableAddress: [SQLColumn]] = [:]
        for table in tables { if let columns = table.locked ?? table.known ?? nil { all[table.address] = columns } }
        for (connection, schema) in schemas {
            for (name, columns) in schema.tables { all[.database(connection: connection, table: name)] = columns }
        }
        return all
    }

    /// A writer more: the columns of all of them. Where one is unknown, so is the table.
    /// - Parameter digest: of the columns.
    mutating func add(_ columns: [SQLColumn]?, digest: ContentDigest? = nil, to number: Int) {
        let present = tables[number].known
        tables[number].digest = present == nil && tables[number].locked == nil ? digest : nil
        switch (present, columns) {
        case (_, nil): tables[number].known = .some(nil)
        case (nil, let columns?): tables[number].known = columns
        case (.some(nil), _): break
        case (let present??, let columns?):
            tables[number].known = present + columns.filter { new in !present.contains { $0.name.lowercased() == new.name.lowercased() } }
        }
    }

    /// Tells the table and this state of its columns from others.
    mutating func addState(of number: Int, to builder: inout ContentDigestBuilder) {
        let digest = tables[number].digest ?? Self.digest(of: self[number])
        tables[number].digest = digest
        builder.add(tables[number].name)
        builder.add(digest)
    }

    func addName(of number: Int, to builder: inout ContentDigestBuilder) { builder.add(tables[number].name) }

    static func digest(of columns: [SQLColumn]?) -> ContentDigest {
        var builder = ContentDigestBuilder()
        builder.add(columns?.count ?? -1)
        for column in columns ?? [] {
            builder.add(column.name)
            builder.add(column.type.sql)
        }
        return builder.digest
    }
}
