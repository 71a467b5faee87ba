internal import CommandLineKit
internal import Diagnostics
internal import Support

/// Files that are written together: all are looked at before the first one is written.
struct FilesToWrite: Sendable {
    struct File: Sendable {
        /// From `top`.
        let path: String
        let text: String
    }

    /// Links in it are resolved, as far as it is there.
    let top: String
    var files: [File]

    /// That every one of them can be written where it belongs, and nowhere else.
    func check() throws(CommandFailure) {
        let base = Self.present(top)
        for file in files {
            let target = FileSystem.join(top, file.path)
            try checkFolder(of: target, below: base)
            switch FileSystem.kind(of: target) {
            case nil, .file: break
            case .directory: throw refusal(target, "is a folder, and a file belongs there")
            case .symbolicLink: throw refusal(target, "is a symbolic link, and a file belongs there")
            case .other: throw refusal(target, "is no regular file")
            }
        }
    }

    private func checkFolder(of target: String, below base: String) throws(CommandFailure) {
        var last = base
        if FileSystem.kind(of: base) != .directory { throw refusal(base, "is no folder") }
        let prefix = base == "/" ? 1 : base.utf8.count + 1
        let parts = String(decoding: target.utf8.dropFirst(prefix), as: UTF8.self).utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        for part in parts.dropLast() {
            let folder = FileSystem.join(last, part)
            guard let kind = FileSystem.kind(of: folder) else { break }
            switch kind {
            case .directory: last = folder
            case .symbolicLink: throw refusal(folder, "is a symbolic link, and files are not written through links", help: "put a folder in its place")
            case .file, .other: throw refusal(folder, "is no folder, and one belongs there")
            }
        }
        if !FileSystem.isWritable(last) { throw refusal(last, "is a folder that you may not write to", help: "see who owns it, and its permissions") }
    }

    private func refusal(_ path: String, _ reason: String, help: String = "move it away") -> CommandFailure {
        let shown = path.utf8.starts(with: (top + "/").utf8) ? String(decoding: path.utf8.dropFirst(top.utf8.count + 1), as: UTF8.self) : path
        return CommandFailure("nothing was written: \(VisibleText.escaped(shown)) \(reason)", help: help, .failure)
    }

    func write() throws(CommandFailure) {
        var written: [String] = []
        for file in files {
            let target = FileSystem.join(top, file.path)
            do throws(SystemError) {
                try FileSystem.createDirectory(FileSystem.parent(of: target))
                try FileSystem.writeAtomically(Array(file.text.utf8), to: target)
            } catch {
                let before = written.isEmpty ? "nothing was written" : "written before that: " + written.map(VisibleText.escaped).joined(separator: ", ")
                throw CommandFailure("\(VisibleText.escaped(error.description)); \(before)")
            }
            written.append(file.path)
        }
    }

    // MARK: Folders that may not be there yet

    /// The folder itself, or the nearest one above that is there. A link that leads nowhere is there.
    static func present(_ folder: String) -> String {
        var folder = folder
        while FileSystem.kind(of: folder) == nil, FileSystem.parent(of: folder) != folder { folder = FileSystem.parent(of: folder) }
        return folder
    }

    /// The absolute path of a folder, with links resolved as far as it is there.
    static func realPath(_ folder: String) throws(SystemError) -> String {
        let there = present(folder)
        let rest = String(decoding: folder.utf8.dropFirst(there.utf8.count), as: UTF8.self)
        let real = try FileSystem.realPath(there)
        return rest.isEmpty ? real : real == "/" ? "/" + rest.drop { $0 == "/" } : real + (there == "/" ? "/" : "") + rest
    }
}
