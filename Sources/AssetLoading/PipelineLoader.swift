internal import Assets
internal import Diagnostics
internal import Support

/// One pipeline file to a model, with its SQL files.
package struct PipelineLoader: Sendable {
    private let reader: FileReader
    private let templates: [String: Template]
    private let unreadTemplates: Set<String>

    package init(tree: any AssetTree, frame: ProjectFrame) {
        reader = FileReader(tree: tree)
        templates = frame.templatesByName
        unreadTemplates = frame.gaps.unreadTemplates
    }

    /// nil where the file holds no pipeline any more.
    package func load(_ file: AssetFiles.File) -> LoadedPipeline? {
        guard let bytes = file.bytes else { return nil }
        let read = AssetDocument.read(bytes, path: file.path)
        guard let document = read.document, document.kind == .pipeline else { return nil }
        return load(document, finding: read.diagnostics)
    }

    package func load(_ path: String, of parsed: ParsedFiles) -> LoadedPipeline? {
        parsed.document(path).map { load($0, finding: parsed.diagnostics[ExactText(path)] ?? []) }
    }

    func load(_ document: AssetDocument, finding diagnostics: [Diagnostic]) -> LoadedPipeline {
        let context = DecodingContext(asset: document.assetName, templates: templates)
        context.unreadTemplates = unreadTemplates
        let pipeline = Pipeline.codec.decode(.node(document.root), context)
        var diagnostics = diagnostics + document.withoutFaults(context.diagnostics)
        var sqlFiles: [String: SQLFile] = [:]
        var sqlPaths: Set<String> = []
        if let pipeline { loadSQL(of: pipeline.activities, into: &sqlFiles, &sqlPaths, &diagnostics) }
        return LoadedPipeline(
            path: document.path, pipeline: pipeline, name: pipeline?.name.value ?? document.name ?? AssetDocument.fileName(of: document.path),
            sqlFiles: sqlFiles, usedTemplates: context.usedTemplates, namedTemplates: context.namedTemplates, lostActivities: context.lostActivities, diagnostics: diagnostics,
            bytes: document.bytes, sqlPaths: sqlPaths.sorted())
    }

    private func loadSQL(of activities: [Activity], into files: inout [String: SQLFile], _ paths: inout Set<String>, _ diagnostics: inout [Diagnostic]) {
        for activity in activities {
            for case .file(let written, _, let call) in activity.kind.queries {
                let path = SQLFile.path(of: written)
                paths.insert(path)
                if files[path] == nil { files[path] = load(path, written, call, &diagnostics) }
            }
            loadSQL(of: activity.kind.children, into: &files, &paths, &diagnostics)
        }
    }

    private func load(_ path: String, _ written: Located<String>, _ call: SourceRange?, _ diagnostics: inout [Diagnostic]) -> SQLFile? {
        let labels = call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
        switch reader.read(path, missing: .missingFile, "there is no file \(path)", at: written.range, labels: labels) {
        case .failure(let refusal):
            diagnostics.append(refusal.diagnostic)
            return nil
        case .success(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                diagnostics.append(Diagnostic(.unreadableFile, "\(path) is not a text file in UTF-8", at: written.range, labels: labels))
                return nil
            }
            let parsed = SQLText.parse(file: text, path: path)
            diagnostics += parsed.diagnostics
            return SQLFile(path: path, text: parsed.text, bytes: bytes)
        }
    }
}
