internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Secrets
internal import Support

/// How variables are written.
enum VariableFormat: String, ArgumentValue, CaseIterable { case shell, dotenv, json }

/// `pipectl secrets export-env`
struct SecretsExportCommand: Command {
    static let names = Argument<[String]>.positionals("NAME", help: "Only these secrets", completion: .dynamic(kind: "secrets"))
    static let format = Argument<VariableFormat>.option("format", value: "FORMAT", default: .shell, help: "shell (export NAME='...'), dotenv (NAME=\"...\") or json")
    static let prefix = Argument<String>.option("prefix", value: "TEXT", default: "", help: "Put before the name of every variable")

    static let specification = CommandSpecification(
        "export-env", summary: "Write the secrets of a store as environment variables",
        discussion: """
            A secret `erp-password` becomes the variable ERP_PASSWORD. Secrets that are disabled, expired or not yet valid are left \
            out. Where a program is to be started with them, `pipectl secrets run` keeps the values out of files and shells.
            """,
        examples: [.init("eval \"$(pipectl secrets export-env --env dev)\"", "Into this shell")], arguments: [format, prefix] + SecretsOptions.target + [names])

    private let names: [String]
    private let format: VariableFormat
    private let prefix: String
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        names = arguments[Self.names]
        format = arguments[Self.format]
        prefix = arguments[Self.prefix]
        // What is written is for a shell to run.
        guard prefix.isEmpty || ExportedSecret.isName(prefix) else { throw UsageError("'\(prefix)' cannot begin the name of a variable", help: "use letters, digits and _") }
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let store = try target.file(in: context).open(with: target.opener(in: context))
        let variables = try ExportedSecret.make(store, names: names, prefix: prefix, at: WallClock.system.now(), in: context)
        switch context.global.output == .json ? .json : format {
        case .json: context.write(json: .object(JSONObject(variables.map { ($0.variable, .string($0.text)) })))
        case .shell: for item in variables { context.output.write("export \(item.variable)=\(ShellWord.quoted(item.text))\n") }
        case .dotenv: for item in variables { context.output.write("\(item.variable)=\(Self.quoted(item.text))\n") }
        }
        return .success
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\"", "\\", "$": result += "\\\(scalar)"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Secrets as variables of an environment.
struct ExportedSecret {
    let variable: String
    let value: SensitiveBytes

    var text: String { value.withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Those that are given out at this moment; what is left out is told. A secret that was named has to be given out.
    static func make(
        _ store: SecretStore, names: [String], prefix: String, at now: Instant, in context: CommandContext
    ) throws -> [ExportedSecret] {
        var found: [ExportedSecret] = []
        var origins: [String: String] = [:]
        for name in names.isEmpty ? store.inventory.entries.map(\.name) : names {
            let value: SensitiveBytes
            do throws(SecretsError) {
                value = try store.value(name, at: now)
            } catch {
                if !names.isEmpty { throw error }
                context.errors.write("left out: \(VisibleText.escaped(error.message))\n")
                continue
            }
            let variable = prefix + Self.variable(of: name)
            if names.isEmpty, Self.isTaken(variable) {
                context.errors.write("left out: secret '\(VisibleText.escaped(name))' would be the variable \(variable), which changes how programs run; name it where that is meant\n")
                continue
            }
            if let other = origins.updateValue(name, forKey: variable) {
                throw CommandFailure("secrets '\(other)' and '\(name)' would both be the variable \(variable)", help: "name the ones you want", .usage)
            }
            found.append(ExportedSecret(variable: variable, value: value))
        }
        return found
    }

    /// Variables that shells, loaders and interpreters obey.
    private static let takenNames: Set = [
        "PATH", "HOME", "USER", "SHELL", "PWD", "IFS", "ENV", "BASH_ENV", "CDPATH", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB",
        "PERL5OPT", "NODE_OPTIONS", "NODE_PATH", "RUBYLIB", "RUBYOPT", "JAVA_TOOL_OPTIONS", "EDITOR", "VISUAL", "PAGER",
    ]
    private static let takenStarts = ["LD_", "GIT_", "DYLD_", "GLIBC_"]

    private static func isTaken(_ variable: String) -> Bool {
        takenNames.contains(variable) || takenStarts.contains { variable.hasPrefix($0) }
    }

    /// `erp-password` as `ERP_PASSWORD`.
    static func variable(of name: String) -> String {
        // One `_` for a character, however many bytes it has.
        var bytes = name.utf8.filter { $0 & 0xC0 != 0x80 }.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (0x30...0x39).contains($0) }) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
