internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// Environments that meet in what each should have for itself.
enum SharedEnvironmentRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        let all = scope.environments.map { EnvironmentPlaces($0.asset) }
        var diagnostics: [Diagnostic] = []
        for (position, later) in all.enumerated() {
            for (other, earlier) in all.enumerated() where other != position {
                diagnostics += foreign(later, in: earlier)
                // What both have is told once, at the later of them.
                if other < position { diagnostics += shared(later, earlier) }
            }
        }
        return diagnostics + promotions(scope)
    }

    private static func shared(_ later: EnvironmentPlaces, _ earlier: EnvironmentPlaces) -> [Diagnostic] {
        let other = earlier.environment.name.value
        let asset = "environment \(later.environment.name.value)"
        func finding(_ code: DiagnosticCode, _ message: String, _ range: SourceRange, _ label: SourceRange, help: String) -> Diagnostic {
            Diagnostic(code, message, at: range, labels: [.init(label, "the same here")], help: help, asset: asset)
        }
        var diagnostics: [Diagnostic] = []
        if let root = later.root, let theirs = earlier.root, root.path == theirs.path {
            diagnostics.append(
                finding(
                    .sharedRoot, "environment \"\(other)\" has the same root, \(root.path): each would overwrite the other's tables", root.range,
                    theirs.range, help: "give each environment a root of its own"))
        }
        if let store = later.environment.secretStore, let theirs = earlier.environment.secretStore,
            FileSystem.normalise(store.value) == FileSystem.normalise(theirs.value)
        {
            diagnostics.append(
                finding(
                    .sharedSecrets, "environment \"\(other)\" has the same store of secrets", store.range, theirs.range,
                    help: "give each environment a store of its own, so that who may read one cannot read the other"))
        }
        let isSameRoot = later.root.map { $0.path == earlier.root?.path } ?? false
        if let file = later.warehouseFile, let theirs = earlier.warehouseFile, file.path == theirs.path, !isSameRoot {
            diagnostics.append(
                finding(
                    .sharedWarehouse, "environment \"\(other)\" has the same warehouse", file.range, theirs.range,
                    help: "give each environment a warehouse of its own"))
        }
        if let server = later.warehouseServer, let theirs = earlier.warehouseServer, server == theirs {
            diagnostics.append(
                finding(
                    .sharedWarehouse, "environment \"\(other)\" publishes into the same database and schema", server.range, theirs.range,
                    help: "give each environment a database or schema of its own"))
        }
        return diagnostics
    }

    /// Places of an environment inside the root of another one.
    private static func foreign(_ environment: EnvironmentPlaces, in other: EnvironmentPlaces) -> [Diagnostic] {
        guard let theirs = other.root, environment.root?.path != theirs.path else { return [] }
        func finding(_ what: String, _ place: EnvironmentPlaces.Place) -> Diagnostic? {
            // Within its own root, which is told itself where it lies there.
            if let root = environment.root, place.path != root.path, place.lies(in: root) { return nil }
            guard place.lies(in: theirs) else { return nil }
            return Diagnostic(
                .foreignPath, "\(what) lies in the root of environment \"\(other.environment.name.value)\"", at: place.range,
                labels: [.init(theirs.range, "the root of that environment")], help: "name a place outside of it",
                asset: "environment \(environment.environment.name.value)")
        }
        var diagnostics: [Diagnostic?] = [environment.root.flatMap { finding("the root", $0) }]
        diagnostics += environment.connections.map { finding("connection \"\($0.name)\"", $0.place) }
        diagnostics.append(environment.warehouseFile.flatMap { finding("the warehouse", $0) })
        return diagnostics.compactMap { $0 }
    }

    private static func promotions(_ scope: FrameScope) -> [Diagnostic] {
        let environments = scope.environments.map(\.asset)
        let from = Dictionary(
            environments.compactMap { environment in environment.promotion.map { (environment.name.value, $0.from) } },
            uniquingKeysWith: { first, _ in first })
        return environments.compactMap { environment in
            var path = [environment.name.value]
            var labels: [Diagnostic.Label] = []
            while let next = from[path[path.count - 1]]?.value {
                if next == path[0] {
                    // A circle is told once, at the environment whose name comes first.
                    guard path.min() == path[0], let promotion = environment.promotion else { return nil }
                    return Diagnostic(
                        .promotionCycle,
                        path.count == 1
                            ? "the environment is promoted from itself"
                            : "environments are promoted from each other: \((path + [next]).joined(separator: " from "))",
                        at: promotion.from.range, labels: labels,
                        help: path.count == 1
                            ? "name the environment that is deployed before it, or remove \"promotion\""
                            : "remove \"promotion\" from the one that takes its releases from a branch", asset: "environment \(path[0])")
                }
                guard !path.contains(next) else { return nil }
                path.append(next)
                if let range = from[next]?.range { labels.append(.init(range, "and \"\(next)\" from this one")) }
            }
            return nil
        }
    }
}

extension DiagnosticCode {
    static let sharedRoot = DiagnosticCode(
        "shared-root", isAdvice: true, summary: "Two environments have the same root.",
        explanation: "The root holds the lake, the warehouse, the journal of runs and the releases of an environment. With one root for two, a run of one changes the tables of the other. Variables of the process that would set a root otherwise are taken as not set.",
        example: "# dev.yml\nroot: data\n# prod.yml\nroot: data", fix: "# dev.yml\nroot: data/dev\n# prod.yml\nroot: data/prod")
    static let sharedSecrets = DiagnosticCode(
        "shared-secrets", .warning, isAdvice: true, summary: "Two environments read the same store of secrets.",
        explanation: "Whoever can decrypt the secrets of one can then decrypt those of the other.",
        example: "# dev.yml and prod.yml\nsecrets: { store: secrets/all.yml }", fix: "# dev.yml\nsecrets: { store: secrets/dev.yml }")
    static let sharedWarehouse = DiagnosticCode(
        "shared-warehouse", .warning, isAdvice: true, summary: "Two environments publish into the same warehouse.",
        explanation: "A run of one replaces what the other has published.",
        example: "# dev.yml and prod.yml\nwarehouse: { type: duckdb, path: /srv/warehouse.duckdb }", fix: "warehouse: { type: duckdb, path: warehouse.duckdb }   # below the root")
    static let foreignPath = DiagnosticCode(
        "foreign-path", .warning, isAdvice: true, summary: "A path of an environment leads into the root of another one.",
        explanation: "What lies there belongs to the other environment, and changes with its runs.",
        example: "# dev.yml\nroot: data/dev\nconnections: { lake: { type: files, root: data/prod/lake } }   # data/prod is the root of prod",
        fix: "connections: { samples: { type: files, root: samples } }")
    static let promotionCycle = DiagnosticCode(
        "promotion-cycle", summary: "Environments are promoted from each other in a circle.",
        explanation: "A release could come to none of them first. One environment takes releases from a branch and is promoted from no other.",
        example: "# dev.yml\npromotion: { from: prod }\n# prod.yml\npromotion: { from: dev }", fix: "# prod.yml\npromotion: { from: dev }")
}
