internal import CGit2

/// New files, folders and commits of a repository. They stay in memory until `write` puts them on the disk, so that whoever looks
/// first (what would a merge give?) leaves nothing behind. Not to be used by two tasks at a time.
package struct GitObjectBatch: ~Copyable {
    /// So many are written as one pack, fewer as files of their own; git does so with what it fetches.
    private static let packThreshold = 100

    let repository: GitRepository
    /// Keeps what the library itself makes in memory. It belongs to `odb`.
    private let memory: OpaquePointer
    private let odb: GitHandle
    /// The repository without that memory.
    private let disk: GitHandle
    /// In the order in which they were made: what is named by others comes before them.
    private var made: [GitObjectID] = []
    private var isMade: Set<GitObjectID> = []

    /// Reads what is in the repository and what is in this batch, also after the batch is gone.
    package var objects: GitObjects { repository.objects }

    init(_ other: borrowing GitRepository) throws(GitError) {
        let repository = try other.reopened()
        let library = repository.library
        let functions = library.functions
        let failed = { (code: Int32) throws(GitError) -> Never in throw library.error("cannot write to the git repository") }
        let odb = try GitHandle(free: functions.odb_free, failure: failed, { functions.repository_odb(&$0, repository.handle.pointer) })
        let disk = try GitObjects.handle(library, repository.commonFolder + "objects")
        var memory: OpaquePointer?
        guard functions.mempack_new(&memory) == GIT_OK, let memory, functions.odb_add_backend(odb.pointer, memory, 999) == GIT_OK else {
            try failed(-1)
        }
        self.memory = memory
        self.odb = odb
        self.disk = disk
        self.repository = repository
    }

    private var functions: git_functions { repository.library.functions }

    /// A file's content.
    package mutating func blob(_ bytes: [UInt8]) throws(GitError) -> GitObjectID { try add(.blob, bytes) }

    /// A commit of what is in this batch or in the repository.
    package mutating func commit(
        tree: GitObjectID, parents: [GitObjectID], author: GitPerson, committer: GitPerson, message: String
    ) throws(GitError) -> GitObjectID {
        for (id, kind) in [(tree, GitObjects.Kind.tree)] + parents.map({ ($0, .commit) }) where try objects.header(of: id).kind != kind {
            throw GitError(.invalid, "\(id.short) is no \(kind == .tree ? "folder" : "commit"), which a new commit needs")
        }
        guard Set(parents).count == parents.count else { throw GitError(.invalid, "a commit cannot have a parent twice") }
        guard !message.utf8.contains(0), message.contains(where: { !$0.isWhitespace }) else { throw GitError(.invalid, "a commit needs a message") }
        return try add(.commit, GitCommit.encoded(tree: tree, parents: parents, author: author, committer: committer, message: message))
    }

    mutating func add(_ kind: GitObjects.Kind, _ bytes: [UInt8]) throws(GitError) -> GitObjectID {
        var name = git_oid()
        let library = repository.library
        guard Self.withPointer(to: bytes, { functions.odb_hash(&name, $0, bytes.count, kind.rawValue) }) == GIT_OK else {
            throw library.error("cannot name an object of git")
        }
        let id = GitObjectID(name)
        if isMade.contains(id) { return id }
        // What is there stays, and counts as new for `git gc`: writing it again does no more than that.
        let target = isOnDisk(&name) ? disk.pointer : odb.pointer
        guard Self.withPointer(to: bytes, { functions.odb_write(&name, target, $0, bytes.count, kind.rawValue) }) == GIT_OK else {
            throw library.error("cannot write to the git repository")
        }
        if target == odb.pointer { remember(GitObjects.Object(kind: kind, bytes: bytes), id) }
        return id
    }

    /// The library takes no null for an empty file.
    private static func withPointer(to bytes: [UInt8], _ body: (UnsafePointer<UInt8>) -> Int32) -> Int32 {
        bytes.isEmpty ? withUnsafePointer(to: 0, body) : bytes.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// Without a look for packs that came after this batch: what they hold is written once more, which does no harm.
    private func isOnDisk(_ name: inout git_oid) -> Bool {
        functions.odb_exists_ext(disk.pointer, &name, UInt32(GIT_ODB_LOOKUP_NO_REFRESH)) == 1
    }

    private mutating func remember(_ object: GitObjects.Object, _ id: GitObjectID) {
        guard isMade.insert(id).inserted else { return }
        made.append(id)
        objects.keep(object, as: id)
    }

    /// Takes over a folder that the library made, and of what is below it all that is new.
    mutating func adopt(_ tree: GitObjectID) throws(GitError) {
        var name = tree.oid
        if isMade.contains(tree) || isOnDisk(&name) { return }
        let object = try madeObject(tree)
        guard object.kind == .tree else { return remember(object, tree) }
        for entry in try GitTreeObject(parsing: object.bytes, id: tree).entries where entry.file.mode != .submodule { try adopt(entry.file.id) }
        remember(object, tree)
    }

    private func madeObject(_ id: GitObjectID) throws(GitError) -> GitObjects.Object {
        let library = repository.library
        var name = id.oid
        let object = try GitHandle(
            free: functions.odb_object_free, failure: { (_) throws(GitError) in throw library.error("cannot read \(id.short)", .damaged) },
            { functions.odb_read(&$0, odb.pointer, &name) })
        guard let kind = GitObjects.Kind(rawValue: functions.odb_object_type(object.pointer)) else { throw library.error("cannot read \(id.short)", .damaged) }
        let size = functions.odb_object_size(object.pointer)
        return GitObjects.Object(kind: kind, bytes: Array(UnsafeRawBufferPointer(start: functions.odb_object_data(object.pointer), count: size)))
    }

    /// Puts all of it into the repository. It is durable when this returns, and a reference may be set to it.
    package mutating func write() throws(GitError) {
        let library = repository.library
        let failed = { (code: Int32) throws(GitError) -> Never in throw library.error("cannot write to the git repository") }
        if made.count < Self.packThreshold {
            for id in made {
                let object = try objects.object(id)
                var name = id.oid
                let code = Self.withPointer(to: object.bytes) {
                    functions.odb_write(&name, disk.pointer, $0, object.bytes.count, object.kind.rawValue)
                }
                if code != GIT_OK { try failed(code) }
            }
        } else {
            let builder = try GitHandle(
                free: functions.packbuilder_free, failure: failed, { functions.packbuilder_new(&$0, repository.handle.pointer) })
            for id in made {
                var name = id.oid
                let code = functions.packbuilder_insert(builder.pointer, &name, nil)
                if code != GIT_OK { try failed(code) }
            }
            let code = functions.packbuilder_write(builder.pointer, nil, 0, nil, nil)
            if code != GIT_OK { try failed(code) }
        }
        made = []
        isMade = []
        _ = functions.mempack_reset(memory)
        objects.forgetUnwritten()
    }
}

extension GitRepository {
    /// A batch of new objects for this repository.
    package func batch() throws(GitError) -> GitObjectBatch { try GitObjectBatch(self) }
}
