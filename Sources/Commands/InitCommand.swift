internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Support

/// `pipectl init`
struct InitCommand: Command {
    static let folder = Argument<String?>.optionalPositional("DIR", help: "Folder of the project (default: this one)", completion: .directory)
    static let name = Argument<String?>.option("name", value: "NAME", help: "Name of the project (default: that of the folder)")

    static let specification = CommandSpecification(
        "init", summary: "Make a new project that runs as it is",
        discussion: "Writes a project file, the environments dev and prod, and one pipeline with a source of its own to start from. Files that exist are left alone.",
        examples: [.init("pipectl init shop && cd shop && pipectl run hello", "Make a project and run its pipeline")],
        arguments: [folder, name], exitCodes: [(.failure, "there is a project already")])

    private let folder: String
    private let name: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        folder = arguments[Self.folder] ?? "."
        name = arguments[Self.name]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let root = FileSystem.absolute(folder)
        let file = FileSystem.join(root, Project.fileName)
        guard FileSystem.kind(of: file) == nil else {
            throw CommandFailure("there is a project already: \(file)", help: "`pipectl validate` checks it", .failure)
        }
        let name = self.name ?? Self.usableName(FileSystem.lastComponent(of: root))
        var written: [String] = []
        for (path, text) in Self.files(named: name) {
            let target = FileSystem.join(root, path)
            guard FileSystem.kind(of: target) == nil else { continue }
            try FileSystem.createDirectory(FileSystem.parent(of: target))
            let head = path.hasSuffix(".yml") ? EditorSchema.line(in: path) : ""
            try FileSystem.writeAtomically(Array((head + text).utf8), to: target)
            written.append(path)
        }
        switch context.global.output {
        case .json: context.write(json: ["project": .string(root), "files": .array(written.map { .string($0) })])
        case .text:
            context.output.write("made project \(name) in \(VisibleText.escaped(root))\n")
            for path in written { context.output.write("  \(path)\n") }
            let enter = folder == "." ? "" : "cd \(VisibleText.escaped(ShellWord.quoted(folder))) && "
            context.output.write("next: \(enter)pipectl validate && pipectl run hello\n")
        }
        return .success
    }

    /// A folder's name may hold what the name of an asset may not.
    private static func usableName(_ folder: String) -> String {
        let kept = folder.unicodeScalars.map { $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-.".unicodeScalars.contains($0) ? Character($0) : "_" }
        let name = String(kept.prefix(60))
        return name.first.map { $0.isLetter || $0 == "_" } == true ? name : "project_" + name
    }

    private static func files(named name: String) -> [(String, String)] {
        func environment(_ name: String, _ rest: String) -> String {
            """
            apiVersion: pipectl/v1
            kind: Environment
            name: \(name)
            \(rest)root: .pipectl/\(name)
            connections:
              files: { type: files, root: data }
            warehouse: { type: duckdb, path: warehouse.duckdb }

            """
        }
        return [
            (
                Project.fileName,
                """
                apiVersion: pipectl/v1
                kind: Project
                name: \(name)
                defaultEnvironment: dev
                layers: [bronze, silver, gold]

                """
            ),
            ("environments/dev.yml", environment("dev", "branch: develop\n")),
            ("environments/prod.yml", environment("prod", "branch: main\nprotected: true\npromotion: { from: dev }\n")),
            (
                "pipelines/hello.yml",
                """
                apiVersion: pipectl/v1
                kind: Pipeline
                name: hello
                description: From a CSV file to a table of figures.
                activities:
                  - name: ingest
                    type: copy
                    source:
                      connection: files
                      path: orders.csv
                      format: { type: csv, columns: { order_id: BIGINT, country: VARCHAR, amount: "DECIMAL(18,2)" } }
                    into: bronze.orders
                    audit: true
                  - name: orders
                    type: transform
                    query: sql/orders.sql
                    into: silver.orders
                    checks:
                      - notNull: [order_id, amount]
                      - unique: [order_id]
                      - expression: { sql: "amount > 0", onViolation: quarantine }
                  - name: revenue
                    type: transform
                    query: |
                      select country, count(*) as orders, sum(amount)::decimal(18,2) as revenue
                      from silver.orders
                      group by country
                      order by country
                    into: gold.revenue
                    checks:
                      - rowCount: { min: 1 }
                  - name: publish
                    type: publish
                    tables: [gold.revenue]

                """
            ),
            (
                "pipelines/sql/orders.sql",
                """
                select
                    order_id,
                    upper(trim(country)) as country,
                    amount
                from bronze.orders

                """
            ),
            ("data/orders.csv", "order_id,country,amount\n1,de,19.90\n2,fr,5.00\n3,DE ,12.50\n4,it,-1.00\n"),
            (EditorSchema.fileName, EditorSchema.text()),
            (".gitignore", "/.pipectl/\n"),
        ]
    }
}
