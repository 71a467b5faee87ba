package import AssetLoading
internal import Assets
package import Connectors
package import Engine
internal import Expressions

extension ResolvedEnvironment {
    /// Views of a project, as they shall be in this environment's warehouse.
    package func views(of project: LoadedProject, session: any EngineSession) async throws -> [WarehouseView] {
        // What validation refuses is left out: a run of the working tree may go on beside it.
        let declared = project.views.compactMap { view in
            view.text?.dynamic.literalText.map { (name: view.name, sql: $0) }
        }
        guard !declared.isEmpty else { return [] }
        return try await WarehouseView.prepare(declared, published: project.publishedTables, schema: warehouseSchema, session: session)
    }
}
