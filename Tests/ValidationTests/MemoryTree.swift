import AssetLoading
import Assets
import Validation

/// A project of files in memory.
struct MemoryTree: AssetTree {
    var contents: [String: String]

    init(_ contents: [String: String]) {
        self.contents = contents
        if contents["pipectl.yml"] == nil {
            self.contents["pipectl.yml"] = "apiVersion: pipectl/v1\nkind: Project\nname: test\ndefaultEnvironment: dev\n"
        }
        if contents["environments/dev.yml"] == nil {
            self.contents["environments/dev.yml"] = """
                apiVersion: pipectl/v1
                kind: Environment
                name: dev
                connections: { erp: { type: sqlite, path: erp.sqlite } }
                warehouse: { type: duckdb, path: w.duckdb }
                """
        }
    }

    func files(below folder: String) throws(AssetTreeError) -> [String] {
        contents.keys.filter { $0.hasPrefix(folder + "/") }.sorted()
    }

    func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        guard let text = contents[path] else { throw .notFound(path: path) }
        return Array(text.utf8)
    }

    /// A project of one pipeline with these activities, in YAML.
    static func activities(_ yaml: String, header: String = "") -> LoadedProject {
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
        return ProjectLoader.load(
            MemoryTree(["pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\n\(header)activities:\n\(lines)\n"]))
    }
}
