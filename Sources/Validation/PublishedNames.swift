package import AssetLoading
package import Assets

/// What is in the warehouse, by names without regard to case: databases do not tell them apart.
package struct PublishedNames: Sendable {
    private var addresses: [String: TableAddress] = [:]

    /// Of two of one name, the table; of several views, the first.
    package init(_ pipelines: [PipelineFacts]) {
        for view in pipelines.lazy.flatMap(\.views) where addresses[view.name.text.lowercased()] == nil {
            addresses[view.name.text.lowercased()] = .view(view.name)
        }
        for use in pipelines.lazy.flatMap(\.publishes) { addresses[use.table.text.lowercased()] = .lake(use.table) }
    }

    package init(_ project: LoadedProject) {
        for view in project.views where addresses[view.name.text.lowercased()] == nil { addresses[view.name.text.lowercased()] = .view(view.name) }
        for pipeline in project.pipelines {
            pipeline.asset.forEachActivity { activity in
                guard case .publish(let publish) = activity.kind else { return }
                for name in publish.tables.compactMap({ $0.literal.flatMap(LakeName.init) }) { addresses[name.text.lowercased()] = .lake(name) }
            }
        }
    }

    /// Of nothing.
    package init() {}

    /// The view, or the table of the lake that is published under that name.
    package subscript(_ name: LakeName) -> TableAddress? { addresses[name.text.lowercased()] }

    package var texts: [String] {
        addresses.values.map { address in
            switch address {
            case .lake(let name), .view(let name): name.text
            case .database: address.text
            }
        }.sorted()
    }
}
