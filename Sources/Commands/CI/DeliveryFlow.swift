internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Expressions
internal import Support

/// What a CI service does with a project: which branch is deployed where, what runs there, and what that needs.
struct DeliveryFlow: Sendable {
    struct Stage: Sendable {
        let environment: String
        /// Of letters, digits and underscores, and no other stage's or job's.
        let id: String
        let branch: String
        /// Deployed after somebody has seen the plan and approved it.
        let isProtected: Bool
        /// Variables that its file reads, and what it takes where they are not set.
        let variables: [(name: String, fallback: String?)]
        /// Variables that are passwords and keys.
        let secrets: [Secret]
    }

    struct Secret: Sendable {
        let name: String
        let absence: Absence

        /// What becomes of it where it is not set.
        enum Absence { case failure, fallback, elsewhere }
    }

    let stages: [Stage]
    /// Run after a deployment.
    let pipelines: [String]
    /// The project's folder, from the top of the repository; empty for the top itself.
    let folder: String
    /// Where files lie that the project's templates lie beside.
    let templates: String
    /// What has to be done for the flow to work, and what was left out.
    let notes: [String]
    /// Of what cannot be set there.
    let warnings: [String]

    /// For files and jobs of several projects in one repository.
    var name: String {
        folder.isEmpty ? "pipectl" : "pipectl-" + String(
            decoding: folder.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : Self.isPlain($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// Branches that are deployed, each once.
    var branches: [String] {
        var seen: Set<String> = []
        return stages.map(\.branch).filter { seen.insert($0).inserted }
    }

    static func of(_ project: LoadedProject, folder: String) throws -> DeliveryFlow {
        let all = project.environments.map(\.asset).sorted { ($0.isProtected ? 1 : 0, $0.name.value) < ($1.isProtected ? 1 : 0, $1.name.value) }
        guard all.contains(where: { $0.branch != nil }) else {
            throw CommandFailure(
                "no environment names the branch that is deployed to it", help: "write it into the environment's file: branch: main", .failure)
        }
        try CIText.checkFolder(folder, "the project's folder in the repository")
        var notes: [String] = []
        var warnings: [String] = []
        var stages: [Stage] = []
        for environment in all {
            let name = environment.name.value
            guard let branch = environment.branch else {
                notes.append("environment \(name) names no branch: nothing is deployed there")
                continue
            }
            guard branch.utf8.allSatisfy({ isPlain($0) }) else {
                throw CommandFailure("branch \"\(branch)\" of environment \(name) cannot be written into a CI file", help: "use letters, digits and ._-/ in its name", .failure)
            }
            stages.append(stage(environment, branch, taken: stages.map(\.id), &notes, &warnings))
            if environment.remote == nil {
                notes.append("the releases of \(name) would stay in a clone of the CI service: write `remote: origin` into \(environment.range.path)")
            }
            if let root = environment.root.literal, !root.hasPrefix("/") {
                let variable = "PIPECTL_\(identifier(name).uppercased())_ROOT"
                notes.append(
                    "the folder of \(name), \(root), lies in the clone, which CI services clear: write `root: ${{ env('\(variable)', '\(root)') }}` into \(environment.range.path)")
            }
        }
        let triggered = project.pipelines.map(\.asset).filter { !$0.triggers.isEmpty }.map(\.name.value)
        let pipelines = triggered.isEmpty && project.pipelines.count == 1 ? project.pipelines.map(\.asset.name.value) : triggered.sorted()
        if pipelines.isEmpty { notes.append("no pipeline has a trigger: say in the files which ones run after a deployment") }
        let folders = project.project?.folders ?? .standard
        return DeliveryFlow(stages: stages, pipelines: pipelines, folder: folder, templates: folders.continuousIntegration, notes: notes, warnings: warnings)
    }

    /// Without variables that nobody sets for it.
    func without(_ isLeftOut: (String) -> Bool) -> DeliveryFlow {
        let stages = stages.map { stage in
            Stage(
                environment: stage.environment, id: stage.id, branch: stage.branch, isProtected: stage.isProtected,
                variables: stage.variables.filter { !isLeftOut($0.name) }, secrets: stage.secrets.filter { !isLeftOut($0.name) })
        }
        return DeliveryFlow(stages: stages, pipelines: pipelines, folder: folder, templates: templates, notes: notes, warnings: warnings)
    }

    private static func stage(_ environment: Environment, _ branch: String, taken: [String], _ notes: inout [String], _ warnings: inout [String]) -> Stage {
        let name = environment.name.value
        let id = freeIdentifier(name, taken: taken)
        let connections = environment.connections.map(\.value) + [environment.warehouse?.connection].compactMap(\.self)
        let passwords = connections.compactMap { connection -> DynamicText? in
            guard case .postgres(let postgres) = connection.kind else { return nil }
            return postgres.password?.expression
        }
        let texts = [environment.root.expression].compactMap(\.self) + connections.flatMap(\.expressions)
            + environment.variables.flatMap { $0.value.expressions }
        for unusable in Set((passwords + texts).flatMap(\.references.environmentVariables).map(\.name)).filter({ !isVariable($0) }).sorted() {
            warnings.append("\"\(unusable)\", which environment \(name) reads with env(), is no name of a variable in a CI service: it was left out")
        }
        var secrets: [String: Secret.Absence] = [:]
        for reference in passwords.flatMap(\.references.environmentVariables) where isVariable(reference.name) {
            if case .none = reference.fallback { secrets[reference.name] = .failure }
            if secrets[reference.name] == nil { secrets[reference.name] = .fallback }
        }
        var variables: [String: String?] = [:]
        for reference in texts.flatMap(\.references.environmentVariables) where secrets[reference.name] == nil && isVariable(reference.name) {
            switch reference.fallback {
            case .none: variables[reference.name] = .some(nil)
            case .text(let text): variables[reference.name] = text
            case .computed: notes.append("variable \(reference.name) of \(name) has a default that is computed: set it on the runner, where it is needed")
            }
        }
        // The key may lie in a file of the runner; an empty variable is none.
        if !environment.stores.isEmpty { secrets["PIPECTL_AGE_KEY"] = .elsewhere }
        return Stage(
            environment: name, id: id, branch: branch, isProtected: environment.isProtected,
            variables: variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, secrets: secrets.sorted { $0.key < $1.key }.map { Secret(name: $0.key, absence: $0.value) })
    }

    // MARK: Words that stand in files of CI services

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "._-/".utf8.contains(byte)
    }

    private static func isVariable(_ name: String) -> Bool {
        name.utf8.first.map { !(0x30...0x39).contains($0) } == true && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F }
    }

    /// Names of jobs that the files have themselves end so, too; and YAML reads some words as something else than text.
    private static let ownWords: Set = ["validate", "plan", "true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    /// Services do not tell capital letters from small ones.
    private static func freeIdentifier(_ name: String, taken: [String]) -> String {
        let word = identifier(name)
        let plain = ownWords.contains(word.lowercased()) || word.lowercased().hasSuffix("_plan") ? word + "_env" : word
        let others = Set(taken.map { $0.lowercased() })
        var id = plain
        var count = 1
        while others.contains(id.lowercased()) {
            count += 1
            id = "\(plain)_\(count)"
        }
        return id
    }

    private static func identifier(_ name: String) -> String {
        let text = String(decoding: name.utf8.map { isPlain($0) && !"./-".utf8.contains($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        return text.utf8.first.map { (0x41...0x5A).contains($0 & 0xDF) } == true ? text : "e" + text
    }
}

/// A text as it stands in YAML, in a block.
enum YAMLScalar {
    static func quoted(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isPlain = bytes.first.map { (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "/") } == true
            && bytes.allSatisfy { $0 > 0x1F && $0 < 0x7F } && !text.contains(": ") && !text.contains(" #") && bytes.last != UInt8(ascii: ":")
            && bytes.last != UInt8(ascii: " ") && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return isPlain ? text : "'" + text.replacing("'", with: "''") + "'"
    }

    static func list(_ words: [String]) -> String { "[" + words.map { word in
        let text = quoted(word)
        return text.contains(where: { ",[]{}".contains($0) }) && !text.hasPrefix("'") ? "'\(text)'" : text
    }.joined(separator: ", ") + "]" }
}

extension DynamicValue {
    fileprivate var expressions: [DynamicText] {
        switch self {
        case .constant: []
        case .text(let text): [text]
        case .array(let items): items.flatMap(\.expressions)
        case .object(let entries): entries.flatMap(\.value.expressions)
        }
    }
}
