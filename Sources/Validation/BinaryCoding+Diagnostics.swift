internal import AssetLoading
package import Assets
package import Diagnostics
internal import Expressions
package import Support
internal import YAML

extension DiagnosticCode: BinaryCodable {
    private static let known = Dictionary(
        (allYAML + allExpressions + allAssets + allAssetLoading + allValidation).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    package init(from reader: inout BinaryReader) throws(BinaryError) {
        guard let code = Self.known[try reader.text()] else { throw BinaryError() }
        self = code
    }

    package func write(to writer: inout BinaryWriter) { writer.write(name) }
}

extension SourcePosition: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(line: try reader.integer(), column: try reader.integer(), offset: try reader.integer())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(line)
        writer.write(column)
        writer.write(offset)
    }
}

extension SourceRange: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(path: try reader.text(), start: try reader.value(), end: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(path)
        writer.write(start)
        writer.write(end)
    }
}

extension Located<String>: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(try reader.text(), at: try reader.value()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(value)
        writer.write(range)
    }
}

extension Diagnostic.Label: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(try reader.value(), try reader.text()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(range)
        writer.write(text)
    }
}

extension Diagnostic: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let code: DiagnosticCode = try reader.value()
        guard let severity = Severity(rawValue: try reader.text()) else { throw BinaryError() }
        self.init(
            code, try reader.text(), at: try reader.optional(), severity: severity, labels: try reader.array(), notes: try reader.texts(),
            help: try reader.optionalText(), asset: try reader.optionalText())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(code)
        writer.write(severity.rawValue)
        writer.write(message)
        writer.write(range)
        writer.write(labels)
        writer.write(notes)
        writer.write(help)
        writer.write(asset)
    }
}
