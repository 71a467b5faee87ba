internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Engine
internal import Git
internal import Support
internal import Validation

/// Some files of an environment's branch, named by assets or paths.
struct PromotionPick: Sendable {
    let ahead: LoadedProject
    let aheadTree: GitTree
    let behind: LoadedProject
    let behindTree: GitTree

    init(_ sides: PromotionSides) throws {
        let repository = try sides.toSite.repository()
        aheadTree = GitTree(try repository.files(of: sides.source, in: sides.project))
        behindTree = GitTree(try repository.files(of: sides.target.tip, in: sides.project))
        ahead = ProjectLoader.load(aheadTree)
        behind = ProjectLoader.load(behindTree)
    }

    /// Paths from the project's folder of what was named and of what belongs to it, as far as they differ between the branches.
    func paths(_ words: [String]) throws -> [String] {
        let named = try words.flatMap { try paths($0) }
        return try Set(named.map { ExactText(FileSystem.normalise($0)) }).sorted().map(\.text).filter { path in
            try file(path, in: aheadTree) != file(path, in: behindTree)
        }
    }

    /// Names of the pipelines among what was picked.
    func pipelines(of paths: [String]) -> [LoadedPipeline] {
        let picked = Set(paths.map { ExactText($0) })
        return ahead.files.filter { picked.contains(ExactText($0.path)) || $0.sqlPaths.contains { picked.contains(ExactText(FileSystem.normalise($0))) } }
    }

    private func file(_ path: String, in tree: GitTree) throws -> GitFile? { try tree.files.file(at: FileSystem.join(tree.files.folder, path)) }

    private func paths(_ word: String) throws -> [String] {
        let slash = word.firstIndex(of: "/")
        let (kind, name) = slash.map { (String(word[..<$0]), String(word[word.index(after: $0)...])) } ?? (nil, word)
        if kind == nil || kind == "pipeline", let found = pipeline(name) { return found }
        if kind == nil || kind == "template", let found = templates([name]) { return found }
        if kind == "environment", let found = both({ $0.environment(named: name)?.path }) { return found }
        if kind == "schema", let found = both({ project in project.schemas.first { $0.name == name }?.path }) { return found }
        let path = FileSystem.normalise(word)
        for project in [ahead, behind] {
            if let owner = project.files.first(where: { ExactText($0.path) == ExactText(path) }), let found = pipeline(owner.name) { return found }
        }
        let found = try [aheadTree, behindTree].flatMap { tree -> [String] in
            guard let file = try file(path, in: tree) else { return [] }
            guard file.mode == .folder else { return [path] }
            return try GitFileTree(tree.files.root!, in: FileSystem.join(tree.files.folder, path), objects: tree.files.objects).allFiles().map { FileSystem.join(path, $0.path) }
        }
        guard found.isEmpty else { return found }
        let names = ahead.files.map(\.name) + ahead.templates.map { "template/" + $0.asset.name.value }
        throw CommandFailure(
            "there is no pipeline, template or file \"\(word)\"", help: Suggestion.nearest(to: word, in: names).map { "did you mean \"\($0)\"?" }, .usage)
    }

    private func both(_ path: (LoadedProject) -> String?) -> [String]? {
        let found = [ahead, behind].compactMap(path)
        return found.isEmpty ? nil : found
    }

    /// Its file, under both names where it was moved, with its SQL and its templates as they are now.
    private func pipeline(_ name: String) -> [String]? {
        guard let files = both({ project in project.files.first { $0.name == name }?.path }) else { return nil }
        guard let file = ahead.files.first(where: { $0.name == name }) else { return files }
        return files + file.sqlPaths + (templates(file.usedTemplates.sorted()) ?? [])
    }

    private func templates(_ names: [String]) -> [String]? {
        let found = names.flatMap { name in both { project in project.templates.first { $0.asset.name.value == name }?.path } ?? [] }
        return found.isEmpty ? nil : found
    }

    // MARK: What is missing

    /// What picked pipelines need that is made by others which were not picked: `sales needs silver.customers.segment, which pipeline customers makes`.
    func needs(of paths: [String], ahead full: ProjectSnapshot, result: ProjectSnapshot) -> [(words: String, pick: String)] {
        var found: [(words: String, pick: String)] = []
        let picked = pipelines(of: paths)
        let names = Set(picked.map(\.name))
        for pipeline in picked {
            guard let facts = full.pipelines.first(where: { $0.givenName == pipeline.name }) else { continue }
            for table in Set(facts.reads.map(\.table)).sorted(by: { $0.text < $1.text }) {
                guard let maker = full.pipelines.first(where: { other in !names.contains(other.givenName) && other.writes.contains { $0.table == table } }) else { continue }
                let there = Set((result.columns[.lake(table)] ?? []).map { $0.name.lowercased() })
                let lacking = (full.columns[.lake(table)] ?? []).map(\.name).filter { !there.contains($0.lowercased()) }
                guard !lacking.isEmpty else { continue }
                let mentioned = lacking.filter { isMentioned($0, in: pipeline) }
                let what = there.isEmpty ? table.text : (mentioned.isEmpty ? lacking : mentioned).map { "\(table.text).\($0)" }.joined(separator: ", ")
                found.append(("\(pipeline.name) needs \(what), which pipeline \(maker.givenName) makes", maker.givenName))
            }
            for call in facts.calls where !result.pipelines.contains(where: { $0.givenName == call.target }) && full.pipelines.contains(where: { $0.givenName == call.target }) {
                found.append(("\(pipeline.name) runs pipeline \(call.target)", call.target))
            }
        }
        return found
    }

    private func isMentioned(_ column: String, in pipeline: LoadedPipeline) -> Bool {
        let texts = [pipeline.bytes] + pipeline.sqlPaths.compactMap { try? aheadTree.read($0) }
        return texts.contains { String(decoding: $0, as: UTF8.self).lowercased().contains(column.lowercased()) }
    }
}
