package import Git
internal import Support

/// Paths at which two versions of a project have other files, those too that links lead from.
package struct ChangedPaths: Sendable {
    /// Where the files differ, or one of the two has none.
    package private(set) var all: Set<String> = []
    /// Those of them where the older version has one.
    package private(set) var old: Set<String> = []
    /// Links that are new, gone, or lead elsewhere.
    private var links: Set<String> = []

    /// As git tells them: without what is changed at the end of a link.
    package init(_ changes: [GitChange]) {
        for change in changes {
            all.insert(change.path)
            if change.old?.mode == .link || change.new?.mode == .link { links.formUnion([change.path, change.renamedFrom].compactMap(\.self)) }
            if let former = change.renamedFrom {
                all.insert(former)
                old.insert(former)
            } else if change.old != nil {
                old.insert(change.path)
            }
        }
    }

    package init(from old: GitTree, to new: GitTree) throws {
        self.init(try old.files.changes(to: new.files))
        try follow(linksOf: new, from: old, to: new)
    }

    /// - Parameter tree: one of the two; nil where both are known to have no other links than those that changed.
    package mutating func follow(linksOf tree: GitTree?, from older: any AssetTree, to newer: any AssetTree) throws {
        // Where nothing changed, no link leads to a change.
        guard !all.isEmpty else { return }
        let others = try tree?.files.allFiles().filter { $0.file.mode == .link }.map(\.path) ?? []
        for link in links.union(others) {
            // What cannot be read is told by who looks at it.
            let below = [older, newer].flatMap { (try? $0.files(below: link)) ?? [] }
            for path in Set([link] + below) {
                let (before, after) = (try? older.digest(of: path), try? newer.digest(of: path))
                guard before != after else { continue }
                all.insert(path)
                if before != nil { old.insert(path) }
            }
        }
    }
}
