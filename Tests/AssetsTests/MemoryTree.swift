import AssetLoading
import Assets
import Diagnostics

/// Files of a project that are only in memory.
struct MemoryTree: AssetTree {
    var contents: [String: String]

    func files(below folder: String) throws(AssetTreeError) -> [String] {
        contents.keys.filter { $0.hasPrefix(folder + "/") }.sorted()
    }

    func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        guard let text = contents[path] else { throw .notFound(path: path) }
        return Array(text.utf8)
    }
}

extension LoadedProject {
    /// A project with one environment and these further files.
    static func of(_ files: [String: String]) -> LoadedProject {
        let standard = [
            "pipectl.yml": "apiVersion: pipectl/v1\nkind: Project\nname: shop\n",
            "environments/dev.yml": "apiVersion: pipectl/v1\nkind: Environment\nname: dev\n",
        ]
        return ProjectLoader.load(MemoryTree(contents: standard.merging(files) { $1 }))
    }

    /// A project with one pipeline of these activities, indented as they are in the file, and these further files.
    static func of(activities: String, _ files: [String: String] = [:]) -> LoadedProject {
        of(files.merging(["pipelines/sales.yml": header("Pipeline", "sales") + "activities:\n" + activities]) { $1 })
    }

    static func header(_ kind: String, _ name: String) -> String { "apiVersion: pipectl/v1\nkind: \(kind)\nname: \(name)\n" }

    /// `pipelines/sales.yml:5:3 unknown-key`, in the order of the report.
    var findings: [String] {
        diagnostics.map { "\($0.range?.path ?? ""):\($0.range?.start.line ?? 0):\($0.range?.start.column ?? 0) \($0.code.name)" }
    }

    var sales: Pipeline? { pipeline(named: "sales")?.asset }
}
