package import AssetLoading
internal import Assets
package import Diagnostics
package import Engine

/// All that can be told of a project without running it.
package enum Validator {
    package struct Report: Sendable {
        package let diagnostics: [Diagnostic]
        package let analysis: SQLAnalysis
        /// Columns by table, as far as the project's SQL tells.
        package let columns: [TableAddress: [SQLColumn]]
    }

    /// - Parameter session: of an engine with nothing in it; nil leaves out what needs SQL, where the project has none.
    package static func validate(_ project: LoadedProject, session: (any EngineSession)?) async throws(EngineError) -> Report {
        var analysis = SQLAnalysis()
        var columns: [TableAddress: [SQLColumn]] = [:]
        var found = project.diagnostics
        if let session {
            analysis = try await SQLAnalysis.analyse(project, pipelines: project.pipelines, session: session)
            found += analysis.diagnostics
        }
        found += ProjectRules.check(project)
        found += TriggerRules.check(project)
        found += SchemaRules.check(project)
        found += ExpressionRules.check(project, analysis)
        let written = writtenTables(project)
        for file in project.pipelines {
            var rules = ActivityRules(project, file.asset, analysis, writtenTables: written)
            found += rules.check()
        }
        if let session {
            let compilation = try await SQLCompilation.compile(project, analysis, session: session)
            found += compilation.diagnostics
            columns = compilation.columns.compactMapValues { $0 }
        }
        return Report(diagnostics: found.mergingUses().inOrder(), analysis: analysis, columns: columns)
    }

    /// Whether anything in the project needs the engine to be looked at.
    package static func needsEngine(_ project: LoadedProject) -> Bool {
        var needs = false
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                switch activity.kind {
                case .transform, .copy: needs = true
                default: break
                }
            }
        }
        return needs
    }

    private static func writtenTables(_ project: LoadedProject) -> Set<LakeName>? {
        guard project.gaps.unreadPipelines.isEmpty else { return nil }
        var targets: [String?] = []
        for lost in project.gaps.lostActivities.values.joined() {
            switch lost.writes {
            case .nothing: break
            case .table(let name): targets.append(name)
            case .unknown: return nil
            }
        }
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                switch activity.kind {
                case .copy(let copy): if case .lake(let name) = copy.write.into { targets.append(name.literal) }
                case .transform(let transform): if case .lake(let name) = transform.write.into { targets.append(name.literal) }
                default: break
                }
            }
        }
        guard !targets.contains(nil) else { return nil }
        return Set(targets.compactMap { $0.flatMap(LakeName.init) })
    }
}
