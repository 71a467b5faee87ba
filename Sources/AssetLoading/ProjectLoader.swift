internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support
internal import YAML

/// Files to model: small steps, each adding what it finds. Never throws; what is wrong is a diagnostic.
package struct ProjectLoader {
    private let tree: any AssetTree
    private var diagnostics: [Diagnostic] = []
    private var gaps = Gaps()
    /// Where YAML itself is wrong: what cannot be read there needs no second finding.
    private var faults: [String: Set<SourcePosition>] = [:]

    package static func load(_ tree: some AssetTree) -> LoadedProject {
        var loader = ProjectLoader(tree: tree)
        return loader.load()
    }

    private init(tree: any AssetTree) { self.tree = tree }

    private mutating func load() -> LoadedProject {
        let project = loadProject()
        let documents = loadDocuments(project?.folders ?? .standard)
        let templates = decode(documents, .template, Template.codec)
        let known = Dictionary(templates.map { ($0.asset.name.value, $0.asset) }, uniquingKeysWith: { first, _ in first })
        let environments = decode(documents, .environment, Environment.codec)
        var usedTemplates: Set<String> = []
        let pipelines = decode(documents, .pipeline, Pipeline.codec, templates: known, usedTemplates: &usedTemplates)
        let schemas = decode(documents, .sourceSchema, SourceSchema.codec)
        for template in templates where !usedTemplates.contains(template.asset.name.value) { check(unused: template.asset, known) }
        reportDuplicates(templates.map { ($0.asset.name, "template") })
        reportDuplicates(environments.map { ($0.asset.name, "environment") })
        reportDuplicates(pipelines.map { ($0.asset.name, "pipeline") })
        let sqlFiles = loadSQL(of: pipelines)
        return LoadedProject(
            project: project, environments: environments, pipelines: pipelines, templates: templates, schemas: schemas, sqlFiles: sqlFiles,
            usedTemplates: usedTemplates, gaps: gaps, diagnostics: diagnostics.inOrder())
    }

    private struct Document {
        let path: String
        let kind: AssetKind
        let root: YAMLNode
    }

    private mutating func loadProject() -> Project? {
        let path = Project.fileName
        guard let bytes = read(path, missing: .projectNotFound, "there is no \(path) in this folder", at: nil) else { return nil }
        let parsed = YAMLDocument.parse(bytes, path: path)
        diagnostics += parsed.diagnostics
        guard let document = parsed.document else { return nil }
        let context = DecodingContext(asset: "project")
        let project = Project.codec.decode(.node(document.root), context)
        diagnostics += context.diagnostics
        return project
    }

    private mutating func loadDocuments(_ folders: Project.Folders) -> [Document] {
        var documents: [Document] = []
        var seen: Set<String> = []
        for folder in [folders.pipelines, folders.environments, folders.templates, folders.schemas] {
            for path in list(folder) where (path.hasSuffix(".yml") || path.hasSuffix(".yaml")) && seen.insert(path).inserted {
                if let document = loadDocument(path) {
                    documents.append(document)
                } else {
                    noteUnread(path, name: nil, in: folder, folders)
                }
            }
        }
        return documents
    }

    private mutating func loadDocument(_ path: String) -> Document? {
        guard let bytes = read(path, missing: .missingFile, "\(path) does not exist", at: SourceRange(path: path)) else { return nil }
        let parsed = YAMLDocument.parse(bytes, path: path)
        diagnostics += parsed.diagnostics
        faults[path] = Set(parsed.diagnostics.compactMap(\.range?.start))
        guard let root = parsed.document?.root else { return nil }
        guard root.kind == .mapping else {
            let problem = root.kind == .null ? "this file is empty" : "this file holds no asset: it is not a mapping"
            diagnostics.append(
                Diagnostic(.notAnAsset, problem, at: root.range, help: root.kind == .null ? "describe an asset in it, or remove it" : nil))
            return nil
        }
        let words = AssetKind.allCases.map(\.rawValue)
        guard let kindNode = root["kind"], let word = kindNode.text else {
            if let kindNode = root["kind"] {
                diagnostics.append(Diagnostic(.notAnAsset, "\"kind\" must be text", at: kindNode.range, help: AssetKind.choices))
                return nil
            }
            diagnostics.append(
                Diagnostic(
                    .notAnAsset, "this file does not say what it is: \"kind\" is missing", at: SourceRange(path: path),
                    help: "start it with \"apiVersion: \(AssetKind.apiVersion)\" and \"kind: Pipeline\" (or Environment, Template, SourceSchema)"))
            return nil
        }
        guard let kind = AssetKind(rawValue: word), kind != .project else {
            diagnostics.append(
                Diagnostic(
                    .notAnAsset, "\"\(word)\" is no kind of asset", at: kindNode.range,
                    help: Suggestion.nearest(to: word, in: words).map { "did you mean \"\($0)\"?" }
                        ?? AssetKind.choices))
            return nil
        }
        return Document(path: path, kind: kind, root: root)
    }

    private mutating func noteUnread(_ path: String, name: String?, in folder: String, _ folders: Project.Folders) {
        switch folder {
        case folders.environments: noteUnread(path, name: name, as: .environment)
        case folders.templates: noteUnread(path, name: name, as: .template)
        case folders.schemas: noteUnread(path, name: name, as: .sourceSchema)
        default: noteUnread(path, name: name, as: .pipeline)
        }
    }

    /// A file is mostly called after the asset in it.
    private mutating func noteUnread(_ path: String, name: String?, as kind: AssetKind) {
        let file = path.split(separator: "/").last ?? ""
        let name = name ?? String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
        switch kind {
        case .environment:
            gaps.unreadEnvironments.insert(name)
            gaps.hasBrokenEnvironment = true
        case .template: gaps.unreadTemplates.insert(name)
        case .sourceSchema: gaps.unreadSchemas.insert(name)
        case .pipeline, .project: gaps.unreadPipelines.insert(name)
        }
    }

    private mutating func check(unused template: Template, _ templates: [String: Template]) {
        let context = DecodingContext(asset: "template " + template.name.value, templates: templates)
        context.unreadTemplates = gaps.unreadTemplates
        context.check(unused: template)
        diagnostics += context.diagnostics
    }

    private mutating func decode<Asset: Sendable>(
        _ documents: [Document], _ kind: AssetKind, _ codec: Codec<Asset>
    ) -> [AssetFile<Asset>] {
        var used: Set<String> = []
        return decode(documents, kind, codec, templates: [:], usedTemplates: &used)
    }

    private mutating func decode<Asset: Sendable>(
        _ documents: [Document], _ kind: AssetKind, _ codec: Codec<Asset>, templates: [String: Template],
        usedTemplates: inout Set<String>
    ) -> [AssetFile<Asset>] {
        var assets: [AssetFile<Asset>] = []
        for document in documents where document.kind == kind {
            let name = document.root[kind == .sourceSchema ? "connection" : "name"]?.text
            let context = DecodingContext(asset: kind.word + (name.map { " " + $0 } ?? ""), templates: templates)
            context.unreadTemplates = gaps.unreadTemplates
            let asset = codec.decode(.node(document.root), context)
            let faults = faults[document.path] ?? []
            diagnostics += context.diagnostics.filter { finding in
                guard let range = finding.range, range.path == document.path else { return true }
                return !faults.contains(range.start)
            }
            usedTemplates.formUnion(context.usedTemplates)
            if !context.lostActivities.isEmpty { gaps.lostActivities[document.path] = context.lostActivities }
            if kind == .environment, context.errorCount > 0 { gaps.hasBrokenEnvironment = true }
            if asset == nil { noteUnread(document.path, name: name, as: kind) }
            if let asset { assets.append(AssetFile(path: document.path, asset: asset)) }
        }
        return assets
    }

    /// Names that differ only by case would meet in file systems and expressions that ignore it.
    private mutating func reportDuplicates(_ names: [(name: Located<String>, word: String)]) {
        var first: [String: Located<String>] = [:]
        for (name, word) in names {
            let key = name.value.lowercased()
            if let earlier = first[key] {
                diagnostics.append(
                    Diagnostic(
                        .duplicateName, "there is already a\(word.first == "e" ? "n" : "") \(word) named \"\(earlier.value)\"", at: name.range,
                        labels: [.init(earlier.range, "first here")],
                        notes: name.value == earlier.value ? [] : ["names are compared without case"]))
            } else {
                first[key] = name
            }
        }
    }

    private mutating func loadSQL(of pipelines: [AssetFile<Pipeline>]) -> [String: SQLFile] {
        var files: [String: SQLFile] = [:]
        var failed: Set<String> = []
        func visit(_ activities: [Activity], _ body: (SQLSource) -> Void) {
            for activity in activities {
                if case .transform(let transform) = activity.kind { body(transform.query) }
                visit(activity.kind.children, body)
            }
        }
        var sources: [SQLSource] = []
        for pipeline in pipelines { visit(pipeline.asset.activities) { sources.append($0) } }
        for source in sources {
            guard case .file(let written, _, let call) = source else { continue }
            let path = SQLFile.path(of: written)
            if files[path] != nil || failed.contains(path) { continue }
            let labels = call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
            guard let bytes = read(path, missing: .missingFile, "there is no file \(path)", at: written.range, labels: labels) else {
                failed.insert(path)
                continue
            }
            guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                diagnostics.append(Diagnostic(.unreadableFile, "\(path) is not a text file in UTF-8", at: written.range, labels: labels))
                failed.insert(path)
                continue
            }
            // A byte order mark is no part of the text: the engine would count it.
            let parsed = SQLText.parse(file: text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? String(decoding: bytes.dropFirst(3), as: UTF8.self) : text, path: path)
            diagnostics += parsed.diagnostics
            files[path] = SQLFile(path: path, text: parsed.text)
        }
        return files
    }

    // MARK: Reading

    private mutating func list(_ folder: String) -> [String] {
        do {
            return try tree.files(below: folder)
        } catch {
            report(error, at: nil)
            return []
        }
    }

    private mutating func read(
        _ path: String, missing: DiagnosticCode, _ message: String, at range: SourceRange?, labels: [Diagnostic.Label] = []
    ) -> [UInt8]? {
        do {
            return try tree.read(path)
        } catch .notFound {
            diagnostics.append(Diagnostic(missing, message, at: range, labels: labels, help: missing == .projectNotFound ? "run `pipectl init` here, or name the project's folder with --project" : nil))
        } catch {
            report(error, at: range)
        }
        return nil
    }

    private mutating func report(_ error: AssetTreeError, at range: SourceRange?) {
        let range = range ?? SourceRange(path: error.path)
        switch error {
        case .notFound(let path): diagnostics.append(Diagnostic(.missingFile, "there is no file \(path)", at: range))
        case .outsideProject(let path):
            diagnostics.append(
                Diagnostic(
                    .outsideProject, "\(path) lies outside of the project", at: range,
                    help: "copy the file into the project: what runs must be in its repository"))
        case .tooLarge(let path, let limit):
            diagnostics.append(Diagnostic(.unreadableFile, "\(path) is larger than \(limit >> 20) MB and was not read", at: range))
        case .unreadable(let path, let reason):
            diagnostics.append(Diagnostic(.unreadableFile, "\(path) cannot be read: \(reason)", at: range))
        }
    }
}
