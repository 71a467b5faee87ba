/// What the program tells its caller; the same for every command, but for those that run another program.
package struct ExitCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Done, and the answer is yes.
    package static let success = ExitCode(rawValue: 0)
    /// Done, and the answer is no: invalid files, a failed run.
    package static let failure = ExitCode(rawValue: 1)
    /// Changes or drift were found, where the caller asked to be told (`--exit-code`).
    package static let changes = ExitCode(rawValue: 2)
    /// The command line is wrong (`EX_USAGE` of sysexits.h).
    package static let usage = ExitCode(rawValue: 64)
    /// The environment fails: files, network, a missing library (`EX_IOERR`).
    package static let environment = ExitCode(rawValue: 74)
    /// A program that was to be run is there and cannot be run; as shells have it.
    package static let notExecutable = ExitCode(rawValue: 126)
    /// There is no program of that name; as shells have it.
    package static let notFound = ExitCode(rawValue: 127)
    /// Stopped by SIGINT.
    package static let interrupted = ExitCode(rawValue: 130)

    package var meaning: String {
        switch self {
        case .success: "success"
        case .failure: "the answer is no: invalid files or a failed run"
        case .changes: "changes were found"
        case .usage: "wrong usage"
        case .environment: "the environment fails: files, network, a missing library"
        case .notExecutable: "the program cannot be run"
        case .notFound: "there is no such program"
        case .interrupted: "interrupted"
        default: "the code of the program that was run"
        }
    }
}
