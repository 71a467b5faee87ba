internal import Engine
internal import Support

/// Columns of every table, as far as they are known.
struct TableColumns: Sendable {
    /// nil: cannot be known from the files.
    private(set) var known: [TableAddress: [SQLColumn]?] = [:]
    private var digests: [TableAddress: ContentDigest] = [:]
    private let schemas: [String: SchemaFacts]
    private let schemaDigests: [String: ContentDigest]

    /// - Parameter schemas: locked schemas by connection.
    init(schemas: [String: SchemaFacts]) {
        self.schemas = schemas
        schemaDigests = schemas.mapValues(\.digest)
    }

    /// What the locked schema says, or what the pipelines that write the table do.
    subscript(_ table: TableAddress) -> [SQLColumn]? { locked(table) ?? known[table] ?? nil }

    func locked(_ table: TableAddress) -> [SQLColumn]? {
        guard case .database(let connection, let name) = table else { return nil }
        return schemas[connection]?.tables[name.lowercased()]
    }

    func schema(of connection: String) -> SchemaFacts? { schemas[connection] }

    /// Of what is locked of a connection, but for its tables.
    func schemaDigest(of connection: String) -> ContentDigest { schemaDigests[connection] ?? ContentDigest([]) }

    /// Every table whose columns are known.
    var all: [TableAddress: [SQLColumn]] {
        var all: [TableAddress: [SQLColumn]] = [:]
        for table in known.keys { if let columns = self[table] { all[table] = columns } }
        for (connection, schema) in schemas {
            for (name, columns) in schema.tables { all[.database(connection: connection, table: name)] = columns }
        }
        return all
    }

    /// A writer more: the columns of all of them. Where one is unknown, so is the table.
    /// - Parameter digest: of the columns.
    mutating func add(_ columns: [SQLColumn]?, digest: ContentDigest? = nil, to table: TableAddress) {
        digests[table] = known[table] == nil && locked(table) == nil ? digest : nil
        guard let columns else {
            known[table] = .some(nil)
            return
        }
        guard let present = known[table] else {
            known[table] = columns
            return
        }
        guard let present else { return }
        known[table] = present + columns.filter { new in !present.contains { $0.name.lowercased() == new.name.lowercased() } }
    }

    /// Tells one state of a table's columns from another.
    mutating func digest(of table: TableAddress) -> ContentDigest {
        if let digest = digests[table] { return digest }
        let digest = Self.digest(of: self[table])
        digests[table] = digest
        return digest
    }

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
