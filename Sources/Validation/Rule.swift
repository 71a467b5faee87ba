internal import Diagnostics

/// A rule about one pipeline file and the SQL files it names. What it finds depends on these and on the frame (project
/// file, environments, templates) alone, so it is kept until one of them changes: nothing else may be looked at.
protocol PipelineRule: SendableMetatype {
    static func check(_ scope: PipelineScope) -> [Diagnostic]
}

/// A rule about the project file, environments and templates.
protocol FrameRule: SendableMetatype {
    static func check(_ frame: FrameScope) -> [Diagnostic]
}

/// A rule that looks at several pipelines at once, by what each tells of itself.
protocol ProjectRule: SendableMetatype {
    static func check(_ project: ProjectScope) -> [Diagnostic]
}

/// All rules, in one list.
enum Rules {
    static let frame: [any FrameRule.Type] = [
        EnvironmentRule.self, EnvironmentExpressionRule.self, RotationRule.self, FrameCaseRule.self, FrameCredentialRule.self, EnvironmentPathRule.self,
        SharedEnvironmentRule.self, EnvironmentSecretPlaceRule.self,
    ]
    static let pipeline: [any PipelineRule.Type] = [
        ActivityNameRule.self, CaseRule.self, DependencyRule.self, RedundantDependencyRule.self, ReachabilityRule.self, ConnectionRule.self,
        VariableRule.self, UnusedRule.self, LayerRule.self, WarehouseRule.self, ExpressionRule.self, TriggerRule.self, TimeoutRule.self,
        RetryRule.self, CheckRule.self, ConditionRule.self, PathRule.self, OutsideRootRule.self, CredentialRule.self, SourceColumnsRule.self,
        SecretPlaceRule.self, ViewRule.self,
    ]
    static let project: [any ProjectRule.Type] = [
        DuplicateAssetRule.self, UnusedTemplateRule.self, PipelineCallRule.self, PipelineCycleRule.self, LakeTableRule.self, FirstRunRule.self, ViewNamesRule.self,
    ]
}
