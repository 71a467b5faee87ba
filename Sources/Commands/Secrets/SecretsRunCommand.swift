internal import CommandLineKit
internal import Crypto
internal import Diagnostics
internal import Glibc
internal import Secrets
internal import Support

/// A secret and the variable that it goes into.
struct SecretChoice: ArgumentValue {
    let name: String
    let variable: String?

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard !parts[0].isEmpty else { return nil }
        name = parts[0]
        variable = parts.count > 1 ? parts[1] : nil
        if let variable, !ExportedSecret.isName(variable) { return nil }
    }

    static let expectation = "NAME or NAME=VARIABLE"
}

/// `pipectl secrets run`
struct SecretsRunCommand: Command {
    static let secrets = Argument<[SecretChoice]>.options(
        "secret", short: "s", value: "NAME[=VARIABLE]", help: "Only this secret, in this variable (default: all that are given out now)",
        completion: .dynamic(kind: "secrets"))
    static let prefix = Argument<String>.option("prefix", value: "TEXT", default: "", help: "Put before the names of variables that are made of secrets' names")
    static let noMask = Argument<Bool>.flag("no-mask", help: "Leave the program its terminal: it runs in the place of pipectl, and nothing masks what it prints")
    static let cleanEnvironment = Argument<Bool>.flag("clean-env", help: "Pass on no other variables but PATH, HOME, USER, LANG, LC_*, TERM, TMPDIR and TZ")
    static let words = Argument<[String]>.positionals("COMMAND", minimum: 1, help: "The program and its arguments, behind `--`", completion: .file)

    static let specification = CommandSpecification(
        "run", summary: "Run a program with secrets in its environment",
        discussion: """
            A secret `erp-password` is the variable ERP_PASSWORD of the program, and stands nowhere else: not on its command line, not in \
            a file. Who may read /proc/PID/environ of the program, its own user and root, can read it there. Secrets that are disabled, \
            expired or not yet valid are left out; PIPECTL_AGE_KEY and SOPS_AGE_KEY are not passed on.

            In what the program prints, the values stand as ***, also in base 64, hexadecimal, as URLs and in JSON. For that its output \
            goes through a pipe: a program that needs a terminal wants --no-mask. Input and signals are passed on. The exit code is \
            that of the program; 128 and the number of the signal that ended it.
            """,
        examples: [
            .init("pipectl secrets run --env prod -- psql -c 'select 1'", "All secrets of prod"),
            .init("pipectl secrets run --secret erp-password=PGPASSWORD -- psql -h db", "One of them, under another name"),
        ],
        arguments: [secrets, prefix, noMask, cleanEnvironment] + SecretsOptions.target + [words],
        exitCodes: [(.notExecutable, ExitCode.notExecutable.meaning), (.notFound, ExitCode.notFound.meaning)])

    private let choices: [SecretChoice]
    private let prefix: String
    private let isMasked: Bool
    private let isClean: Bool
    private let words: [String]
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        choices = arguments[Self.secrets]
        prefix = arguments[Self.prefix]
        guard prefix.isEmpty || ExportedSecret.isName(prefix) else { throw UsageError("'\(prefix)' cannot begin the name of a variable", help: "use letters, digits and _") }
        isMasked = !arguments[Self.noMask]
        isClean = arguments[Self.cleanEnvironment]
        words = arguments[Self.words]
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        ProcessHardening.forbidCoreDumps()
        let store = try target.file(in: context).open(with: target.opener(in: context))
        let variables = try ExportedSecret.make(store, choices: choices, prefix: prefix, at: WallClock.system.now(), in: context)
        let environment = ChildEnvironment.inherited { name in
            !Self.identities.contains(name) && (!isClean || Self.plain.contains(name) || name.hasPrefix("LC_"))
        }
        for item in variables {
            try item.value.withBytes { bytes in
                guard !bytes.contains(0) else { throw CommandFailure("the value for \(item.variable) holds a zero byte, which no variable can", .failure) }
                environment.set(item.variable, to: bytes)
                SecretScrubber.shared.register(bytes)
            }
            if isMasked, item.value.count < SecretScrubbing.leastLength {
                context.errors.write("warning: the value of \(item.variable) has less than \(SecretScrubbing.leastLength) characters, and is not masked\n")
            }
        }
        context.output.flush()
        context.errors.finish()
        let program = ChildProcess(words[0], Array(words.dropFirst()), environment: environment)
        do throws(ChildProcessError) {
            guard isMasked else { try program.replaceThisProcess() }
            let result = try await MaskedProgram.run(program)
            // The program could not know: it wrote into a pipe.
            if result.exit.isSuccess, let failure = result.failure {
                context.errors.write("error: \(failure.description)\n")
                return .environment
            }
            return ExitCode(rawValue: result.exit.shellCode)
        } catch {
            let code: ExitCode = error.kind == .notFound ? .notFound : error.kind == .notExecutable ? .notExecutable : .environment
            throw CommandFailure(error.message, help: error.help, code)
        }
    }

    /// They open every store: no program needs them for the secrets it is given.
    static let identities: Set = ["PIPECTL_AGE_KEY", "SOPS_AGE_KEY"]
    private static let plain: Set = ["PATH", "HOME", "USER", "LANG", "TERM", "TMPDIR", "TZ"]
}

extension ExportedSecret {
    /// Those that were chosen, each of which has to be given out; all where none was.
    static func make(
        _ store: SecretStore, choices: [SecretChoice], prefix: String, at now: Instant, in context: CommandContext
    ) throws -> [ExportedSecret] {
        if choices.isEmpty { return try make(store, names: [], prefix: prefix, at: now, in: context) }
        var origins: [String: String] = [:]
        return try choices.map { choice in
            let variable = choice.variable ?? prefix + Self.variable(of: choice.name)
            if let other = origins.updateValue(choice.name, forKey: variable) {
                throw CommandFailure("secrets '\(other)' and '\(choice.name)' would both be the variable \(variable)", help: "name another one: --secret \(choice.name)=VARIABLE", .usage)
            }
            return ExportedSecret(variable: variable, value: try store.value(choice.name, at: now))
        }
    }

    /// What shells take for the name of a variable.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: "_") }
    }
}
