/// A condition of a promotion, looked at.
package struct PromotionGate: Sendable, Hashable {
    /// `validated`, `greenRun`, `approved`, `noDrift`, as the environment's file names them; `branch`: what a protected environment
    /// asks of its branch.
    package let name: String
    package let isPassed: Bool
    /// Where it failed, why; else what shows that it holds.
    package let findings: [String]
    package var help: String?

    package init(_ name: String, isPassed: Bool, _ findings: [String], help: String? = nil) {
        self.name = name
        self.isPassed = isPassed
        self.findings = findings
        self.help = help
    }
}
