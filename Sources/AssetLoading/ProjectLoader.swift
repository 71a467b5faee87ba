package import Assets
package import Diagnostics
package import Support

/// Files to model. Never throws; what is wrong is a diagnostic.
package enum ProjectLoader {
    package static func load(_ tree: some AssetTree) -> LoadedProject {
        let files = AssetFiles.read(tree)
        let parsed = ParsedFiles.parse(files, except: [])
        let frame = FrameLoader.load(files, parsed, tree)
        let loader = PipelineLoader(tree: tree, frame: frame)
        let pipelines = parsed.documents.filter { $0.kind == .pipeline }.concurrentMap(chunk: 2) { loader.load($0, finding: parsed.diagnostics[ExactText($0.path)] ?? []) }
        return LoadedProject(frame: frame, files: pipelines, schemas: SchemaLoader.load(parsed))
    }
}

extension ProjectLoader {
    /// Project, environments and templates alone, wherever they lie: what has none of them in it by its looks is not parsed.
    package static func frame(of tree: some AssetTree) -> ProjectFrame {
        let files = AssetFiles.read(tree)
        let others = files.files.filter { file in
            guard file.folder != .environment, file.folder != .template else { return false }
            return (try? tree.mentions(in: file.path))?.mayHoldOthers == false
        }
        return FrameLoader.load(files, ParsedFiles.parse(files, except: Set(others.map { ExactText($0.path) })), tree)
    }
}

/// What could be made of the files, as YAML.
package struct ParsedFiles: Sendable {
    /// In the order of the files.
    let documents: [AssetDocument]
    /// By path.
    let diagnostics: [ExactText: [Diagnostic]]
    /// Files that hold no asset that can be told.
    package let unread: [AssetFiles.File]
    /// Places in `documents`, by path.
    private let places: [ExactText: Int]

    private init(documents: [AssetDocument], diagnostics: [ExactText: [Diagnostic]], unread: [AssetFiles.File]) {
        self.documents = documents
        self.diagnostics = diagnostics
        self.unread = unread
        places = Dictionary(documents.enumerated().map { (ExactText($0.element.path), $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    func document(_ path: String) -> AssetDocument? { places[ExactText(path)].map { documents[$0] } }

    /// - Parameter known: paths of files that need not be looked at.
    package static func parse(_ files: AssetFiles, except known: Set<ExactText>) -> ParsedFiles {
        // A large file that comes last would keep one thread busy alone.
        let wanted = files.files.filter { !known.contains(ExactText($0.path)) }.enumerated()
            .sorted { ($1.element.bytes?.count ?? 0, $0.offset) < ($0.element.bytes?.count ?? 0, $1.offset) }
        let bySize = wanted.map(\.element).concurrentMap(chunk: 4) { file -> (document: AssetDocument?, diagnostics: [Diagnostic]) in
            guard let bytes = file.bytes else { return (nil, file.finding.map { [$0] } ?? []) }
            return AssetDocument.read(bytes, path: file.path)
        }
        let inOrder = zip(wanted, bySize).sorted { $0.0.offset < $1.0.offset }
        let (files, results) = (inOrder.map(\.0.element), inOrder.map(\.1))
        var diagnostics: [ExactText: [Diagnostic]] = [:]
        for (file, result) in zip(files, results) where !result.diagnostics.isEmpty { diagnostics[ExactText(file.path)] = result.diagnostics }
        return ParsedFiles(
            documents: results.compactMap(\.document), diagnostics: diagnostics,
            unread: zip(files, results).filter { $1.document == nil }.map(\.0))
    }

    /// What is wrong with a file before it is known what asset it holds.
    package static func findings(in file: AssetFiles.File) -> [Diagnostic] {
        file.bytes.map { AssetDocument.read($0, path: file.path).diagnostics } ?? file.finding.map { [$0] } ?? []
    }

    /// Paths of files that hold assets of that kind.
    package func paths(of kind: AssetKind) -> [String] { documents.filter { $0.kind == kind }.map(\.path) }
}

/// Project, environments and templates.
package struct FrameLoader {
    private let parsed: ParsedFiles
    private var gaps = Gaps()
    private var diagnostics: [Diagnostic]

    package static func load(_ files: AssetFiles, _ parsed: ParsedFiles, _ tree: some AssetTree) -> ProjectFrame {
        var loader = FrameLoader(parsed: parsed, diagnostics: files.diagnostics)
        return loader.load(files, FileReader(tree: tree))
    }

    private init(parsed: ParsedFiles, diagnostics: [Diagnostic]) {
        self.parsed = parsed
        self.diagnostics = diagnostics
    }

    private mutating func load(_ files: AssetFiles, _ reader: FileReader) -> ProjectFrame {
        for file in parsed.unread {
            diagnostics += parsed.diagnostics[ExactText(file.path)] ?? []
            noteUnread(file.path, name: nil, as: file.folder)
        }
        let templates = decode(.template, Template.codec)
        let environments = decode(.environment, Environment.codec)
        diagnostics += DuplicateNames.check(templates.map(\.asset.name), word: "template")
        diagnostics += DuplicateNames.check(environments.map(\.asset.name), word: "environment")
        for environment in environments { diagnostics += DuplicateNames.check(environment.asset.vaults.map(\.key), word: "vault") }
        let stores = secretStores(of: environments.map(\.asset), reader)
        return ProjectFrame(
            project: files.project, environments: environments, templates: templates, secretStores: stores, sources: sources(files),
            gaps: gaps, diagnostics: diagnostics)
    }

    /// By path; each file is read once, whoever shares it.
    private mutating func secretStores(of environments: [Environment], _ reader: FileReader) -> [String: SecretStoreNames] {
        var stores: [String: SecretStoreNames] = [:]
        for environment in environments {
            for written in environment.stores where stores[written.value] == nil {
                let store = SecretStoreNames.read(written, of: environment.name.value, reader)
                diagnostics += store.diagnostics
                stores[written.value] = store
            }
        }
        return stores
    }

    private func sources(_ files: AssetFiles) -> [SourceFile] {
        let project = files.projectBytes.map { [SourceFile(path: Project.fileName, bytes: $0)] } ?? []
        return project
            + parsed.documents.filter { $0.kind == .environment || $0.kind == .template }.map { SourceFile(path: $0.path, bytes: $0.bytes) }
    }

    /// A file is mostly called after the asset in it.
    private mutating func noteUnread(_ path: String, name: String?, as kind: AssetKind) {
        let name = name ?? AssetDocument.fileName(of: path)
        switch kind {
        case .environment:
            gaps.unreadEnvironments.insert(name)
            gaps.hasBrokenEnvironment = true
        case .template: gaps.unreadTemplates.insert(name)
        case .sourceSchema: gaps.unreadSchemas.insert(name)
        case .pipeline, .project: gaps.unreadPipelines.insert(name)
        }
    }

    private mutating func decode<Asset: Sendable>(_ kind: AssetKind, _ codec: Codec<Asset>) -> [AssetFile<Asset>] {
        var assets: [AssetFile<Asset>] = []
        for document in parsed.documents where document.kind == kind {
            diagnostics += parsed.diagnostics[ExactText(document.path)] ?? []
            let context = DecodingContext(asset: document.assetName)
            let asset = codec.decode(.node(document.root), context)
            diagnostics += document.withoutFaults(context.diagnostics)
            if kind == .environment, context.errorCount > 0 { gaps.hasBrokenEnvironment = true }
            if let asset {
                assets.append(AssetFile(path: document.path, asset: asset))
            } else {
                noteUnread(document.path, name: document.name, as: kind)
            }
        }
        return assets
    }
}

extension AssetDocument {
    /// `pipeline sales`
    var assetName: String { kind.word + (name.map { " " + $0 } ?? "") }

    /// `sales` for `pipelines/sales.yml`.
    static func fileName(of path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
    }

    func withoutFaults(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        guard !faults.isEmpty else { return diagnostics }
        return diagnostics.filter { finding in
            guard let range = finding.range, range.path == path else { return true }
            return !faults.contains(range.start)
        }
    }
}

/// Names that differ only by case would meet in file systems and expressions that ignore it.
package enum DuplicateNames {
    package static func check(_ names: [Located<String>], word: String) -> [Diagnostic] {
        var first: [String: Located<String>] = [:]
        var diagnostics: [Diagnostic] = []
        for name in names {
            let key = name.value.lowercased()
            if let earlier = first[key] {
                diagnostics.append(
                    Diagnostic(
                        .duplicateName, "there is already a\("ae".contains(word.first ?? "x") ? "n" : "") \(word) named \"\(earlier.value)\"", at: name.range,
                        labels: [.init(earlier.range, "first here")],
                        notes: name.value == earlier.value ? [] : ["names are compared without case"]))
            } else {
                first[key] = name
            }
        }
        return diagnostics
    }
}
