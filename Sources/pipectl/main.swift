import CommandLineKit
import Commands
import Glibc
import Support

// A reader that goes away (`pipectl ... | head`) is told by the write that fails.
signal(SIGPIPE, SIG_IGN)
// So is a file that grows beyond what `ulimit -f` allows.
signal(SIGXFSZ, SIG_IGN)
let environment = ProcessVariables.all
let context = CommandContext(output: .standardOutput, errors: .standardError, environment: environment)
let code = await Application.run(Array(CommandLine.arguments.dropFirst()), in: context)
// All is written and closed: nothing is left for the libraries to do.
_exit(code.rawValue)
