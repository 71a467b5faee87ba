/// How much of a file is taken before it is refused. What exceeds a limit is reported, never cut off.
package struct YAMLLimits: Sendable, Hashable {
    /// Size of the file, in bytes.
    package var fileBytes: Int
    /// Length of one resolved scalar, in bytes.
    package var scalarBytes: Int
    /// Nodes written in the file.
    package var nodes: Int
    /// Collections inside collections, with aliases followed.
    package var depth: Int
    /// Nodes that aliases stand for, all together and with aliases inside them followed.
    package var aliasNodes: Int
    /// Findings in one file; the rest are counted.
    package var diagnostics: Int

    package init(
        fileBytes: Int = 16 << 20, scalarBytes: Int = 8 << 20, nodes: Int = 1_000_000, depth: Int = 100,
        aliasNodes: Int = 100_000, diagnostics: Int = 100
    ) {
        self.fileBytes = fileBytes
        self.scalarBytes = scalarBytes
        self.nodes = nodes
        self.depth = depth
        self.aliasNodes = aliasNodes
        self.diagnostics = diagnostics
    }

    package static let standard = YAMLLimits()
}
