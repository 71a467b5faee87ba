internal import AssetLoading
internal import Support
internal import Validation

/// Where a project keeps what was found out about its files: any of it may be deleted at any time, and where nothing can be written the next
/// command does the work again.
struct CacheFolder: Sendable {
    /// Kept by validations of the working tree: `base` and `base`.recent.
    static let base = "validation"
    static let recent = base + ".recent"

    private let path: String
    /// nil where nothing is read or written.
    private let known: ContentDigest?

    /// - Parameters:
    ///   - state: folder of the project's state.
    ///   - program: tells one build of the program from another; nil where that cannot be told: then nothing is kept.
    init(state: String, program: ContentDigest?) {
        path = FileSystem.join(state, "cache")
        // A link in a repository could lead what is written anywhere.
        let isPlain = [state, path].allSatisfy { [.directory, nil].contains(FileSystem.kind(of: $0)) }
        known = isPlain ? program : nil
    }

    var keeps: Bool { known != nil }
    var program: ContentDigest { known ?? ContentDigest([]) }

    func path(of name: String) -> String { FileSystem.join(path, name) }

    func read(_ name: String) -> [UInt8]? { keeps ? try? FileSystem.read(path(of: name), limit: 256 << 20) : nil }

    func write(_ bytes: [UInt8], as name: String) {
        guard keeps else { return }
        try? FileSystem.createDirectory(path)
        try? FileSystem.replace(path(of: name), with: bytes)
    }

    // MARK: What validations found

    /// - Parameter recent: the upper layer; the other one is the working tree's for all.
    func validation(recent: String = recent) -> CacheFiles { CacheFiles(base: read(Self.base), recent: read(recent)) }

    /// - Parameter recent: the upper layer; any but the working tree's own is written whole where much is new.
    func keep(_ update: CacheFiles?, recent: String = recent) {
        guard let update else { return }
        if recent == Self.recent {
            if let base = update.base { write(base, as: Self.base) }
            if let new = update.recent { write(new, as: recent) }
        } else if let new = update.recent ?? update.base {
            write(new, as: recent)
        }
    }
}
