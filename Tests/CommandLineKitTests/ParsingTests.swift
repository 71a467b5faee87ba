import CommandLineKit
import Testing

@Suite struct ParsingTests {
    @Test(arguments: [
        (["run", "sales"], "sales [] env=dev mode=- param= limit=-1 dry=false cache=true"),
        (["run", "sales", "--env", "prod"], "sales [] env=prod mode=- param= limit=-1 dry=false cache=true"),
        (["run", "--env=prod", "sales"], "sales [] env=prod mode=- param= limit=-1 dry=false cache=true"),
        (["run", "-e", "prod", "sales"], "sales [] env=prod mode=- param= limit=-1 dry=false cache=true"),
        (["run", "-eprod", "sales"], "sales [] env=prod mode=- param= limit=-1 dry=false cache=true"),
        (["run", "-e=prod", "sales"], "sales [] env=prod mode=- param= limit=-1 dry=false cache=true"),
        (["run", "-nq", "sales"], "sales [] env=dev mode=- param= limit=-1 dry=true cache=true"),
        (["run", "-ne", "prod", "sales"], "sales [] env=prod mode=- param= limit=-1 dry=true cache=true"),
        (["run", "sales", "a", "b"], #"sales ["a", "b"] env=dev mode=- param= limit=-1 dry=false cache=true"#),
        (["run", "sales", "--no-cache"], "sales [] env=dev mode=- param= limit=-1 dry=false cache=false"),
        (["run", "sales", "--no-cache", "--cache"], "sales [] env=dev mode=- param= limit=-1 dry=false cache=true"),
        (["run", "sales", "--param", "a=1", "-p", "b=x=y", "-pc="], "sales [] env=dev mode=- param=a=1,b=x=y,c= limit=-1 dry=false cache=true"),
        (["run", "sales", "--limit", "-5"], "sales [] env=dev mode=- param= limit=-5 dry=false cache=true"),
        (["run", "sales", "--limit=7", "--mode", "merge"], "sales [] env=dev mode=merge param= limit=7 dry=false cache=true"),
        (["run", "--", "--env"], "--env [] env=dev mode=- param= limit=-1 dry=false cache=true"),
        (["run", "-", "-1"], #"- ["-1"] env=dev mode=- param= limit=-1 dry=false cache=true"#),
        (["run", "--env", "-", "x"], "x [] env=- mode=- param= limit=-1 dry=false cache=true"),
        (["run", "--env=--odd", "x"], "x [] env=--odd mode=- param= limit=-1 dry=false cache=true"),
        (["run", "--env=", "x"], "x [] env= mode=- param= limit=-1 dry=false cache=true"),
        (["--quiet", "run", "sales", "--secret-knob", "1"], "sales [] env=dev mode=- param= limit=-1 dry=false cache=true"),
        (["lake", "ls"], "ls -"), (["lake", "ls", "gold"], "ls gold"), (["lake", "-q", "ls"], "ls -"),
    ] as [([String], String)])
    func isRead(words: [String], expected: String) async throws {
        let result = try await runAll(words)
        #expect(result.received == [expected])
        #expect(result.errors == "")
    }

    @Test(arguments: [
        (["rn"], "unknown command 'rn'; did you mean 'run'?"),
        (["xyz"], "unknown command 'xyz'"),
        (["innr"], "unknown command 'innr'"),
        (["lake", "lss"], "unknown command 'lss'; did you mean 'ls'?"),
        (["run"], "PIPELINE is missing"),
        (["run", "s", "--evn", "x"], "unknown option '--evn'; did you mean '--env'?"),
        (["run", "s", "--dryrun"], "unknown option '--dryrun'; did you mean '--dry-run'?"),
        (["run", "s", "--no-cahce"], "unknown option '--no-cahce'; did you mean '--no-cache'?"),
        (["run", "s", "--quite"], "unknown option '--quite'; did you mean '--quiet'?"),
        (["run", "s", "-x"], "unknown option '-x'"),
        (["run", "s", "--env"], "the option '--env' needs a value: --env NAME"),
        (["run", "s", "-e"], "the option '-e' needs a value: -e NAME"),
        (["run", "s", "--env", "--dry-run"], "the option '--env' needs a value: --env NAME"),
        (["run", "s", "--dry-run=yes"], "the option '--dry-run' takes no value"),
        (["run", "s", "--no-cache=1"], "the option '--no-cache' takes no value"),
        (["run", "s", "--help=1"], "the option '--help' takes no value"),
        (["run", "s", "--env", "a", "--env", "b"], "the option '--env' is given twice"),
        (["run", "s", "--limit", "many"], "'many' is not valid for '--limit': expected a whole number"),
        (["run", "s", "--mode", "merg"], "'merg' is not valid for '--mode': expected one of append, overwrite, merge; did you mean 'merge'?"),
        (["run", "s", "--param", "x"], "'x' is not valid for '--param': expected NAME=VALUE"),
        (["run", "s", "--timeout", "soon"], "'soon' is not valid for '--timeout': expected a length of time such as 90s, 15m or 1h30m"),
        (["run", "s", "--output", "jsn"], "'jsn' is not valid for '--output': expected one of text, json; did you mean 'json'?"),
        (["run", "s", "-n", "--limit", "1"], "'--limit' makes no sense with '--dry-run'"),
        (["lake", "ls", "a", "b"], "unexpected argument 'b'"),
        (["lake", "ls", "--env", "x"], "unknown option '--env'"),
        (["run", "s", "--env\u{1B}[31m"], "unknown option '--env<U+001B>[31m'"),
    ] as [([String], String)])
    func isRefused(words: [String], message: String) async throws {
        let result = try await runAll(words)
        #expect(result.code == .usage)
        #expect(result.code.rawValue == 64)
        #expect(result.output == "" && result.received == [])
        #expect(result.errors.split(separator: "\n").first.map(String.init) == "error: " + message)
    }

    private func runAll(_ words: [String]) async throws -> Answer {
        let output = Terminal.inMemory()
        let errors = Terminal.inMemory()
        let received = Received()
        let code = try await $received.withValue(received) {
            try await program.run(words, in: CommandContext(output: output, errors: errors, environment: [:]))
        }
        return Answer(code: code, output: output.contents, errors: errors.contents, received: received.lines)
    }

    @Test func anErrorNamesTheUsageOfItsCommand() async throws {
        let result = try await run("lake", "ls", "--x")
        #expect(result.errors == "error: unknown option '--x'\nusage: pipectl lake ls [options] [LAYER]\nSee 'pipectl lake ls --help'.\n")
    }

    @Test func globalOptionsStandAnywhere() async throws {
        for words in [["-C", "dir", "run", "s", "--output", "json"], ["run", "--output=json", "s", "--project", "dir"]] {
            let result = try await runAll(words)
            #expect(result.output == "ran in dir as json\n")
            #expect(result.code == .failure)
        }
    }

    @Test func aCommandTakesOtherValuesOfAGlobalOption() async throws {
        for words in [["lake", "history", "--output", "merge"], ["--output=merge", "lake", "history"]] {
            #expect(try await runAll(words).output == "merge and text\n")
        }
        #expect(try await run("lake", "history").output == "append and text\n")
        let refused = try await run("lake", "history", "--output", "json")
        #expect(refused.errors.hasPrefix("error: 'json' is not valid for '--output': expected one of append, overwrite, merge\n"))
        #expect(try await run("lake", "ls", "--output", "merge").errors.contains("expected one of text, json\n"))
        let help = try await run("lake", "history", "--help").output
        #expect(help.split(separator: "--output").count == 2 && help.contains("(append, overwrite,"))
    }

    @Test func theDeclarationIsSound() {
        #expect(program.root.problems() == [])
    }

    @Test func unsoundDeclarationsAreFound() {
        let optional = Argument<String?>.optionalPositional("A", help: "")
        let required = Argument<String>.positional("B", help: "")
        let clash = Argument<Bool>.flag("quiet", help: "")
        let short = Argument<Bool>.flag("mine", short: "C", help: "")
        let specification = CommandSpecification("x", summary: "", arguments: [optional, required, clash, short])
        #expect(
            specification.problems() == [
                "x: --quiet is not given as the option of every command is", "x: -C is declared twice",
                "x: B follows an argument that may be absent or takes all words", "x: no command behind it",
            ])
    }
}

@Suite struct HelpTests {
    @Test func ofACommand() async throws {
        let result = try await run("run", "--help")
        #expect(result.code == .success)
        #expect(result.received == [])
        #expect(
            result.output == """
                Run a pipeline

                Usage: pipectl run [options] PIPELINE [TABLE...]

                Runs every activity in order.

                A failed run gives exit code 1.

                Arguments:
                  PIPELINE  Name of the pipeline
                  TABLE     Tables to run alone

                Options:
                  -e, --env NAME          Environment to run in (default: dev)
                      --mode MODE         How rows are written (append, overwrite, merge)
                  -p, --param NAME=VALUE  Value of a parameter (may be repeated)
                      --limit N           Rows at most
                      --timeout TIME      Time at most
                  -n, --dry-run           Show what would be done
                      --[no-]cache        Use cached results (default: yes)

                Options of every command:
                  -C, --project DIR    Folder of the project (default: the nearest one that has
                                       pipectl.yml)
                      --output FORMAT  How results are written: text for people, json for
                                       programs (default: text)
                      --color WHEN     Colours: auto, always or never (default: auto)
                  -q, --quiet          Only errors and results
                  -h, --help           Show this help

                Examples:
                  pipectl run sales --env prod
                      Run one pipeline in production

                Exit codes:
                  0    success
                  1    the run failed
                  64   wrong usage
                  74   the environment fails: files, network, a missing library
                  130  interrupted

                """)
    }

    @Test func ofTheProgram() async throws {
        let result = try await run("--help")
        #expect(result.code == .success)
        #expect(result.output.hasPrefix("GitOps for data pipelines\n\nUsage: pipectl COMMAND [options]\n"))
        #expect(result.output.contains("  run         Run a pipeline\n  lake        Tables of the lake\n  completion  "))
        #expect(!result.output.contains("inner") && !result.output.contains("__complete"))
        #expect(result.output.contains("      --version"))
    }

    @Test func isReachedInSeveralWays() async throws {
        let expected = try await run("lake", "ls", "--help").output
        #expect(expected.hasPrefix("List tables\n"))
        for words in [["help", "lake", "ls"], ["--help", "lake", "ls"], ["lake", "ls", "-h"], ["lake", "--help", "ls", "x", "y"]] {
            let output = Terminal.inMemory()
            _ = try await program.run(words, in: CommandContext(output: output, errors: .inMemory(), environment: [:]))
            #expect(output.contents == expected)
        }
    }

    @Test func aGroupAloneIsWrongUsage() async throws {
        for result in [try await run(), try await run("lake")] {
            #expect(result.code == .usage)
            #expect(result.output == "")
            #expect(result.errors.contains("Commands:"))
        }
    }

    @Test func version() async throws {
        let result = try await run("--version")
        #expect(result.code == .success && result.output == "pipectl 1.2.3\n")
    }

    @Test func fitsTheTerminal() async throws {
        for width in [40, 60, 200] {
            let lines = try await run("run", "--help", interactive: true, width: width, environment: ["NO_COLOR": "1"]).output
                .split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= max(min(width, 100), 60) })
        }
    }

    @Test func coloursOnTerminalsOnly() async throws {
        #expect(try await run("--help", interactive: true, width: 80).output.contains("\u{1B}[1mUsage:\u{1B}[0m"))
        #expect(try await !run("--help", interactive: true, width: 80, environment: ["NO_COLOR": "1"]).output.contains("\u{1B}"))
        #expect(try await !run("--help", interactive: true, width: 80, environment: ["TERM": "dumb"]).output.contains("\u{1B}"))
        #expect(try await !run("--help").output.contains("\u{1B}"))
    }
}
