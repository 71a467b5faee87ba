internal import AssetLoading
internal import Git
internal import Support

/// The link `live` and the files of a release, against what git says.
package struct DriftedFiles: Sendable {
    private let release: Release
    private let site: DeliverySite
    private let branch: BranchTip?

    package init(_ release: Release, at site: DeliverySite, branch: BranchTip?) {
        self.release = release
        self.site = site
        self.branch = branch
    }

    package func items() throws -> [DriftItem] {
        let repository = try site.repository()
        let content = release.content(site.line, repository).files
        let folder = site.live.path(of: release.folderName)
        if FileSystem.kind(of: folder) != .directory {
            let count = try content.allFiles().count
            return try link() + [
                DriftItem(
                    .file, "releases/" + release.folderName, "is gone", git: "release \(release.number) of \(site.line.reference)",
                    recorded: "\(count) file\(count == 1 ? "" : "s")", live: "no such folder", remedy: .fix)
            ]
        }
        var batch = try repository.batch()
        let recorded = Dictionary(try content.allFiles().map { (ExactText($0.path), $0.file.id) }, uniquingKeysWith: { first, _ in first })
        return try link() + site.live.differences(of: release.folderName, from: content).map { difference in
            let problem =
                switch difference.kind {
                case .missing: "is missing"
                case .changed: "was changed"
                case .unknown: "is no file of the release"
                }
            return DriftItem(
                .file, difference.path, problem, git: git(difference.path), recorded: recorded[ExactText(difference.path)]?.short ?? "no such file",
                live: try live(FileSystem.join(folder, difference.path), &batch), remedy: .fix)
        }
    }

    private func git(_ path: String) -> String {
        guard let branch else { return "the branch is not known here" }
        // What cannot be read there is not there for a release, either.
        guard let id = try? branch.tree.id(of: path) else { return "no such file on branch \(branch.name)" }
        return "\(id.short) on branch \(branch.name)"
    }

    private func live(_ path: String, _ batch: inout GitObjectBatch) throws -> String {
        switch FileSystem.kind(of: path) {
        case .file: try batch.blob(try FileSystem.read(path, followLink: false)).short
        case .symbolicLink: "a link"
        case .directory: "a folder"
        case .other: "neither file nor folder"
        case nil: "no such file"
        }
    }

    private func link() throws -> [DriftItem] {
        let expected = LiveFolder.target(release.folderName)
        let kind = FileSystem.kind(of: site.live.link)
        let target = try FileSystem.linkTarget(site.live.link)
        if let target, target.utf8.elementsEqual(expected.utf8) { return [] }
        let isOther = kind != nil && kind != .symbolicLink
        if let name = try site.releaseOfOthers() {
            return [
                DriftItem(
                    .link, "live", "leads to a release that this repository does not have", git: "release \(release.number) of \(site.line.reference)", recorded: expected,
                    live: target ?? name, remedy: .other("deploy from where it was made; where it is not wanted any more: remove \(site.live.link), then: pipectl drift --fix"))
            ]
        }
        return [
            DriftItem(
                .link, "live", target == nil ? (isOther ? "is no link" : "is missing") : "leads elsewhere", git: "release \(release.number) of \(site.line.reference)",
                recorded: expected, live: target ?? (isOther ? "a file or folder" : "no link"), remedy: isOther ? .other("move \(site.live.link) away, then: pipectl drift --fix") : .fix)
        ]
    }
}
