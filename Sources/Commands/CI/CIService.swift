internal import CommandLineKit

/// A service that runs the commands of a pipeline of delivery.
enum CIService: String, ArgumentValue, CaseIterable {
    case azure, github, gitlab

    /// Its files for a project.
    func files(_ flow: DeliveryFlow) -> [CIFile] {
        let flow = flow.without(owns)
        return switch self {
        case .azure: AzurePipelinesFiles(flow: flow).files
        case .github: GitHubActionsFiles(flow: flow).files
        case .gitlab: GitLabFiles(flow: flow).files
        }
    }

    /// Azure reads `FILE@REPOSITORY` as a template of another repository.
    func check(_ flow: DeliveryFlow) throws(CommandFailure) {
        guard self == .azure else { return }
        try CIText.checkFolder(flow.templates, "the folder of templates", signs: "._-+")
    }

    /// Whether a variable is set by the machine or by the service itself: what its settings hold must not take that place.
    func owns(_ variable: String) -> Bool {
        let prefixes =
            switch self {
            case .azure: ["BUILD_", "SYSTEM_", "AGENT_"]
            case .github: ["GITHUB_", "RUNNER_", "ACTIONS_"]
            case .gitlab: ["CI_", "GITLAB_"]
            }
        return Self.variablesOfMachines.contains(variable) || variable.hasPrefix("LC_") || prefixes.contains { variable.uppercased().hasPrefix($0) }
    }

    private static let variablesOfMachines: Set = ["PATH", "HOME", "USER", "SHELL", "PWD", "TMPDIR", "LANG"]
}
