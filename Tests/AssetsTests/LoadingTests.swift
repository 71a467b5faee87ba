import AssetLoading
import Assets
import Diagnostics
import Foundation
import Expressions
import Support
import Testing

@Suite struct LoadingTests {
    @Test func whatIsLostIsRemembered() {
        let project = LoadedProject.of(activities: """
              - { name: known, type: transform, query: select 1 as id, into: silver.known, mode: replace }
              - { name: each, type: forEach, items: 7, activities: [] }
              - { name: open, type: wait, seconds: soon }
              - { type: copy, into: "bronze.${{ params.x }}" }
            """)
        let lost = project.files.first?.lostActivities ?? []
        #expect(lost.map(\.name) == ["known", "each", "open", nil])
        #expect(lost.map(\.writes).map { writes in
            switch writes {
            case .nothing: "nothing"
            case .table(let name): name
            case .unknown: "unknown"
            }
        } == ["silver.known", "unknown", "nothing", "unknown"])
        // Only what was wrong is told, not that it was noted.
        #expect(project.diagnostics.count == 5)
    }

    @Test func aBrokenTemplateIsNotUnknown() {
        let project = LoadedProject.of(
            activities: "  - { name: a, template: ingest }\n  - { name: b, template: other }\n",
            ["templates/ingest.yml": "kind: [\n"])
        #expect(project.findings.filter { $0.hasPrefix("pipelines") } == ["pipelines/sales.yml:6:26 unknown-template"])
    }

    @Test func byteOrderMarksAndWindowsLines() throws {
        let project = LoadedProject.of(
            activities: "  - { name: a, type: transform, query: a.sql, into: silver.a }\r\n",
            ["pipelines/a.sql": "\u{FEFF}select ${{ nothing() }}\r\nfrom x\r\n"])
        let sales = try #require(project.sales)
        guard case .transform(let transform) = sales.activities[0].kind, let text = project.sql(of: transform.query, in: sales) else {
            return #expect(Bool(false), "no SQL")
        }
        let rendered = text.render { _ in TypedValue(1) }
        #expect(rendered.sql == "select 1\r\nfrom x\r\n")
        #expect(text.range(at: rendered.sql.utf8.count - 3, in: rendered).start.line == 2)
        #expect(text.range(at: 0, in: rendered).start.column == 1)
        #expect(text.range(at: 7, in: rendered).start.column == 8)
    }

    // MARK: On disk

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "loading-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/project/pipelines", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func nothingIsReadOutsideOfTheProject() throws {
        try withFolder { folder in
            try "secret".write(toFile: folder + "/outside.yml", atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: folder + "/project/link.yml", withDestinationPath: "../outside.yml")
            try FileManager.default.createSymbolicLink(atPath: folder + "/project/up", withDestinationPath: "..")
            let tree = try WorkingTree(root: folder + "/project")
            for path in ["link.yml", "../outside.yml", "up/outside.yml", "pipelines/../../outside.yml", "../nowhere.yml"] {
                #expect(throws: AssetTreeError.outsideProject(path: path)) { try tree.read(path) }
            }
            #expect(throws: AssetTreeError.notFound(path: "nowhere.yml")) { try tree.read("nowhere.yml") }
            #expect(try tree.files(below: "pipelines") == [])
            #expect(try tree.files(below: "none") == [])
        }
    }

    @Test(.timeLimit(.minutes(1))) func pipesAndHugeFilesAreRefused() throws {
        try withFolder { folder in
            #expect(mkfifo(folder + "/project/pipe.yml", 0o600) == 0)
            #expect(FileManager.default.createFile(atPath: folder + "/project/huge.yml", contents: nil))
            let file = try #require(FileHandle(forWritingAtPath: folder + "/project/huge.yml"))
            try file.truncate(atOffset: 1 << 40)
            try file.close()
            let tree = try WorkingTree(root: folder + "/project")
            #expect(throws: AssetTreeError.unreadable(path: "pipe.yml", reason: "it is no regular file")) { try tree.read("pipe.yml") }
            #expect(throws: AssetTreeError.unreadable(path: "pipelines", reason: "it is a folder")) { try tree.read("pipelines") }
            #expect(throws: AssetTreeError.tooLarge(path: "huge.yml", limit: 16 << 20)) { try tree.read("huge.yml") }
        }
    }
}
