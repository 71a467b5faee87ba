package import Git

/// The releases of one environment of one project, one after the other: the commits behind a reference.
package struct ReleaseLine: Sendable, Hashable {
    package let environment: String
    /// Path of the project's folder from the top of the repository; empty for the top itself.
    package let project: String

    package init(environment: String, project: String) {
        self.environment = environment
        self.project = project
    }

    /// `refs/pipectl/prod`. A project in a folder of a repository that holds several has one of its own: `refs/pipectl/sales/prod`.
    package var reference: String { "refs/pipectl/" + (project.isEmpty ? "" : Self.escaped(project) + "/") + Self.escaped(environment) }

    /// Git forbids some characters in the names of references.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    /// The newest release; nil where there is none yet.
    package func current(in repository: borrowing GitRepository) throws -> Release? {
        guard let id = try repository.object(ofReference: reference) else { return nil }
        return try Release(try repository.commit(id))
    }

    /// Git keeps no reference below another: a folder and an environment of the project above it may not share their name.
    func requireRoom(in repository: borrowing GitRepository) throws {
        let parts = reference.split(separator: "/")
        var others = try repository.references(below: reference + "/").map(\.name)
        for count in 3..<max(3, parts.count) {
            let above = parts.prefix(count).joined(separator: "/")
            if try repository.object(ofReference: above) != nil { others.append(above) }
        }
        guard let other = others.first else { return }
        throw DeliveryError(
            .refused, "there can be no releases at \(reference): \(other) has those of another project of this repository",
            help: "name the environment, or the project's folder, otherwise")
    }

    /// Newest first, at most so many.
    package func releases(in repository: borrowing GitRepository, limit: Int = .max) throws -> [Release] {
        guard let id = try repository.object(ofReference: reference), limit > 0 else { return [] }
        var commits: [GitCommit] = []
        try repository.firstParents(from: id) { (commit) throws(GitError) in
            commits.append(commit)
            return commits.count < limit
        }
        return try commits.map { (commit) throws(DeliveryError) in try Release(commit) }
    }

    package func release(_ number: Int, in repository: borrowing GitRepository) throws -> Release {
        let all = try releases(in: repository)
        guard let found = all.first(where: { $0.number == number }) else {
            throw DeliveryError(
                .notFound, "environment \"\(environment)\" has no release \(number)",
                help: all.first.map { "it has releases 1 to \($0.number): pipectl history --env \(environment)" } ?? "it has none yet")
        }
        return found
    }
}
