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

    /// How many activities and views take their SQL from that file.
    package func uses(ofSQL path: String) -> Int {
        func count(_ activities: [Activity]) -> Int {
            activities.reduce(0) { sum, activity in
                let own = activity.kind.queries.filter { if case .file(let written, _, _) = $0 { SQLFile.path(of: written) == path } else { false } }
                return sum + own.count + count(activity.kind.children)
            }
        }
        return files.reduce(0) { $0 + count($1.pipeline?.activities ?? []) }
    }

    private static func publishes(_ activities: [Activity]) -> [ActivityKind.Publish] {
        activities.flatMap { activity -> [ActivityKind.Publish] in
            if case .publish(let publish) = activity.kind { return [publish] }
            return publishes(activity.kind.children)
        }
    }
}
