/// The picture of the modules: a target imports only from floors below its own (docs/architecture.md).
enum Floors {
    static let of: [String: Double] = [
        "Support": 0, "CYAML": 0, "CSQLite": 0, "CDuckDB": 0, "CGit2": 0, "CCrypto": 0, "CSecret": 0,
        "Diagnostics": 1, "Crypto": 1,
        "Diagrams": 2, "YAML": 2, "Expressions": 2, "Engine": 2, "Git": 2, "State": 2, "Age": 2, "Keyring": 2,
        "Lake": 3, "Sops": 3, "Secrets": 3.2, "Assets": 3, "AssetLoading": 3.5,
        "Validation": 4,
        "Connectors": 5, "Lineage": 5, "Changes": 5.5,
        "Runtime": 6, "Delivery": 6, "CommandLineKit": 6,
        "Commands": 7,
        "pipectl": 8,
    ]

    /// The one module that may import a C module, and does so with `internal import`.
    static let wrapper = ["CYAML": "YAML", "CSQLite": "State", "CDuckDB": "Engine", "CGit2": "Git", "CCrypto": "Crypto", "CSecret": "Keyring"]

    /// What any target may declare without using it yet.
    static let foundations: Set<String> = ["Support", "Diagnostics"]

    /// Modules that must not be imported: their start-up time is the tool's.
    static let barred: Set<String> = ["Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationInternationalization"]

    static let lineLimit = 500
}
