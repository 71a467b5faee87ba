package import Assets

/// A view of the warehouse, as a pipeline declares it.
package struct DeclaredView: Sendable {
    package let name: LakeName
    package let source: SQLSource
    /// nil where its file could not be read.
    package let text: SQLText?
}

extension LoadedProject {
    /// Views of the warehouse, of all pipelines, in the order of the files.
    package var views: [DeclaredView] {
        files.flatMap { file in
            Self.publishes(file.pipeline?.activities ?? []).flatMap { publish in
                publish.views.compactMap { view in
                    LakeName(view.name).map { DeclaredView(name: $0, source: view.value, text: file.sql(of: view.value)) }
                }
            }
        }
    }

    /// Tables that are published under names that stand in the files.
    package var publishedTables: [LakeName] {
        files.flatMap { Self.publishes($0.pipeline?.activities ?? []) }.flatMap(\.tables).compactMap { $0.literal.flatMap(LakeName.init) }
    }

    private static func publishes(_ activities: [Activity]) -> [ActivityKind.Publish] {
        activities.flatMap { activity -> [ActivityKind.Publish] in
            if case .publish(let publish) = activity.kind { return [publish] }
            return publishes(activity.kind.children)
        }
    }
}
