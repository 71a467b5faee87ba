internal import Support

/// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
struct SARIFRenderer {
    private let toolVersion: String
    private var files: SourceFiles
    private var fingerprints: FindingFingerprints
    private var ruleIndex: [String: Int] = [:]

    private static let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    /// Columns are counted anew for each finding, which takes too long in endless lines.
    private static let columnLimit = 10_000
    private static let rootName = "PROJECTROOT"

    init(toolVersion: String, source: @escaping (String) -> [UInt8]?) {
        self.toolVersion = toolVersion
        files = SourceFiles(source)
        fingerprints = FindingFingerprints(source: source)
    }

    mutating func render(_ report: DiagnosticReport) -> String {
        let rules = DiagnosticCatalogue((report.diagnostics + report.waived.map(\.diagnostic)).map(\.code)).codes
        for (index, rule) in rules.enumerated() { ruleIndex[rule.name] = index }
        var driver: JSONObject = ["name": "pipectl", "rules": .array(rules.map(Self.rule))]
        if !toolVersion.isEmpty { driver["semanticVersion"] = .string(toolVersion) }
        var results: [JSONValue] = []
        for diagnostic in report.diagnostics { results.append(.object(result(diagnostic))) }
        for (diagnostic, reason) in report.waived {
            var result = result(diagnostic)
            result["suppressions"] = [["kind": "inSource", "justification": .string(reason)]]
            results.append(.object(result))
        }
        let run: JSONValue = [
            "tool": ["driver": .object(driver)],
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            // No address: the file may be read on another machine.
            "originalUriBaseIds": .object([
                Self.rootName: ["description": ["text": "The root of the repository, or the project's folder where there is none"]]
            ]),
            "results": .array(results),
        ]
        return JSONValue.object(["$schema": .string(Self.schema), "version": "2.1.0", "runs": [run]]).text(.pretty) + "\n"
    }

    private static func rule(_ code: DiagnosticCode) -> JSONValue {
        var text = code.explanation + "\n"
        var markdown = Markdown.prose(code.explanation) + "\n"
        for (title, block) in [("Example", code.example), ("Mended", code.fix)] where !block.isEmpty {
            text += "\n\(title):\n\n\(block)\n"
            markdown += "\n**\(title)**\n\n" + Markdown.fenced(block)
        }
        return [
            "id": .string(code.name),
            "shortDescription": ["text": .string(code.summary)],
            "fullDescription": ["text": .string(code.explanation)],
            "help": ["text": .string(text), "markdown": .string(markdown)],
            "defaultConfiguration": ["level": .string(code.severity.rawValue)],
        ]
    }

    private mutating func result(_ diagnostic: Diagnostic) -> JSONObject {
        var result: JSONObject = [
            "ruleId": .string(diagnostic.code.name),
            "level": .string(diagnostic.severity.rawValue),
            "message": ["text": .string(message(of: diagnostic))],
            "partialFingerprints": ["finding/v1": .string(fingerprints.next(of: diagnostic))],
        ]
        if let index = ruleIndex[diagnostic.code.name] { result["ruleIndex"] = .integer(Int64(index)) }
        if let range = diagnostic.range {
            var location: JSONObject = ["physicalLocation": physicalLocation(range)]
            if let asset = diagnostic.asset { location["logicalLocations"] = [["fullyQualifiedName": .string(asset)]] }
            result["locations"] = [.object(location)]
        }
        if !diagnostic.labels.isEmpty {
            var related: [JSONValue] = []
            for (index, label) in diagnostic.labels.enumerated() {
                related.append([
                    "id": .integer(Int64(index + 1)),
                    "physicalLocation": physicalLocation(label.range),
                    "message": ["text": .string(VisibleText.escaped(label.text))],
                ])
            }
            result["relatedLocations"] = .array(related)
        }
        return result
    }

    /// Asset and labels have places of their own.
    private func message(of diagnostic: Diagnostic) -> String {
        var own = diagnostic
        own.asset = nil
        own.labels = []
        return own.lines.joined(separator: "\n")
    }

    private mutating func physicalLocation(_ range: SourceRange) -> JSONValue {
        var location: JSONObject = [
            "artifactLocation": ["uri": .string(Self.uri(range.path)), "uriBaseId": .string(Self.rootName)]
        ]
        if !range.isWholeFile { location["region"] = region(range) }
        return .object(location)
    }

    private mutating func region(_ range: SourceRange) -> JSONValue {
        var region: JSONObject = [
            "startLine": .integer(Int64(range.start.line)), "startColumn": .integer(Int64(range.start.column)),
            "endLine": .integer(Int64(range.end.line)), "endColumn": .integer(Int64(range.end.column)),
        ]
        // Both ways of saying it must mean the same bytes: not so where the file changed, or is UTF-16 and was decoded.
        if let file = files[range.path], !file.bytes.prefix(4).contains(where: { $0 == 0 || $0 >= 0xFE }),
            max(range.start.column, range.end.column) < Self.columnLimit,
            range.start.offset <= range.end.offset, range.end.offset <= file.bytes.count,
            file.lines.position(ofOffset: range.start.offset, in: file.bytes) == range.start,
            file.lines.position(ofOffset: range.end.offset, in: file.bytes) == range.end
        {
            region["byteOffset"] = .integer(Int64(range.start.offset))
            region["byteLength"] = .integer(Int64(range.end.offset - range.start.offset))
        }
        return .object(region)
    }

    /// A relative reference (RFC 3986): everything but unreserved characters and the slash as `%XX`.
    static func uri(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
