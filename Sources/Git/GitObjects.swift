internal import CGit2
internal import Support
internal import Synchronization

/// Reads what a repository holds, from any number of tasks at a time.
package final class GitObjects: Sendable {
    enum Kind: Int32 { case commit = 1, tree = 2, blob = 3, tag = 4 }

    struct Object {
        let kind: Kind
        let bytes: [UInt8]
    }

    /// The library's access to the objects; in the hands of one task at a time.
    private final class Access: @unchecked Sendable {
        let handle: GitHandle
        init(_ handle: consuming GitHandle) { self.handle = handle }
    }

    let library: GitLibrary
    private let folder: String
    private let isShallow: Bool
    private let idle = Mutex<[Access]>([])
    /// What was made and is not written yet.
    private let unwritten = Mutex<[GitObjectID: Object]>([:])

    /// - Parameter folder: the folder `objects` of the repository; those that it names as alternates are read too.
    init(_ library: GitLibrary, folder: String, isShallow: Bool) {
        self.library = library
        self.folder = folder
        self.isShallow = isShallow
    }

    /// The content of a file.
    /// - Returns: nil for a file larger than the limit, which is not read then.
    package func blob(_ id: GitObjectID, limit: Int = 1 << 30) throws(GitError) -> [UInt8]? {
        let (kind, size) = try header(of: id)
        guard kind == .blob else { throw wrongKind(id, "a file") }
        return size > limit ? nil : try object(id).bytes
    }

    package func size(ofBlob id: GitObjectID) throws(GitError) -> Int { try header(of: id).size }

    package func commit(_ id: GitObjectID) throws(GitError) -> GitCommit {
        let object = try object(id)
        guard object.kind == .commit else { throw wrongKind(id, "a commit") }
        return try GitCommit(id, parsing: object.bytes)
    }

    package func tag(_ id: GitObjectID) throws(GitError) -> GitTag {
        let object = try object(id)
        guard object.kind == .tag else { throw wrongKind(id, "a tag") }
        return try GitTag(id, parsing: object.bytes)
    }

    /// Follows annotated tags to the commit, tree or file they were put on.
    func peeled(_ id: GitObjectID) throws(GitError) -> GitObjectID {
        var id = id
        while try header(of: id).kind == .tag { id = try tag(id).target }
        return id
    }

    func tree(_ id: GitObjectID) throws(GitError) -> GitTreeObject {
        let object = try object(id)
        guard object.kind == .tree else { throw wrongKind(id, "a folder") }
        return try GitTreeObject(parsing: object.bytes, id: id)
    }

    func object(_ id: GitObjectID) throws(GitError) -> Object {
        if let made = unwritten.withLock({ $0[id] }) { return made }
        return try withAccess { (access) throws(GitError) in
            let functions = library.functions
            var name = id.oid
            let object = try GitHandle(
                free: functions.odb_object_free, failure: { (code) throws(GitError) in throw self.failure(code, id) },
                { functions.odb_read(&$0, access, &name) })
            guard let kind = Kind(rawValue: functions.odb_object_type(object.pointer)) else { throw wrongKind(id, "something known") }
            let size = functions.odb_object_size(object.pointer)
            return Object(kind: kind, bytes: Array(UnsafeRawBufferPointer(start: functions.odb_object_data(object.pointer), count: size)))
        }
    }

    func header(of id: GitObjectID) throws(GitError) -> (kind: Kind, size: Int) {
        if let made = unwritten.withLock({ $0[id] }) { return (made.kind, made.bytes.count) }
        return try withAccess { (access) throws(GitError) in
            var (size, type, name) = (0, Int32(0), id.oid)
            let code = library.functions.odb_read_header(&size, &type, access, &name)
            guard code == GIT_OK, let kind = Kind(rawValue: type) else { throw failure(code, id) }
            return (kind, size)
        }
    }

    package func holds(_ id: GitObjectID) throws(GitError) -> Bool {
        if unwritten.withLock({ $0[id] != nil }) { return true }
        return try withAccess { (access) throws(GitError) in
            var name = id.oid
            return library.functions.odb_exists(access, &name) == 1
        }
    }

    func keep(_ object: Object, as id: GitObjectID) { unwritten.withLock { $0[id] = object } }

    func forgetUnwritten() { unwritten.withLock { $0 = [:] } }

    private func withAccess<Result>(_ body: (OpaquePointer) throws(GitError) -> Result) throws(GitError) -> Result {
        let access = if let known = idle.withLock({ $0.popLast() }) { known } else { try open() }
        defer { idle.withLock { $0.append(access) } }
        return try body(access.handle.pointer)
    }

    private func open() throws(GitError) -> Access {
        Access(try Self.handle(library, folder))
    }

    static func handle(_ library: GitLibrary, _ folder: String) throws(GitError) -> GitHandle {
        try GitHandle(
            free: library.functions.odb_free, failure: { (_) throws(GitError) in throw library.error("cannot read the git repository") },
            { library.functions.odb_open(&$0, folder) })
    }

    private func failure(_ code: Int32, _ id: GitObjectID) -> GitError {
        guard Int(code) == GIT_ENOTFOUND else { return library.error("cannot read \(id.short) from the git repository", .damaged) }
        let what = "\(id.short) is not in the git repository"
        if isPartial {
            return GitError(
                .incomplete, "\(what): this clone is partial",
                help: "get all of it: git config --unset remote.origin.partialclonefilter; git fetch --refetch --no-filter; or clone without `--filter`")
        }
        if isShallow { return GitError(.incomplete, "\(what): this clone is shallow", help: GitRepository.shallowHelp) }
        return GitError(.damaged, what, help: "see what git says: git fsck --full")
    }

    /// It fetches what it lacks when it is needed, which only the program `git` can do. Git marks the packs of such clones.
    private var isPartial: Bool {
        let packs = try? FileSystem.list(folder + "/pack")
        return packs?.contains { $0.name.hasSuffix(".promisor") } ?? false
    }

    private func wrongKind(_ id: GitObjectID, _ kind: String) -> GitError {
        GitError(.damaged, "\(id.short) in the git repository is not \(kind)", help: "see what git says: git fsck --full")
    }
}
