package import Git
package import Support

/// How far a deployment came, written before each step, so that whoever finds it interrupted knows what may have been done.
package struct DeploymentJournal: Sendable, Hashable {
    package enum Step: String, Sendable, CaseIterable {
        /// Nothing that anybody looks at was done yet: objects that nothing names, a folder and a link that nothing leads to.
        case begun
        /// The remote repository is told.
        case pushing
        /// The reference moves: from here on it is a release, and `live` is switched to it.
        case recording
        /// The views of the warehouse become those of the release.
        case applying
    }

    package var step: Step
    package let environment: String
    package let number: Int
    /// Name of the folder of its files.
    package let name: String
    /// What the reference was, and what it becomes once that is known.
    package let previous: GitObjectID?
    package var commit: GitObjectID?
    package let began: Instant

    static func path(_ root: String) -> String { FileSystem.join(root, "deploy.json") }

    /// nil where no deployment is under way or was interrupted.
    package static func read(_ root: String) throws -> DeploymentJournal? {
        try StateFile.read(path(root)) { path in
            DeliveryError(
                .damaged, "\(path), which tells of an unfinished deployment, cannot be read",
                help: "it was written by another version of pipectl, or changed: remove it, and deploy again")
        } _: { value in
            guard value["version"]?.asInteger == 1, let step = value["step"]?.asString.flatMap(Step.init), let environment = value["environment"]?.asString,
                let number = value["number"]?.asInteger, let name = value["name"]?.asString, let began = value["began"]?.asInteger
            else { return nil }
            return DeploymentJournal(
                step: step, environment: environment, number: Int(number), name: name, previous: value["previous"]?.asString.flatMap { GitObjectID($0) },
                commit: value["commit"]?.asString.flatMap { GitObjectID($0) }, began: Instant(microseconds: began))
        }
    }

    func write(_ root: String) throws(SystemError) {
        let value: JSONValue = [
            "version": 1, "step": .string(step.rawValue), "environment": .string(environment), "number": .integer(Int64(number)), "name": .string(name),
            "previous": previous.map { .string($0.description) } ?? .null, "commit": commit.map { .string($0.description) } ?? .null,
            "began": .integer(began.microseconds),
        ]
        try StateFile.write(value, to: Self.path(root))
    }

    static func remove(_ root: String) throws(SystemError) { try StateFile.remove(path(root)) }
}
