package import AssetLoading
package import Support

/// A file of the live folder on its way into the project's folder. Nothing is written outside of it, and nothing is overwritten that was
/// changed there, too.
package struct Adoption: Sendable {
    package enum Step: Sendable, Hashable {
        case write([UInt8])
        case remove
        /// It is there as it is live.
        case nothing
        case refuse(String)
    }

    package let path: String
    package let step: Step
    /// Of the file in the project's folder, with no link on the way to it.
    private let target: String

    /// - Parameters:
    ///   - folder: of the live files.
    ///   - release: what they should be.
    ///   - project: absolute path of the project's folder, links resolved.
    package static func look(at difference: LiveFolder.Difference, in folder: String, release: GitTree, project: String) -> Adoption {
        look(at: difference.path, release, project) { () throws(Refusal) in
            try content(of: FileSystem.join(folder, difference.path), "in the live folder")
        }
    }

    /// The same of a file whose content comes from elsewhere.
    package static func look(at path: String, taking content: [UInt8], release: GitTree, project: String) -> Adoption {
        look(at: path, release, project) { () throws(Refusal) in content }
    }

    private static func look(at path: String, _ release: GitTree, _ project: String, wanted: () throws(Refusal) -> [UInt8]?) -> Adoption {
        let target = FileSystem.join(project, path)
        let step: Step
        do throws(Refusal) {
            try requirePlain(path, below: project)
            step = try Self.step(path, try wanted(), release, target)
        } catch {
            step = .refuse(error.reason)
        }
        return Adoption(path: path, step: step, target: target)
    }

    package func perform() throws(SystemError) {
        switch step {
        case .write(let bytes):
            try FileSystem.createDirectory(FileSystem.parent(of: target))
            let mode = FileSystem.kind(of: target) == .file ? try FileSystem.permissions(of: target) : 0o644
            try FileSystem.writeAtomically(bytes, to: target, mode: mode & 0o777)
        case .remove: try FileSystem.removeFile(target)
        case .nothing, .refuse: return
        }
    }

    private struct Refusal: Error { let reason: String }

    private static func step(_ path: String, _ wanted: [UInt8]?, _ release: GitTree, _ target: String) throws(Refusal) -> Step {
        let working = try content(of: target, "in the project's folder")
        if working == wanted { return .nothing }
        let released: [UInt8]?
        do throws(AssetTreeError) {
            released = try release.read(path)
        } catch {
            guard case .notFound = error else { throw Refusal(reason: "it cannot be compared with the release: \(error)") }
            released = nil
        }
        guard working == released else {
            throw Refusal(reason: released == nil ? "the project has another file of this name" : "the project's file is not that of the release, either")
        }
        return wanted.map { .write($0) } ?? .remove
    }

    /// nil where nothing is there.
    private static func content(of path: String, _ place: String) throws(Refusal) -> [UInt8]? {
        switch FileSystem.kind(of: path) {
        case nil: return nil
        case .file:
            do throws(SystemError) {
                return try FileSystem.read(path, limit: 64 << 20, followLink: false)
            } catch {
                throw Refusal(reason: error.description)
            }
        case .symbolicLink: throw Refusal(reason: "it is a link \(place)")
        case .directory, .other: throw Refusal(reason: "it is no file \(place)")
        }
    }

    /// Names that git or this program would take for something else, and links that lead out of the project.
    private static func requirePlain(_ path: String, below project: String) throws(Refusal) {
        var folder = project
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        for (index, part) in parts.enumerated() {
            let lower = part.lowercased()
            guard !["", ".", ".."].contains(lower), !part.utf8.contains(where: { $0 < 32 || $0 == 127 }), !part.unicodeScalars.contains("\u{FFFD}") else {
                throw Refusal(reason: "its name is no plain text")
            }
            // What begins so is git's own, or this program's, or some file system takes it for that.
            let visible = lower.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }.map(String.init).joined()
            guard !visible.hasPrefix(".git"), lower != "git~1", !lower.hasPrefix(".pipectl") else {
                throw Refusal(reason: "what is called \(part) is no part of a project")
            }
            guard index < parts.count - 1 else { return }
            folder = FileSystem.join(folder, part)
            guard [.directory, nil].contains(FileSystem.kind(of: folder)) else { throw Refusal(reason: "\(part) is a link, or no folder, in the project's folder") }
        }
    }
}
