internal import CommandLineKit
internal import Delivery
internal import Git
internal import Support

/// A plan as it is kept in a file: what it was made of, so that a later deployment does that or nothing.
struct DeploymentPlan: Sendable {
    let environment: String
    /// As it was named; nil: HEAD of the environment's branch.
    let ref: String?
    let source: GitObjectID
    /// Of the release that would be made: files, secrets and configuration.
    let tree: GitObjectID
    /// The release it was compared with.
    let current: GitObjectID?
    /// Where the environment's folder is, variables may say so; from the project's folder, so that another clone may carry out the plan.
    let root: String
    let version: String
    let changes: JSONValue

    var json: JSONValue {
        [
            "kind": "pipectl-plan", "version": 1, "environment": .string(environment), "ref": ref.map { .string($0) } ?? .null,
            "source": .string(source.description), "digest": .string(tree.description), "current": current.map { .string($0.description) } ?? .null,
            "root": .string(root), "pipectl": .string(version), "plan": changes,
        ]
    }

    /// Of what it binds to.
    var digest: String {
        var builder = ContentDigestBuilder()
        for part in [environment, source.description, tree.description, current?.description ?? "", root] { builder.add(part) }
        let digest = builder.digest
        return String(digest.high, radix: 16) + "-" + String(digest.low, radix: 16)
    }

    static func read(_ path: String) throws -> DeploymentPlan {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(path, limit: 64 << 20)
        } catch {
            throw CommandFailure("cannot read the plan \(path): \(error)", .usage)
        }
        let value = try? JSONValue(parsing: bytes)
        func id(_ key: String) -> GitObjectID? { value?[key]?.asString.flatMap { GitObjectID($0) } }
        guard let value, value["kind"]?.asString == "pipectl-plan", value["version"]?.asInteger == 1, let environment = value["environment"]?.asString,
            let source = id("source"), let tree = id("digest"), let root = value["root"]?.asString, let version = value["pipectl"]?.asString,
            let current = value["current"], current.isNull || id("current") != nil
        else { throw CommandFailure("\(path) is no plan", help: "make one: pipectl plan --out \(ShellWord.quoted(path))", .usage) }
        return DeploymentPlan(
            environment: environment, ref: value["ref"]?.asString, source: source, tree: tree, current: id("current"), root: root, version: version,
            changes: value["plan"] ?? .null)
    }

    /// Refuses where anything is not as it was, unless the plan was carried out already: a CI job that failed later may be started again.
    func requireCurrent(_ candidate: DeliveryCandidate, _ draft: ReleaseDraft, _ previous: Release?) throws {
        if let previous, previous.tree == tree, previous.source == source, previous.previous == current, draft.tree == tree { return }
        let reason: String
        if candidate.commit != source {
            reason = "\(ref ?? "HEAD") is at \(candidate.commit.short), and was at \(source.short)"
        } else if previous?.commit != current {
            reason = previous.map { "release \($0.number) was made since, by \($0.person.name)" } ?? "the releases of \(environment) are gone"
        } else if draft.tree != tree {
            reason = "the release would have other files"
        } else if candidate.site.rootFromProject != root {
            reason = "the environment's folder is \(candidate.site.rootFromProject), and was \(root)"
        } else if version != Application.version {
            reason = "it was made by pipectl \(version)"
        } else {
            return
        }
        throw CommandFailure("the plan is out of date: \(reason)", help: "plan again, look at it, and deploy that", .failure)
    }
}
