import Foundation

/// One `import` line.
struct ImportDeclaration: Equatable {
    let module: String
    /// `package`, `internal`, ...; nil where none is written.
    let access: String?
    let line: Int
}

/// A source file of a target.
struct SourceFile {
    let target: String
    /// Relative to the package's folder.
    let path: String
    let text: String

    var lineCount: Int { text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0) }

    /// The declarations at the starts of lines, outside block comments and multi-line strings.
    var imports: [ImportDeclaration] {
        let pattern = /^(?:@\w+(?:\([^)]*\))?\s+)*(?:(public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
        var result: [ImportDeclaration] = []
        var inString = false
        var commentDepth = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if !inString, commentDepth == 0, let match = line.firstMatch(of: pattern) {
                result.append(ImportDeclaration(module: String(match.2), access: match.1.map(String.init), line: index + 1))
            }
            if commentDepth == 0, line.components(separatedBy: "\"\"\"").count % 2 == 0 { inString.toggle() }
            if !inString {
                commentDepth += line.components(separatedBy: "/*").count - line.components(separatedBy: "*/").count
                commentDepth = max(0, commentDepth)
            }
        }
        return result
    }
}

/// The sources under a package's folder.
enum SourceScan {
    /// The package these tests were built from.
    static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Files under `Sources` with these extensions, sorted by path.
    static func files(of package: String, extensions: Set<String> = ["swift"]) throws -> [SourceFile] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: package + "/Sources").sorted()
        return try paths.filter { extensions.contains(($0 as NSString).pathExtension) }.map { path in
            SourceFile(
                target: String(path.prefix { $0 != "/" }), path: "Sources/" + path,
                text: try String(contentsOfFile: package + "/Sources/" + path, encoding: .utf8))
        }
    }

    /// Dependencies by target as `Package.swift` declares them.
    static func declaredDependencies(inManifest text: String) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for match in text.matches(of: /(?:library\(|executableTarget\(name: )"(\w+)",\s*(?:dependencies:\s*)?\[([^\]]*)\]/) {
            result[String(match.1)] = match.2.matches(of: /"(\w+)"/).map { String($0.1) }
        }
        return result
    }
}
