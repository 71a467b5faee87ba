internal import CommandLineKit

/// A service that runs the commands of a pipeline of delivery.
enum CIService: String, ArgumentValue, CaseIterable {
    case azure, github, gitlab

    /// Its files, by paths from the top of the repository.
    func files(_ flow: DeliveryFlow) -> [(path: String, text: String)] {
        switch self {
        case .azure: AzurePipelinesFiles(flow: flow).files
        case .github: GitHubActionsFiles(flow: flow).files
        case .gitlab: GitLabFiles(flow: flow).files
        }
    }
}
