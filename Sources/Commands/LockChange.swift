internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Diagnostics
internal import Support

/// What locking makes of one connection's file.
struct LockChange: Sendable {
    private let entry: SourceSurvey.Entry
    /// Relative to the project.
    private let path: String
    private let differences: [SchemaDifference]
    /// The new text of the file; nil where it stays as it is.
    private let text: String?

    var isChange: Bool { text != nil }

    init(_ entry: SourceSurvey.Entry, in workspace: Workspace) throws {
        self.entry = entry
        let folder = (workspace.project.project?.folders ?? .standard).schemas
        let path = entry.locked?.path ?? FileSystem.join(folder, entry.connection.name + ".yml")
        self.path = path
        differences = entry.differences
        let full = FileSystem.join(workspace.root, path)
        let exists = FileSystem.exists(full)
        if entry.locked == nil, let other = workspace.project.schemas.first(where: { $0.path == path && $0.schema != nil }) {
            throw CommandFailure(
                "\(path) holds the schema of the connection \"\(other.name)\"", help: "rename that file", .failure)
        }
        // What a file says and how it says it are two things: only where the first changes is it written.
        let isNeeded = entry.locked == nil ? entry.count > 0 : !differences.isEmpty
        guard isNeeded else {
            text = nil
            return
        }
        let before = exists ? String(decoding: try FileSystem.read(full, limit: 16 << 20), as: UTF8.self) : nil
        let isForEditors = FileSystem.exists(FileSystem.join(workspace.root, EditorSchema.fileName))
        let head = (isForEditors ? EditorSchema.line(in: path) : "") + SchemaFile.standardHead
        text = SchemaFile.text(of: entry.live, head: before.map(SchemaFile.head) ?? head)
    }

    func write(in workspace: Workspace) throws {
        guard let text else { return }
        let full = FileSystem.join(workspace.root, path)
        try FileSystem.createDirectory(FileSystem.parent(of: full))
        try FileSystem.writeAtomically(Array(text.utf8), to: full)
    }

    var json: JSONValue {
        [
            "connection": .string(entry.connection.name), "path": isChange || entry.locked != nil ? .string(path) : .null,
            "changed": .bool(isChange), "tables": .integer(Int64(entry.live.tables.count)),
            "queries": .integer(Int64(entry.live.queries.count)), "files": .integer(Int64(entry.live.files.count)),
            "unknown": .integer(Int64(entry.unknownReads)), "differences": .array(differences.map(\.json)),
        ]
    }

    func text(isCheck: Bool, style: TerminalStyle) -> String {
        let name = VisibleText.escaped(entry.connection.name)
        var lines = ""
        if isChange {
            let counts = [(entry.live.tables.count, "table", "tables"), (entry.live.queries.count, "query", "queries"), (entry.live.files.count, "file", "files")]
                .filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
            lines += "\(path): \(isCheck ? "would be written" : "written")\(counts.isEmpty ? "" : ", " + counts.joined(separator: ", "))\n"
            for difference in differences { lines += "  \(difference.sign) \(VisibleText.escaped(difference.words))\n" }
        } else if entry.locked != nil {
            lines += "\(path): up to date\n"
        } else {
            lines += "\(name): no pipeline reads it by name\n"
        }
        if entry.unknownReads > 0 {
            let places = entry.unknownReads == 1 ? "1 place reads" : "\(entry.unknownReads) places read"
            lines += style.dim("  \(places) something from \(name) that is known only when it runs\(entry.connection.isDatabase ? "; --all locks every table" : "")") + "\n"
        }
        return lines
    }
}

extension SchemaDifference {
    var sign: String {
        switch change {
        case .added, .columnAdded: "+"
        case .removed, .columnRemoved: "-"
        case .columnRetyped, .reordered, .keyChanged: "~"
        }
    }

    /// A query by its first line.
    private var title: String {
        guard subject == .query else { return name }
        let first = name.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return first.count > 60 ? first.prefix(60) + "…" : first
    }

    var words: String {
        func list(_ names: [String]) -> String { names.isEmpty ? "none" : "(\(names.joined(separator: ", ")))" }
        return switch change {
        case .added: "\(subject.rawValue) \(title)"
        case .removed: "\(subject.rawValue) \(title)"
        case .columnAdded(let column, let type): "\(title): column \(column) \(type)"
        case .columnRemoved(let column, let type): "\(title): column \(column) \(type)"
        case .columnRetyped(let column, let from, let to): "\(title): column \(column) is \(to), was \(from)"
        case .reordered: "\(title): columns are in another order"
        case .keyChanged(let from, let to): "\(title): key is \(list(to)), was \(list(from))"
        }
    }

    /// As a sentence.
    var statement: String {
        switch change {
        case .added: words + " is not locked"
        case .columnAdded: words + " is new"
        case .removed, .columnRemoved: words + " is gone"
        case .columnRetyped, .reordered, .keyChanged: words
        }
    }

    var json: JSONValue {
        var object: JSONObject = [
            "severity": .string(isBreaking ? "breaking" : "note"), "subject": .string(subject.rawValue), "name": .string(name),
            "line": line.map { .integer(Int64($0)) } ?? .null,
        ]
        func set(_ change: String, column: String? = nil, from: JSONValue = .null, to: JSONValue = .null) {
            object["change"] = .string(change)
            object["column"] = column.map { .string($0) } ?? .null
            object["from"] = from
            object["to"] = to
        }
        switch change {
        case .added: set("added")
        case .removed: set("removed")
        case .columnAdded(let column, let type): set("columnAdded", column: column, to: .string(type))
        case .columnRemoved(let column, let type): set("columnRemoved", column: column, from: .string(type))
        case .columnRetyped(let column, let from, let to): set("columnRetyped", column: column, from: .string(from), to: .string(to))
        case .reordered: set("reordered")
        case .keyChanged(let from, let to):
            set("keyChanged", from: .array(from.map { .string($0) }), to: .array(to.map { .string($0) }))
        }
        return .object(object)
    }
}
