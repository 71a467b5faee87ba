internal import CommandLineKit

/// A service that runs the commands of a pipeline of delivery.
enum CIService: String, ArgumentValue, CaseIterable {
    case azure, github, gitlab

    /// Its files for a project.
    func files(_ flow: DeliveryFlow) -> [CIFile] {
        switch self {
        case .azure: AzurePipelinesFiles(flow: flow).files
        case .github: GitHubActionsFiles(flow: flow).files
        case .gitlab: GitLabFiles(flow: flow).files
        }
    }
}
