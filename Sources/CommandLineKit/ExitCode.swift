/// What the program tells its caller; the same for every command.
package enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done, and the answer is yes.
    case success = 0
    /// Done, and the answer is no: invalid files, a failed run.
    case failure = 1
    /// Changes or drift were found, where the caller asked to be told (`--exit-code`).
    case changes = 2
    /// The command line is wrong (`EX_USAGE` of sysexits.h).
    case usage = 64
    /// The environment fails: files, network, a missing library (`EX_IOERR`).
    case environment = 74
    /// Stopped by SIGINT.
    case interrupted = 130

    package var meaning: String {
        switch self {
        case .success: "success"
        case .failure: "the answer is no: invalid files or a failed run"
        case .changes: "changes were found"
        case .usage: "wrong usage"
        case .environment: "the environment fails: files, network, a missing library"
        case .interrupted: "interrupted"
        }
    }
}
