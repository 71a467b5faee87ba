internal import Assets
internal import Diagnostics
internal import Engine
package import Support

extension PipelineFacts.Write: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let into: SourceRange = try reader.value()
        guard let mode = WriteMode(rawValue: try reader.text()), let change = SchemaChange(rawValue: try reader.text()) else { throw BinaryError() }
        self.init(
            into: into, mode: mode, schemaChange: change, order: try reader.integer(), isConditional: try reader.bool(), quarantines: try reader.bool(),
            sortsOut: try reader.bool(), keys: try reader.texts(),
            schemaChecks: try reader.array())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(into)
        writer.write(mode.rawValue)
        writer.write(schemaChange.rawValue)
        writer.write(order)
        writer.write(isConditional)
        writer.write(quarantines)
        writer.write(sortsOut)
        writer.write(keys)
        writer.write(schemaChecks)
    }
}

extension PipelineFacts.SchemaCheck: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(columns: try reader.array(), isWarning: try reader.bool(), range: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(columns)
        writer.write(isWarning)
        writer.write(range)
    }
}

extension PipelineFacts.SchemaCheck.Column: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(name: try reader.value(), type: try reader.value()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(name)
        writer.write(type)
    }
}

extension SchemaFacts.Published: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(table: try reader.value(), columns: try reader.array()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(table)
        writer.write(columns)
    }
}

extension SchemaFacts.Published.Column: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(name: try reader.value(), type: try reader.value(), typeRange: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(name)
        writer.write(type)
        writer.write(typeRange)
    }
}
