internal import AssetLoading
internal import Assets
internal import Engine
internal import Lake

extension [SQLColumn] {
    /// As reading a table gives them back that a query with these columns has written.
    func stored(in target: TableAddress, _ frame: FrameScope) -> [SQLColumn] {
        switch target {
        case .lake: return storedInLake
        case .view: return self
        case .database(let connection, _):
            guard let kind = frame.environments.lazy.compactMap({ $0.asset.connections.value(named: connection) }).first?.kind,
                case .sqlite = kind
            else { return self }
            return map { SQLColumn(name: $0.name, type: $0.type.storedBySQLite) }
        }
    }

    /// What the lake cannot store is told where it is written; here such columns stay as the query has them.
    var storedInLake: [SQLColumn] {
        allSatisfy(\.type.isStoredAsItIs) ? self : (try? DeltaSchema(storing: self))?.columns ?? self
    }
}

extension SQLType {
    /// As the lake stores most types; of others it decides itself.
    fileprivate var isStoredAsItIs: Bool {
        switch self {
        case .boolean, .tinyInt, .smallInt, .integer, .bigInt, .float, .double, .decimal, .varchar, .blob, .date, .timestamp(.microseconds),
            .timestampWithTimeZone:
            true
        default: false
        }
    }

    /// SQLite knows few types; decimals come back as text.
    fileprivate var storedBySQLite: SQLType {
        switch self {
        case .tinyInt, .smallInt, .integer, .bigInt, .hugeInt, .unsignedTinyInt, .unsignedSmallInt, .unsignedInteger: .bigInt
        case .float, .double: .double
        case .date, .blob, .boolean: self
        case .timestamp: .timestamp(.microseconds)
        default: .varchar
        }
    }
}
