internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions

/// Paths that lead to a place of one machine or person.
enum PathRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var files: Set<String> = []
        func note(_ path: MachinePath?, _ text: String, _ range: SourceRange, _ activity: Activity) {
            guard let path else { return }
            diagnostics.append(
                scope.finding(
                    path == .personal ? .personalPath : .absolutePath, path.message(text), at: range, in: activity,
                    help: "name files relative to the root of a connection, which each environment sets for itself"))
        }
        func check(_ field: Dynamic<String>, _ activity: Activity) {
            guard let text = field.literal ?? field.expression.flatMap(\.knownStart) else { return }
            note(MachinePath(text), text, field.range, activity)
        }
        func check(sql: SQLText, _ activity: Activity) {
            let dynamic = sql.dynamic
            for (index, segment) in dynamic.segments.enumerated() {
                guard case .literal(let text) = segment else { continue }
                for found in SQLPaths.find(in: text) {
                    let offset = (index < dynamic.offsets.count ? dynamic.offsets[index] : 0) + found.offset
                    let range = SourceRange(path: sql.range.path, start: sql.position(offset), end: sql.position(offset + found.text.utf8.count))
                    note(found.kind, found.text, range, activity)
                }
            }
        }
        scope.pipeline.forEachActivity { activity in
            for source in activity.sources {
                switch source.selection {
                case .path(let path): check(path, activity)
                case .query(let query):
                    guard let text = query.literal else { continue }
                    for found in SQLPaths.find(in: text) { note(found.kind, found.text, query.range, activity) }
                case .table: break
                }
            }
            switch activity.kind {
            case .delete(.files(_, let path)): check(path, activity)
            case .transform(let transform):
                guard let sql = scope.file.sql(of: transform.query) else { return }
                // A file of a template is looked at once.
                if case .file(let path, _, _) = transform.query, !files.insert(SQLFile.path(of: path)).inserted { return }
                check(sql: sql, activity)
            default: break
            }
        }
        return diagnostics
    }
}

/// The same for environments, which may well name places of a machine: only those of a person are told.
enum EnvironmentPathRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        scope.environments.flatMap { file -> [Diagnostic] in
            let environment = file.asset
            var fields = [environment.root]
            for connection in environment.connections.map(\.value) + [environment.warehouse?.connection].compactMap({ $0 }) {
                switch connection.kind {
                case .files(let path), .sqlite(let path), .duckdb(let path): fields.append(path)
                case .postgres: break
                }
            }
            return fields.compactMap { field in
                guard let text = field.literal ?? field.expression.flatMap(\.knownStart), MachinePath(text) == .personal else { return nil }
                return Diagnostic(
                    .personalPath, MachinePath.personal.message(text), at: field.range,
                    help: "let every machine set it: ${{ env('NAME', 'a path below the project') }}", asset: "environment \(environment.name.value)")
            }
        }
    }
}

extension Activity {
    /// What the activity itself reads that is no table of its query.
    var sources: [DataSource] {
        switch kind {
        case .copy(let copy): [copy.source]
        case .transform(let transform): transform.sources.map(\.value)
        case .lookup(let source, _): [source]
        default: []
        }
    }
}

/// A path that only some machine has.
enum MachinePath: Sendable, Equatable {
    /// In a folder of a person.
    case personal
    case absolute

    /// nil: relative, or a place that all machines reach, such as `s3://bucket/x`.
    init?(_ text: String) {
        var path = Substring(text)
        for scheme in ["file://localhost/", "file:///", "file:/", "dbfs:/"] where path.lowercased().hasPrefix(scheme) {
            path = "/" + path.dropFirst(scheme.count)
            break
        }
        let parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        let isWindows = parts.first.map { $0.count == 2 && $0.last == ":" && $0.first!.isLetter } ?? false
        guard path.hasPrefix("/") || path.hasPrefix("~/") || path.hasPrefix("\\\\") || isWindows else { return nil }
        let names = parts.drop { isWindows && $0 == parts[0] }.map(String.init)
        self = path.hasPrefix("~/") || Self.isPersonal(names) ? .personal : .absolute
    }

    private static func isPersonal(_ names: [String]) -> Bool {
        // Somebody's folder needs a name behind it: /home alone is nobody's.
        guard names.count >= 2, names.count > 2 || !names[1].contains(".") else { return false }
        switch names[0] {
        case "Users": return names[1] != "Shared" && names[1] != "Public"
        case "home", "Repos": return names[1] != "shared" && names[1] != "Shared"
        case "Workspace": return names.count >= 3 && ["Users", "Repos"].contains(names[1])
        default: return names.contains { $0.contains("@") && $0.contains(".") }
        }
    }

    func message(_ text: String) -> String {
        switch self {
        case .personal: "\"\(text)\" is in the folder of one person: elsewhere there is no such path"
        case .absolute: "\"\(text)\" is an absolute path: it holds on one machine, and in every environment alike"
        }
    }
}

/// Paths in string literals of SQL that are read as files.
enum SQLPaths {
    struct Found: Sendable {
        /// In bytes, of the first one of the path.
        let offset: Int
        let text: String
        let kind: MachinePath
    }

    private static let quote = UInt8(ascii: "'")

    static func find(in text: String) -> [Found] {
        var text = text
        return text.withUTF8 { bytes in
            var found: [Found] = []
            var position = 0
            // A literal is looked at only where a path could begin in it.
            while let start = bytes[position...].firstIndex(of: quote) {
                let end = bytes[(start + 1)...].firstIndex(of: quote) ?? bytes.count
                position = min(end + 1, bytes.count)
                guard end - start > 2, mayBePath(bytes, start + 1) else { continue }
                let literal = String(decoding: bytes[start + 1..<end], as: UTF8.self)
                guard let kind = MachinePath(literal), isRead(bytes, before: start) || isCertain(literal) else { continue }
                found.append(Found(offset: start + 1, text: literal, kind: kind))
            }
            return found
        }
    }

    private static func mayBePath(_ bytes: UnsafeBufferPointer<UInt8>, _ first: Int) -> Bool {
        switch bytes[first] {
        case UInt8(ascii: "/"), UInt8(ascii: "~"), UInt8(ascii: "\\"): true
        case UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "d"), UInt8(ascii: "D"):
            bytes[first...].prefix(5).contains(UInt8(ascii: ":"))
        default: first + 1 < bytes.count && bytes[first + 1] == UInt8(ascii: ":")
        }
    }

    /// Texts that are no page of a site or the like, wherever they stand.
    private static func isCertain(_ text: String) -> Bool {
        let lower = text.lowercased()
        return lower.hasPrefix("file:/") || lower.hasPrefix("dbfs:/") || text.hasPrefix("/Workspace/Users/") || lower.dropFirst().hasPrefix(":\\users\\")
    }

    private static let readers: Set<String> = [
        "read_csv", "read_csv_auto", "read_parquet", "parquet_scan", "read_json", "read_json_auto", "read_ndjson", "read_ndjson_auto",
        "read_json_objects", "read_text", "read_blob", "read_xlsx", "glob", "sniff_csv", "delta_scan", "iceberg_scan", "sqlite_scan",
        "from", "join", "attach",
    ]

    /// `read_csv('...')`, `read_parquet(['...'])`, `FROM '...'`.
    private static func isRead(_ bytes: UnsafeBufferPointer<UInt8>, before quote: Int) -> Bool {
        var end = quote
        while end > 0, [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "("), UInt8(ascii: "[")].contains(bytes[end - 1]) { end -= 1 }
        var start = end
        while start > 0, (0x61...0x7A).contains(bytes[start - 1] | 0x20) || bytes[start - 1] == UInt8(ascii: "_") { start -= 1 }
        return start < end && readers.contains(String(decoding: bytes[start..<end], as: UTF8.self).lowercased())
    }
}

extension DiagnosticCode {
    static let personalPath = DiagnosticCode(
        "personal-path", .warning, isAdvice: true, summary: "A path leads into the folder of one person.",
        explanation: "Nobody else has it, and no scheduler: /home/ada, /Users/ada, C:\\Users\\ada, /Workspace/Users/ada@example.com, /Repos/ada@example.com. Keep the files where every machine finds them, and let the environment say where that is.",
        example: "source: { connection: local, path: /Users/ada/orders.csv }", fix: "source: { connection: local, path: orders.csv }")
    static let absolutePath = DiagnosticCode(
        "absolute-path", .warning, isAdvice: true, summary: "A pipeline names an absolute path.",
        explanation: "Pipelines run in every environment, and where data lies differs between them. A connection of the environment names the root; pipelines name what lies below.",
        example: "source: { connection: weblogs, path: /data/weblogs/2024.csv }", fix: "source: { connection: weblogs, path: 2024.csv }   # weblogs: { type: files, root: /data/weblogs }")
}
