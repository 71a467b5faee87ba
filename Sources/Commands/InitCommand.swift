internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Support

/// `pipectl init`
struct InitCommand: Command {
    static let folder = Argument<String?>.optionalPositional("DIR", help: "Folder of the project (default: this one)", completion: .directory)
    static let name = Argument<String?>.option("name", value: "NAME", help: "Name of the project (default: that of the folder)")

    static let services = Argument<[CIService]>.options(
        "ci", value: "SERVICE", help: "Write the files of a CI service, for this project or a new one: \(CIService.allWords.joined(separator: ", "))")
    static let force = Argument<Bool>.flag("force", help: "Replace files of CI services that are there and hold something else")

    static let specification = CommandSpecification(
        "init", summary: "Make a new project that runs as it is, or files of a CI service",
        discussion: """
            Writes a project file, the environments dev and prod, and one pipeline with a source of its own to start from. Files \
            that exist are left alone.

            With --ci a project that is there gets the files of a CI service: pull requests are validated and their meaning is \
            shown; each branch that an environment names is planned, deployed and run there; where the environment is protected, \
            after somebody has approved the plan. They are made of the environments' files: write them anew when those change.
            """,
        examples: [
            .init("pipectl init shop && cd shop && pipectl run hello", "Make a project and run its pipeline"),
            .init("pipectl init --ci github", "Deliver the project in this folder with GitHub Actions"),
        ],
        arguments: [folder, name, services, force],
        exitCodes: [(.failure, "there is a project already, or a file of a CI service that holds something else")])

    private let folder: String
    private let name: String?
    private let services: [CIService]
    private let isForced: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        folder = arguments[Self.folder] ?? "."
        name = arguments[Self.name]
        let given = Set(arguments[Self.services])
        services = CIService.allCases.filter { given.contains($0) }
        isForced = arguments[Self.force]
        if isForced, services.isEmpty { throw UsageError("--force is for files of CI services", help: "name one: --ci github") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let root = FileSystem.absolute(folder)
        let file = FileSystem.join(root, Project.fileName)
        let isNew = FileSystem.kind(of: file) == nil
        guard isNew || !services.isEmpty else {
            throw CommandFailure("there is a project already: \(file)", help: "`pipectl validate` checks it", .failure)
        }
        if !isNew, name != nil { throw CommandFailure("the project has a name already: \(file)", help: "leave out --name", .usage) }
        let name = self.name ?? Self.usableName(FileSystem.lastComponent(of: root))
        if isNew, !services.isEmpty { try refuseInsideProject(root) }
        let planned = (isNew ? Self.files(named: name, isDelivered: !services.isEmpty) : []).compactMap { path, text in
            FileSystem.kind(of: FileSystem.join(root, path)) == nil ? (path: path, text: (path.hasSuffix(".yml") ? EditorSchema.line(in: path) : "") + text) : nil
        }
        let delivery = try services.isEmpty ? nil : CIFiles.of(services, projectRoot: FilesToWrite.realPath(root), planned: planned)
        var deliveryFiles: [String] = []
        var all = FilesToWrite(top: delivery?.top ?? root, files: planned.map { .init(path: FileSystem.join(delivery?.folder ?? "", $0.path), text: $0.text) })
        if let delivery {
            var seen = all
            seen.files += delivery.files.map { .init(path: $0.path, text: $0.text) }
            try seen.check()
            let wanted = try delivery.wanted(isForced: isForced)
            all.files += wanted.map { .init(path: $0.path, text: $0.text) }
            deliveryFiles = wanted.map(\.path)
            for warning in delivery.warnings { context.errors.write("warning: \(VisibleText.escaped(warning))\n") }
        }
        try all.write()
        answer(isNew ? name : nil, root, planned.map(\.path), delivery, deliveryFiles, in: context)
        return .success
    }

    /// Who stands in a folder of a project means that project.
    private func refuseInsideProject(_ root: String) throws {
        var folder = try FilesToWrite.realPath(root)
        while FileSystem.parent(of: folder) != folder {
            folder = FileSystem.parent(of: folder)
            guard FileSystem.kind(of: FileSystem.join(folder, Project.fileName), followLinks: true) == .file else { continue }
            let flags = services.map { " --ci \($0.rawValue)" }.joined()
            throw CommandFailure(
                "\(VisibleText.escaped(root)) lies in a project: \(VisibleText.escaped(FileSystem.join(folder, Project.fileName)))",
                help: "run it there: cd \(VisibleText.escaped(ShellWord.quoted(folder))) && pipectl init\(flags)", .usage)
        }
    }

    /// - Parameter name: of a project that was made.
    private func answer(_ name: String?, _ root: String, _ written: [String], _ delivery: CIFiles?, _ deliveryFiles: [String], in context: CommandContext) {
        if case .json = context.global.output {
            var object: JSONObject = ["project": .string(root), "files": .array(written.map { .string($0) })]
            if let delivery {
                object["ci"] = [
                    "top": .string(delivery.top), "files": .array(deliveryFiles.map { .string($0) }), "notes": .array(delivery.notes.map { .string($0) }),
                ]
            }
            context.write(json: .object(object))
            return
        }
        if let name {
            context.output.write("made project \(name) in \(VisibleText.escaped(root))\n")
            for path in written { context.output.write("  \(path)\n") }
        }
        if let delivery {
            let words = services.map(\.rawValue).joined(separator: ", ")
            context.output.write(deliveryFiles.isEmpty ? "the files for \(words) are as they should be\n" : "wrote the files for \(words) to \(VisibleText.escaped(delivery.top))\n")
            for path in deliveryFiles { context.output.write("  \(VisibleText.escaped(path))\n") }
            for note in delivery.notes { context.output.write("\(context.style("to do", .yellow)): \(VisibleText.escaped(note))\n") }
        }
        if name != nil {
            let enter = folder == "." ? "" : "cd \(VisibleText.escaped(ShellWord.quoted(folder))) && "
            context.output.write("next: \(enter)pipectl validate && pipectl run hello\n")
        }
    }

    /// A folder's name may hold what the name of an asset may not.
    private static func usableName(_ folder: String) -> String {
        let kept = folder.unicodeScalars.map { $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-.".unicodeScalars.contains($0) ? Character($0) : "_" }
        let name = String(kept.prefix(60))
        return name.first.map { $0.isLetter || $0 == "_" } == true ? name : "project_" + name
    }

    /// - Parameter isDelivered: whether a CI service deploys it: releases are kept where all clones see them, data outside of clones.
    private static func files(named name: String, isDelivered: Bool) -> [(String, String)] {
        func environment(_ name: String, _ rest: String) -> String {
            let root = isDelivered ? "${{ env('PIPECTL_\(name.uppercased())_ROOT', '.pipectl/\(name)') }}" : ".pipectl/\(name)"
            return """
            apiVersion: pipectl/v1
            kind: Environment
            name: \(name)
            \(rest)\(isDelivered ? "remote: origin\n" : "")root: \(root)
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
