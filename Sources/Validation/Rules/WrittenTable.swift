internal import AssetLoading
internal import Assets
internal import Engine
internal import Lake

/// A table as one step after the other writes it, by its columns alone: decided as a run decides it.
enum WrittenTable: Sendable {
    /// nil: it is not there yet.
    case lake(DeltaSchema?)
    /// nil: it may be there already, with any columns. SQLite stores other types than the rows have.
    case database([SQLColumn]?, comparesTypes: Bool)

    /// Why rows cannot be written. The table stays as it is.
    enum Refusal: Sendable {
        /// The column has a type that the values do not fit.
        case type(column: String)
        /// Tables of databases take no new columns.
        case missing(column: String)
        /// The step refuses every change of the columns.
        case change

        var column: String? {
            switch self {
            case .type(let column), .missing(let column): column
            case .change: nil
            }
        }
    }

    init(_ target: TableAddress, _ frame: FrameScope) {
        switch target {
        case .lake, .view: self = .lake(nil)
        case .database(let connection, _): self = .database(nil, comparesTypes: !frame.isSQLite(connection))
        }
    }

    mutating func write(_ columns: [SQLColumn], _ mode: Assets.WriteMode, _ change: SchemaChange) -> Refusal? {
        switch self {
        case .lake(let table):
            do {
                let after = try Self.after(columns, into: table, mode, change)
                if change == .fail, let table, after != table { return .change }
                self = .lake(after)
                return nil
            } catch {
                // What cannot be stored at all is told where its query is.
                guard case .typeChange(let column, _, _) = error.kind else { return nil }
                return .type(column: column)
            }
        case .database(let table, let comparesTypes):
            if mode == .overwrite {
                self = .database(columns, comparesTypes: comparesTypes)
                return nil
            }
            guard let table else { return nil }
            for column in columns {
                guard let present = table.first(where: { $0.name.lowercased() == column.name.lowercased() }) else { return .missing(column: column.name) }
                if comparesTypes, !column.type.fits(present.type) { return .type(column: column.name) }
            }
            return nil
        }
    }

    private static func after(
        _ columns: [SQLColumn], into table: DeltaSchema?, _ mode: Assets.WriteMode, _ change: SchemaChange
    ) throws(LakeError) -> DeltaSchema {
        switch mode {
        case .append: try DeltaSchema.afterWriting(columns, into: table, mode: .append)
        case .merge: try DeltaSchema.afterWriting(columns, into: table, mode: .merge)
        case .overwrite: try DeltaSchema.afterWriting(columns, into: table, mode: .overwrite(allowTypeChange: change == .replace))
        }
    }
}

extension FrameScope {
    /// Whether the connection is to SQLite, in some environment.
    func isSQLite(_ connection: String) -> Bool {
        environments.contains { file in
            if case .sqlite? = file.asset.connections.value(named: connection)?.kind { true } else { false }
        }
    }
}
