// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

// Floors, lowest first: a target imports only from floors below its own (docs/architecture.md).
let package = Package(
    name: "pipectl",
    products: [.executable(name: "pipectl", targets: ["pipectl"])],
    targets: [
        // 0: no dependency on anything of ours
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CDuckDB"),
        .target(name: "CGit2"),
        .target(name: "CCrypto"),
        .target(name: "CSecret"),
        library("Support", []),
        // 1
        library("Diagnostics", ["Support"]),
        library("Crypto", ["CCrypto"]),
        // 2
        library("Age", ["Crypto"]),
        library("Keyring", ["CSecret", "Crypto"]),
        library("Diagrams", ["Diagnostics", "Support"]),
        library("YAML", ["CYAML", "Diagnostics", "Support"]),
        library("Expressions", ["Crypto", "Diagnostics", "Support"]),
        library("Engine", ["CDuckDB", "Diagnostics", "Support"]),
        library("Git", ["CGit2", "Support"]),
        library("State", ["CSQLite", "Diagnostics", "Support"]),
        // 3
        library("Sops", ["Age", "Crypto", "YAML", "Diagnostics", "Support"]),
        library("Secrets", ["Sops", "Age", "Keyring", "Crypto", "Diagnostics", "Support"]),
        library("Lake", ["Engine", "Diagnostics", "Support"]),
        library("Assets", ["YAML", "Expressions", "Diagnostics", "Support"]),
        library("AssetLoading", ["Git", "Secrets", "Sops", "Assets", "YAML", "Diagnostics", "Support"]),
        // 4
        library("Validation", ["Lake", "AssetLoading", "Assets", "Engine", "Expressions", "YAML", "Diagnostics", "Support"]),
        // 5
        library("Lineage", [
            "Validation", "AssetLoading", "Assets", "Engine", "Expressions", "Diagrams", "Diagnostics", "Support",
        ]),
        library("Connectors", ["Crypto", "Secrets", "Expressions", "Assets", "Engine", "State", "Diagnostics", "Support"]),
        // 5.5
        library("Changes", [
            "Lineage", "Validation", "AssetLoading", "Secrets", "Sops", "Assets", "Engine", "Expressions", "YAML", "Diagnostics", "Support",
        ]),
        // 6
        library("Runtime", [
            "Connectors", "Secrets", "Crypto", "Lake", "Validation", "AssetLoading", "Assets", "Engine", "State", "Expressions",
            "Diagnostics", "Support",
        ]),
        library("Delivery", ["Connectors", "Lake", "Changes", "Validation", "AssetLoading", "Assets", "Git", "State", "Support"]),
        // 7
        library("CommandLineKit", ["Diagnostics", "Support"]),
        library("Commands", [
            "Delivery", "Runtime", "Changes", "Connectors", "Secrets", "Sops", "Age", "Keyring", "Crypto", "Lineage", "Lake", "Validation", "AssetLoading", "Assets", "Engine", "State",
            "Expressions", "YAML", "Git", "CommandLineKit", "Diagrams", "Diagnostics", "Support",
        ]),
        .executableTarget(name: "pipectl", dependencies: ["Commands", "CommandLineKit", "Support"], swiftSettings: house),

        tests("Support", ["Support"]),
        tests("Diagnostics", ["Diagnostics", "Support"]),
        tests("YAML", ["YAML", "Diagnostics", "Support"]),
        tests("Expressions", ["Expressions", "Diagnostics", "Support"]),
        tests("Engine", ["Engine", "Diagnostics", "Support"]),
        tests("Git", ["Git", "AssetLoading", "Support"]),
        tests("Crypto", ["Crypto"]),
        tests("Age", ["Age", "Crypto"]),
        tests("Keyring", ["Keyring", "Crypto"]),
        tests("Connectors", ["Connectors", "AssetLoading", "Assets", "Engine", "Diagnostics", "Support"]),
        tests("State", ["State", "Diagnostics", "Support"]),
        tests("Assets", ["Assets", "AssetLoading", "YAML", "Expressions", "Diagnostics", "Support"]),
        tests("Sops", ["Sops", "Age", "Crypto", "Diagnostics", "Support"], exclude: ["judge.py"]),
        tests("Secrets", ["Secrets", "Age", "Keyring", "Crypto", "Support"]),
        tests("Lake", ["Lake", "Engine", "Diagnostics", "Support"], exclude: ["judge.py"]),
        tests("Validation", ["Validation", "AssetLoading", "Assets", "Diagnostics", "Support"]),
        tests("Lineage", ["Lineage", "Engine", "Diagnostics", "Support"]),
        tests("Changes", ["Changes", "AssetLoading", "Validation", "Assets", "Engine", "Diagnostics", "Support"]),
        tests("Delivery", ["Delivery", "Lake", "Assets", "Engine", "Git", "State", "Support"]),
        tests("Diagrams", ["Diagrams"]),
        tests("CommandLineKit", ["CommandLineKit", "Diagnostics", "Support"]),
        tests("Runtime", ["Runtime", "Connectors", "Lake", "Validation", "AssetLoading", "Assets", "Engine", "State", "Expressions", "Diagnostics", "Support"]),
        tests("Architecture", []),
    ]
)
