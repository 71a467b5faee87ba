internal import AssetLoading
internal import Assets
internal import Connectors
internal import Engine
internal import Validation

extension Workspace {
    /// Whether a name that was given in place of a connection stands for what pipelines publish.
    func isWarehouse(_ name: String) -> Bool { project.frame.isWarehouse(name) }

    private var warehouseLock: LoadedSchema? {
        project.schemas.first { $0.schema.map { isWarehouse($0.connection.value) } ?? false }
    }

    var hasWarehouseLock: Bool { warehouseLock != nil }

    /// The tables that pipelines publish, with the columns that the compiled SQL gives them, beside those that are locked.
    func publishedTables() async throws -> SourceSurvey.Entry {
        try requireValidFiles()
        let columns = try await validated().columns
        let locked = warehouseLock
        var tables: [String: LiveSchema.Relation] = [:]
        var unknown: Set<String> = []
        var unknownPlaces = 0
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                guard case .publish(let publish) = activity.kind else { return }
                for written in publish.tables {
                    guard let name = written.literal.flatMap(LakeName.init) else {
                        unknownPlaces += 1
                        continue
                    }
                    let before = locked?.schema?.tables.first { $0.name.lowercased() == name.text.lowercased() }
                    if let known = columns[.lake(name)] {
                        tables[name.text.lowercased()] = .init(
                            name: before?.name ?? name.text, columns: known, key: before?.value.key.map(\.value) ?? [])
                    } else {
                        unknown.insert(name.text)
                        tables[name.text.lowercased()] = before.flatMap { .init(name: $0.name, locked: $0.value.columns) }
                    }
                }
            }
        }
        if unknownPlaces > 0 {
            // It may be one of those that is published there.
            for table in locked?.schema?.tables ?? [] where tables[table.name.lowercased()] == nil {
                tables[table.name.lowercased()] = .init(name: table.name, locked: table.value.columns)
            }
        }
        return SourceSurvey.Entry(
            name: SourceSchema.warehouse, isDatabase: false, locked: locked,
            live: LiveSchema(connection: SourceSchema.warehouse, tables: Array(tables.values)), unknownReads: unknownPlaces,
            unknownTables: unknown.sorted())
    }
}
