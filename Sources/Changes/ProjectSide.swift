internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support

/// One of two versions of a project, as much of it as may differ from the other.
struct ProjectSide: Sendable {
    let tree: any AssetTree
    let files: AssetFiles
    let frame: ProjectFrame
    let pipelines: [LoadedPipeline]
    let schemas: [LoadedSchema]
    let loader: PipelineLoader
    /// Changed files in the folder of pipelines that hold nothing that can be told.
    let unread: [String]
    let changed: Set<ExactText>

    /// Files with templates and environments, and what else of the frame lies elsewhere.
    private struct Frame {
        let parsed: ParsedFiles
        let frame: ProjectFrame
    }

    /// Both at once, because what one side's templates concern is looked at on both.
    static func read(_ trees: [any AssetTree], changed: Set<ExactText>) -> [ProjectSide] {
        let files = trees.map { AssetFiles.read($0) }
        let frames = zip(trees, files).map { tree, files in
            let known = Set(files.files.filter { !isNeeded($0, changed, tree) }.map { ExactText($0.path) })
            let parsed = ParsedFiles.parse(files, except: known)
            return Frame(parsed: parsed, frame: FrameLoader.load(files, parsed, tree))
        }
        let templates = frames.flatMap { side in
            side.frame.templates.map { file in
                let bytes = side.frame.sources.first { ExactText($0.path) == ExactText(file.path) }?.bytes ?? []
                return (name: file.asset.name.value, path: file.path, mentions: FileMentions(bytes))
            }
        }
        let concerned = ConcernedFiles(
            sqlFiles: changed.map(\.text).filter { $0.hasSuffix(".sql") },
            templates: Set(templates.filter { changed.contains(ExactText($0.path)) }.map(\.name)),
            bodies: templates.map { ($0.name, $0.mentions) })
        return zip(zip(trees, files), frames).map { source, frame in
            let (tree, files) = source
            let loader = PipelineLoader(tree: tree, frame: frame.frame)
            let pipelines = files.files.concurrentMap(chunk: 32) { file -> LoadedPipeline? in
                if changed.contains(ExactText(file.path)) { return loader.load(file) }
                guard file.folder == .pipeline, !concerned.isEmpty, let mentions = try? tree.mentions(in: file.path), concerned.concern(mentions)
                else { return nil }
                return loader.load(file)
            }
            return ProjectSide(
                tree: tree, files: files, frame: frame.frame, pipelines: pipelines.compactMap(\.self), schemas: SchemaLoader.load(frame.parsed),
                loader: loader, unread: frame.parsed.unread.filter { $0.folder == .pipeline && changed.contains(ExactText($0.path)) }.map(\.path), changed: changed)
        }
    }

    /// Templates and environments are always looked at, wherever they lie; of the rest what has changed.
    private static func isNeeded(_ file: AssetFiles.File, _ changed: Set<ExactText>, _ tree: any AssetTree) -> Bool {
        if file.folder == .template || file.folder == .environment || changed.contains(ExactText(file.path)) { return true }
        return (try? tree.mentions(in: file.path))?.mayHoldOthers ?? false
    }

    private func findings(at path: String) -> [Diagnostic] {
        let known = frame.diagnostics.filter { $0.range?.path == path }
        return known.isEmpty ? files.files.filter { ExactText($0.path) == ExactText(path) }.flatMap { ParsedFiles.findings(in: $0) } : known
    }

    // MARK: Meaning

    /// Of all that was read.
    /// - Parameter other: tells what a file was called that cannot be read here.
    func meaning(_ selection: ChangeSelection, beside other: ProjectSide) -> Meaning {
        var parts: [Meaning] = []
        if let project = frame.project {
            parts.append(.project(project))
        } else {
            parts.append(.unreadable(.project, Project.fileName, Project.fileName, files.diagnostics))
        }
        parts += pipelines.map { Meaning.pipeline($0) ?? .unreadable(.pipeline, $0.name, $0.path, $0.diagnostics) }
        parts += unread.map { path in
            let known = other.pipelines.first { ExactText($0.path) == ExactText(path) }?.name
            let file = FileSystem.lastComponent(of: path)
            return .unreadable(.pipeline, known ?? String(file[..<(file.lastIndex(of: ".") ?? file.endIndex)]), path, findings(at: path))
        }
        let environments = frame.environments.filter { selection.includes(environment: $0.asset.name.value) }
        parts += environments.map { .environment($0.asset) }
        parts += frame.gaps.unreadEnvironments.sorted().filter { selection.includes(environment: $0) }
            .map { .unreadable(.environment, $0, nil, frame.diagnostics) }
        parts += frame.templates.map { .template($0.asset) }
        parts += frame.gaps.unreadTemplates.sorted().map { .unreadable(.template, $0, nil, frame.diagnostics) }
        parts += schemas.map { schema in schema.schema.map { .schema($0) } ?? .unreadable(.sourceSchema, schema.name, schema.path, schema.diagnostics) }
        parts += stores(of: environments.map(\.asset))
        parts += notebooks
        return Meaning(.project, "", parts: parts)
    }

    private func stores(of environments: [Environment]) -> [Meaning] {
        Set(environments.flatMap { $0.stores.map { FileSystem.normalise($0.value) } }).sorted().compactMap { path in
            // Where there is none its environment says so to who validates it.
            guard let bytes = try? tree.read(path), let format = SopsFormat(path: path) else { return nil }
            let (file, diagnostics) = SopsFile.read(bytes, path: path, format: format)
            return file.map { .secretStore($0) } ?? .unreadable(.secretStore, path, path, diagnostics)
        }
    }
}

extension ProjectSide {
    /// Those that changed, and what else changed in their folder.
    fileprivate var notebooks: [Meaning] {
        let folder = FileSystem.normalise((frame.project?.folders ?? .standard).notebooks) + "/"
        let assets = Set(files.files.map { ExactText($0.path) })
        return changed.filter { $0.text.utf8.starts(with: folder.utf8) && !assets.contains($0) && !Self.isHidden($0.text.dropFirst(folder.count)) }.sorted()
            .compactMap { path in
                do throws(AssetTreeError) {
                    return .notebook(try tree.read(path.text), path.text)
                } catch {
                    if case .notFound = error { return nil }
                    return .unreadable(path.text.hasSuffix(".ipynb") ? .notebook : .file, path.text, error)
                }
            }
    }

    private static func isHidden(_ path: Substring) -> Bool { path.split(separator: "/").contains { $0.hasPrefix(".") } }
}

extension Meaning {
    static let unreadableField = "cannot be read"

    /// Something that has errors, in place of what it says.
    static func unreadable(_ kind: Kind, _ name: String, _ path: String?, _ diagnostics: [Diagnostic]) -> Meaning {
        // Of a store no text may be shown, not even in a message.
        let reason = kind == .secretStore ? nil : diagnostics.first { $0.severity == .error && (path == nil || $0.range?.path == path) }?.message
        return Meaning(
            kind, name, fields: [unreadableField: .string(reason ?? "it has errors")], place: path.map { SourceRange(path: $0) })
    }

    var isUnreadable: Bool { fields[Self.unreadableField] != nil }

    static func secretStore(_ file: SopsFile) -> Meaning {
        var fields = JSONObject()
        fields.set(names: file.metadata.recipients.map(\.recipient), "recipients")
        return Meaning(
            .secretStore, file.path, fields: fields, parts: SecretInventory(file).entries.map(secret), place: SourceRange(path: file.path))
    }

    private static func secret(_ entry: SecretEntry) -> Meaning {
        var fields = JSONObject()
        switch entry.form {
        // Its one version becomes the first of several.
        case .plain, .versioned:
            fields["current"] = .string(short(entry.current))
            fields.set(names: entry.versions.map { short($0.id) }, "versions")
            fields.set(names: entry.versions.filter { !$0.isEnabled }.map { short($0.id) }, "disabled")
            fields.set("pending", entry.pending.map(short))
            for version in entry.versions {
                fields.set("\(short(version.id)).expires", version.expires.map { "\($0)" })
                fields.set("\(short(version.id)).notBefore", version.notBefore.map { "\($0)" })
            }
        }
        fields.set("contentType", entry.contentType)
        for tag in entry.tags { fields.set("tags.\(tag.name)", tag.value) }
        return Meaning(.secret, entry.name, fields: fields)
    }

    private static func short(_ id: String) -> String { String(id.prefix(8)) }
}
