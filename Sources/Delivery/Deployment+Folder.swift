internal import AssetLoading
internal import Assets
internal import Support

extension Deployment {
    /// Nobody comes into a protected environment by giving its folder to another one: a commit may have taken the protected one out of the
    /// project. What is live says whose the folder is.
    func requireOwnFolder() throws {
        guard let name = try site.live.current(), try site.current()?.folderName != name else { return }
        let environments = ProjectLoader.frame(of: try WorkingTree(root: site.live.path(of: name))).environments.map(\.asset)
        let own = site.line.environment
        guard !environments.contains(where: { $0.name.value == own }), let other = environments.first(where: \.isProtected)?.name.value else { return }
        throw DeliveryError(
            .refused, "the folder \(site.rootFromProject) is that of environment \"\(other)\", which is protected, and not of \"\(own)\"",
            help: "give \"\(own)\" a root of its own; where \"\(other)\" was renamed to it, take away the link first: \(FileSystem.join(site.rootFromProject, "live"))")
    }
}
