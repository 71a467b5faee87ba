internal import AssetLoading
internal import Assets
internal import Delivery
internal import Git
internal import State
internal import Support

/// Looks for runs in one environment that show that pipelines work as they would be in another.
struct PromotionGreenRuns {
    let site: DeliverySite
    let project: LoadedProject
    let tree: GitTree
    /// Names of pipelines that become others.
    let changed: [String]
    /// Of those that read what these make.
    let reached: [String]

    private static let searched = 500

    struct Evidence {
        var runs: [PromotionRecord.GreenRun] = []
        var gate: PromotionGate
    }

    func search() throws -> Evidence {
        let name = Environment.Promotion.Requirement.greenRun.rawValue
        let wanted = (changed + reached).filter { project.file(named: $0) != nil }
        guard !wanted.isEmpty else { return Evidence(gate: PromotionGate(name, isPassed: true, ["no pipeline changes"])) }
        let environment = site.line.environment
        let path = FileSystem.join(site.root, "state.db")
        let help = { (pipeline: String) in "pipectl deploy --env \(environment), then pipectl run \(pipeline) --env \(environment)" }
        guard FileSystem.exists(path) else {
            return Evidence(
                gate: PromotionGate(
                    name, isPassed: false, ["\(wanted.joined(separator: ", ")): nothing has run in \(environment), as far as is known here: there is no \(path)"], help: help(wanted[0])))
        }
        let repository = try site.repository()
        var releases: [String: Release] = [:]
        for release in try site.line.releases(in: repository) { releases[release.folderName] = release }
        let journal = try Journal(path: path, create: false)
        var evidence: [PromotionRecord.GreenRun] = []
        var (passed, failed): ([String], [(pipeline: String, words: String)]) = ([], [])
        for pipeline in wanted {
            switch try look(for: pipeline, journal, releases, repository) {
            case .found(let run, let release):
                evidence.append(.init(pipeline: pipeline, run: run.id, release: release.number))
                passed.append("\(pipeline): run \(run.id) of release \(release.number), \(run.started.toTheSecond)")
            case .missing(let why): failed.append((pipeline, "\(pipeline): \(why)"))
            }
        }
        try journal.close()
        guard let first = failed.first else { return Evidence(runs: evidence, gate: PromotionGate(name, isPassed: true, passed)) }
        return Evidence(runs: evidence, gate: PromotionGate(name, isPassed: false, failed.map(\.words), help: help(first.pipeline)))
    }

    private enum Answer {
        case found(RunRecord, Release)
        case missing(String)
    }

    /// The newest run of this content decides. For a pipeline that is only reached, that is a run with the changed ones before it: any other
    /// says nothing of what comes.
    private func look(for pipeline: String, _ journal: Journal, _ releases: [String: Release], _ repository: borrowing GitRepository) throws -> Answer {
        let environment = site.line.environment
        let content = try (changed.contains(pipeline) ? [pipeline] : [pipeline] + changed).flatMap { try Self.files(of: $0, in: project, tree) }
        var newest: String?
        func note(_ words: String) { if newest == nil { newest = words } }
        for run in try journal.runs(RunFilter(pipeline: pipeline, environment: environment, includesChildren: true), limit: Self.searched) {
            let told = "the last run, \(run.id) of \(run.started.toTheSecond), "
            guard let folder = run.release else {
                note(told + "used the working tree")
                continue
            }
            guard let release = releases[folder] else {
                note(told + "used a release that is not known here: \(folder)")
                continue
            }
            let tree = release.content(site.line, repository)
            if let other = content.first(where: { (try? tree.id(of: $0.path)) != $0.id }) {
                note(told + "was of release \(release.number), where \(other.path) is another one")
                continue
            }
            switch run.status {
            case .succeeded:
                let ran = Set(try journal.activities(run: run.id).map(\.path))
                let left = project.file(named: pipeline)?.pipeline?.activities.first { !ran.contains($0.name.value) }
                guard let left else { return .found(run, release) }
                note(told + "left out activity \(left.name.value)")
            case .running: return .missing("run \(run.id) of release \(release.number) has not ended yet")
            case .failed, .cancelled, .interrupted: return .missing("run \(run.id) of release \(release.number), \(run.started.toTheSecond), was not green: \(run.status.rawValue)")
            }
        }
        return .missing("no green run of what would be promoted in \(environment); " + (newest ?? "it has never run there"))
    }

    /// A pipeline's own file, its SQL and its templates, as they would be.
    static func files(of pipeline: String, in project: LoadedProject, _ tree: GitTree) throws -> [(path: String, id: GitObjectID)] {
        guard let file = project.file(named: pipeline) else { return [] }
        let templates = project.templates.filter { file.usedTemplates.contains($0.asset.name.value) }.map(\.path)
        return try ([file.path] + file.sqlPaths + templates).map { path in (FileSystem.normalise(path), try tree.id(of: path)) }
    }
}

extension LoadedProject {
    func file(named name: String) -> LoadedPipeline? { files.first { $0.name == name } }
}
