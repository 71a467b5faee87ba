import CommandLineKit
import Foundation
import Testing

@Suite struct CompletionTests {
    private func script(_ shell: String) async throws -> String { try await run("completion", shell).output }

    /// A folder with the scripts, and a program `pipectl` that answers as the real one would.
    private func folder() async throws -> String {
        let path = NSTemporaryDirectory() + "completion-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/data/inner", withIntermediateDirectories: true)
        for shell in Shell.allCases {
            try await script(shell.rawValue).write(toFile: path + "/script.\(shell.rawValue)", atomically: true, encoding: .utf8)
        }
        let fake = """
            #!/bin/sh
            if [ "$1" = --project ]; then project=$2; shift 2; fi
            [ "$1" = __complete ] || exit 1
            case $2 in
                pipelines) printf '%s\\n' sales stock 'odd name' '$(touch pwned)' ${project:+"in-$project"} ;;
                environments) printf '%s\\n' dev prod ;;
                tables) printf '%s\\n' gold.a gold.b ;;
            esac
            """
        try fake.write(toFile: path + "/pipectl", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path + "/pipectl")
        try "x".write(toFile: path + "/data.yml", atomically: true, encoding: .utf8)
        return path
    }

    private func output(of arguments: [String], in folder: String) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["HOME"] = folder
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// What bash offers for the words, of which the last one is being typed.
    @Test(arguments: [
        ([""], ["run", "lake", "completion"]),
        (["r"], ["run"]),
        (["lake", ""], ["ls", "history"]),
        (["lake", "ls", ""], ["bronze", "silver", "gold"]),
        (["lake", "ls", "gold", ""], []),
        (["lake", "-q", "ls", "s"], ["silver"]),
        (["run", "s"], ["sales", "stock"]),
        (["run", "o"], [#"odd\ name"#]),
        (["run", "$"], [#"\$\(touch\ pwned\)"#]),
        (["run", "sales", "g"], ["gold.a", "gold.b"]),
        (["run", "sales", "gold.a", "gold.b"], ["gold.b"]),
        (["run", "--env", ""], ["dev", "prod"]),
        (["run", "--env", "p"], ["prod"]),
        (["run", "--env", "="], ["dev", "prod"]),
        (["run", "--env", "=", "d"], ["dev"]),
        (["run", "-e", "p"], ["prod"]),
        (["run", "--mode", ""], ["append", "overwrite", "merge"]),
        (["run", "--env", "dev", "--mode", "m"], ["merge"]),
        (["run", "--env", "dev", "sa"], ["sales"]),
        (["run", "--limit", ""], []),
        (["--output", ""], ["text", "json"]),
        (["lake", "history", "--output", ""], ["append", "overwrite", "merge"]),
        (["lake", "history", "--out"], ["--output"]),
        (["lake", "ls", "--output", ""], ["text", "json"]),
        (["run", "x", "--color", "a"], ["auto", "always"]),
        (["-C", "p1", "run", "in"], ["in-p1"]),
        (["--project", "p2", "run", "in"], ["in-p2"]),
        (["--project", "d"], ["data"]),
        (["lake", "ls", "--file", "da"], ["data", "data.yml"]),
        (["run", "--c"], ["--cache", "--color"]),
        (["run", "--no"], ["--no-cache"]),
        (["run", "--sec"], []),
        (["lake", "--"], ["--project", "--output", "--color", "--quiet", "--help"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["run", "--", "s"], ["sales", "stock"]),
        (["nonsense", ""], []),
    ] as [([String], [String])])
    func bashOffers(words: [String], expected: [String]) async throws {
        let folder = try await folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let test = """
            source ./script.bash
            COMP_WORDS=(pipectl "$@")
            COMP_CWORD=$#
            _pipectl
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let (status, text) = try output(of: ["bash", "-uc", test, "test"] + words, in: folder)
        #expect(status == 0)
        #expect(text.split(separator: "\n").map(String.init).sorted() == expected.sorted())
        #expect(!FileManager.default.fileExists(atPath: folder + "/pwned"))
    }

    /// Those that are installed here; bash always is.
    static let shells = Shell.allCases.filter { shell in
        ["/bin/", "/usr/bin/", "/usr/local/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + shell.rawValue) }
    }

    @Test(arguments: shells)
    func scriptsAreWellFormed(shell: Shell) async throws {
        let folder = try await folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (status, text) = try output(of: [shell.rawValue, "-n", "script.\(shell.rawValue)"], in: folder)
        #expect(status == 0 && text == "")
    }

    @Test(arguments: [
        ("pipectl ", ["completion", "lake", "run"]),
        ("pipectl lake ls ", ["bronze", "gold", "silver"]),
        ("pipectl run --env ", ["dev", "prod"]),
        ("pipectl run --env=p", ["--env=prod"]),
        ("pipectl run -e dev --mode m", ["merge"]),
        ("pipectl -C p1 run in", ["in-p1"]),
        ("pipectl run --no", ["--no-cache"]),
    ].filter { _ in shells.contains(.fish) })
    func fishOffers(line: String, expected: [String]) async throws {
        let folder = try await folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (status, text) = try output(
            of: ["fish", "-N", "-c", "source ./script.fish; complete -C \"$argv[1]\"", line], in: folder)
        #expect(status == 0)
        let offered = text.split(separator: "\n").map { String($0.split(separator: "\t")[0]) }
        #expect(offered.sorted() == expected)
    }

    /// zsh's own completion functions need a terminal; these stand for them and print what would be offered.
    @Test(arguments: [
        ([""], ["run", "lake", "completion"]),
        (["lake", "ls", "s"], ["silver"]),
        (["run", "s"], ["sales", "stock"]),
        (["run", "o"], ["odd name"]),
        (["run", "--env", "p"], ["prod"]),
        (["run", "--env=p"], ["prod"]),
        (["run", "--env", "dev", "--mode", "m"], ["merge"]),
        (["lake", "history", "--output", "m"], ["merge"]),
        (["lake", "history", "--out"], ["--output"]),
        (["-C", "p1", "run", "in"], ["in-p1"]),
        (["--project=p2", "run", "in"], ["in-p2"]),
        (["run", "--no"], ["--no-cache"]),
        (["run", "--sec"], []),
        (["run", "--", "sa"], ["sales"]),
    ].filter { _ in shells.contains(.zsh) } as [([String], [String])])
    func zshOffers(words: [String], expected: [String]) async throws {
        let folder = try await folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let test = """
            offer() { local word; for word in "$@"; do [[ "$word" == "$PREFIX"* ]] && print -r -- "$word"; done }
            compadd() { if [[ "$1" == -a ]]; then offer "${(@P)2}"; else shift; offer "$@"; fi }
            _describe() { offer "${(@)${(@P)@[-1]}%%:*}" }
            compset() { PREFIX="${PREFIX#*=}" }
            compdef() { : }
            source ./script.zsh
            words=(pipectl "$@") CURRENT=$(($# + 1)) PREFIX="${@[-1]}"
            _pipectl
            true
            """
        let (status, text) = try output(of: ["zsh", "-f", "-c", test, "test"] + words, in: folder)
        #expect(status == 0)
        #expect(text.split(separator: "\n").map(String.init).sorted() == expected.sorted())
    }

    @Test func theProgramAnswersScripts() async throws {
        #expect(try await run("__complete", "environments").output == "dev\nprod\n")
        #expect(try await run("__complete", "environments", "p").output == "prod\n")
        #expect(try await run("__complete", "pipelines", "st").output == "stock\n")
        #expect(try await run("-C", "here", "__complete", "pipelines", "h").output == "here\n")
        #expect(try await run("__complete", "unknown", "x").output == "")
        #expect(try await run("__complete", "unknown", "x").code == .success)
    }
}
