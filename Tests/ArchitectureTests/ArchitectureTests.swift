import Foundation
import Testing

/// The sources of this package keep the rules.
@Suite struct ArchitectureTests {
    let files: [SourceFile]
    init() throws {
        files = try SourceScan.files(of: SourceScan.packageFolder)
        try #require(files.count > 20, "no sources found under \(SourceScan.packageFolder)")
    }

    @Test func everyTargetHasAFloor() {
        #expect(Set(files.map(\.target)).subtracting(Floors.of.keys).sorted() == [])
    }

    @Test func importsGoDownward() { #expect(Rules.upwardImports(files) == []) }

    @Test func onlyWrappersImportCModules() { #expect(Rules.wrapperImports(files) == []) }

    @Test func noFoundation() { #expect(Rules.barredImports(files) == []) }

    @Test func filesAreShort() throws {
        let all = try SourceScan.files(of: SourceScan.packageFolder, extensions: ["swift", "c", "h"])
        #expect(Rules.longFiles(all) == [])
    }

    @Test func manifestDeclaresWhatIsImported() throws {
        let manifest = try String(contentsOfFile: SourceScan.packageFolder + "/Package.swift", encoding: .utf8)
        let declared = SourceScan.declaredDependencies(inManifest: manifest)
        #expect(Set(declared.keys).isSuperset(of: ["Support", "State", "Commands", "pipectl"]), "the manifest was not understood")
        // A target without sources of its own yet imports nothing.
        let begun = Set(files.filter { $0.imports.count > 0 }.map(\.target))
        #expect(Rules.dependencies(files, declared: declared.filter { begun.contains($0.key) }) == [])
    }
}

/// The rules find what they are for.
@Suite struct RuleTests {
    private func file(_ target: String, _ text: String, name: String = "X.swift") -> SourceFile {
        SourceFile(target: target, path: "Sources/\(target)/\(name)", text: text)
    }

    @Test func importsAreRead() {
        let source = file("State", """
            // import Runtime
            internal import CSQLite
            package import Support
            import struct Foundation.Data
            @preconcurrency internal import Glibc
            @_spi(Raw) import Engine
            /*
            import Commented
            */
            let text = \"\"\"
            import Quoted
            \"\"\"
            import Last
            """)
        #expect(source.imports == [
            ImportDeclaration(module: "CSQLite", access: "internal", line: 2),
            ImportDeclaration(module: "Support", access: "package", line: 3),
            ImportDeclaration(module: "Foundation", access: nil, line: 4),
            ImportDeclaration(module: "Glibc", access: "internal", line: 5),
            ImportDeclaration(module: "Engine", access: nil, line: 6),
            ImportDeclaration(module: "Last", access: nil, line: 13),
        ])
    }

    @Test(arguments: [
        ("Support", "Diagnostics"), ("State", "Engine"), ("Engine", "Engine"), ("Assets", "AssetLoading"), ("Lake", "Assets"),
        ("Lake", "Runtime"), ("Runtime", "CommandLineKit"), ("Commands", "pipectl"), ("Diagnostics", "Validation"),
    ])
    func upwardImportIsFound(_ target: String, _ module: String) {
        #expect(Rules.upwardImports([file(target, "internal import \(module)\n")]).count == 1)
    }

    @Test(arguments: [("AssetLoading", "Assets"), ("Runtime", "Lake"), ("State", "Support"), ("pipectl", "Commands"), ("Support", "Glibc")])
    func downwardImportIsFine(_ target: String, _ module: String) {
        #expect(Rules.upwardImports([file(target, "internal import \(module)\n")]).isEmpty)
    }

    @Test func unknownTargetIsFound() {
        #expect(Rules.upwardImports([file("Helpers", "import Support")]) == [
            "Sources/Helpers/X.swift:1: target Helpers has no floor in Floors.swift"
        ])
    }

    @Test func cModulesBelongToTheirWrapper() {
        #expect(Rules.wrapperImports([file("State", "internal import CSQLite")]).isEmpty)
        #expect(Rules.wrapperImports([file("Runtime", "internal import CSQLite")]).count == 1)
        #expect(Rules.wrapperImports([file("State", "import CSQLite")]) == ["Sources/State/X.swift:1: CSQLite is imported without `internal`"])
        #expect(Rules.wrapperImports([file("Engine", "package import CDuckDB")]).count == 1)
    }

    @Test func foundationIsFound() {
        #expect(Rules.barredImports([file("Lake", "internal import Foundation"), file("Lake", "internal import Glibc")]) == [
            "Sources/Lake/X.swift:1: Lake imports Foundation"
        ])
    }

    @Test func longFileIsFound() {
        let lines = String(repeating: "x\n", count: 500)
        #expect(Rules.longFiles([file("Lake", lines)]).isEmpty)
        #expect(Rules.longFiles([file("Lake", lines + "x")]) == ["Sources/Lake/X.swift: 501 lines"])
    }

    @Test func manifestAndImportsAreCompared() {
        let declared = SourceScan.declaredDependencies(inManifest: """
            library("Support", []),
            library("Lake", ["Engine", "YAML", "Diagnostics",
                "Support"]),
            .executableTarget(name: "pipectl", dependencies: ["Commands"], swiftSettings: house),
            """)
        #expect(declared == ["Support": [], "Lake": ["Engine", "YAML", "Diagnostics", "Support"], "pipectl": ["Commands"]])
        let found = Rules.dependencies(
            [file("Lake", "internal import Engine\ninternal import Support\ninternal import State\ninternal import Glibc"), file("pipectl", "import Commands")],
            declared: declared)
        #expect(found == ["Lake declares YAML and never imports it", "Lake imports State and does not declare it"])
    }

    /// The scan itself, over a package on disk with one fault of each kind.
    @Test func fixturePackageFails() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("architecture-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sources = [
            "State/Deep/Upward.swift": "internal import Runtime\n", "Lake/Direct.swift": "internal import CSQLite\n",
            "Assets/Slow.swift": "internal import Foundation\n", "Engine/Long.swift": String(repeating: "\n", count: 501),
            "Support/Fine.swift": "internal import Glibc\n",
        ]
        for (path, text) in sources {
            let file = folder.appendingPathComponent("Sources/" + path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let files = try SourceScan.files(of: folder.path)
        #expect(files.count == 5)
        #expect(Rules.upwardImports(files) == ["Sources/State/Deep/Upward.swift:1: State (floor 2.0) imports Runtime (floor 6.0)"])
        #expect(Rules.wrapperImports(files) == ["Sources/Lake/Direct.swift:1: CSQLite is imported by Lake, not by State only"])
        #expect(Rules.barredImports(files) == ["Sources/Assets/Slow.swift:1: Assets imports Foundation"])
        #expect(Rules.longFiles(files) == ["Sources/Engine/Long.swift: 501 lines"])
    }
}
