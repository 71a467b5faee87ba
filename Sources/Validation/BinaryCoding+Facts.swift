package import AssetLoading
package import Assets
internal import Diagnostics
package import Engine
package import Support

extension LakeName: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        guard let name = LakeName(try reader.text()) else { throw BinaryError() }
        self = name
    }

    package func write(to writer: inout BinaryWriter) { writer.write(text) }
}

extension TableAddress: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        switch try reader.integer() {
        case 0: self = .lake(try reader.value())
        case 1: self = .database(connection: try reader.text(), table: try reader.text())
        case 2: self = .view(try reader.value())
        default: throw BinaryError()
        }
    }

    package func write(to writer: inout BinaryWriter) {
        switch self {
        case .lake(let name):
            writer.write(0)
            writer.write(name)
        case .database(let connection, let table):
            writer.write(1)
            writer.write(connection)
            writer.write(table)
        case .view(let name):
            writer.write(2)
            writer.write(name)
        }
    }
}

extension PipelineFacts.Site: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(range: try reader.value(), asset: try reader.text(), call: try reader.optional())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(range)
        writer.write(asset)
        writer.write(call)
    }
}

extension PipelineFacts.TableUse: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(table: try reader.value(), site: try reader.value()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(table)
        writer.write(site)
    }
}

extension PipelineFacts.UnknownName: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(parts: try reader.texts(), sources: try reader.texts(), site: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(parts)
        writer.write(sources)
        writer.write(site)
    }
}

extension PipelineFacts.Parameter: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let name = try reader.text()
        guard let type = ParameterType(rawValue: try reader.text()) else { throw BinaryError() }
        self.init(name: name, type: type, hasDefault: try reader.bool())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(name)
        writer.write(type.rawValue)
        writer.write(hasDefault)
    }
}

extension PipelineFacts.Call.Argument: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let (name, nameRange, valueRange): (String, SourceRange, SourceRange) = (try reader.text(), try reader.value(), try reader.value())
        var value: JSONValue?
        if let text = try reader.optionalText() {
            do { value = try JSONValue(parsing: text) } catch { throw BinaryError() }
        }
        self.init(name: name, nameRange: nameRange, valueRange: valueRange, value: value)
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(name)
        writer.write(nameRange)
        writer.write(valueRange)
        writer.write(value?.text())
    }
}

extension PipelineFacts.Call: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(target: try reader.text(), arguments: try reader.array(), site: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(target)
        writer.write(arguments)
        writer.write(site)
    }
}

extension PipelineFacts.Deletion: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(activity: try reader.text(), table: try reader.value(), site: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(activity)
        writer.write(table)
        writer.write(site)
    }
}

extension PipelineFacts.View: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(activity: try reader.text(), name: try reader.value(), site: try reader.value(), reads: try reader.bool() ? try reader.array() : nil)
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(activity)
        writer.write(name)
        writer.write(site)
        writer.write(reads != nil)
        if let reads { writer.write(reads) }
    }
}

extension PipelineFacts.View.Read: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(parts: try reader.texts(), range: try reader.value()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(parts)
        writer.write(range)
    }
}

extension PipelineFacts.Step: BinaryCodable {
    package convenience init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(
            activity: try reader.text(), target: try reader.optional(), inputs: try reader.array(), schemas: try reader.texts(),
            isTransform: try reader.bool(), site: try reader.value(), write: try reader.value())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(activity)
        writer.write(target)
        writer.write(inputs)
        writer.write(schemas)
        writer.write(isTransform)
        writer.write(site)
        writer.write(write)
    }
}

extension Waiver: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(
            code: try reader.text(), codeRange: try reader.value(), reason: try reader.optionalText(), range: try reader.value(),
            line: try reader.integer())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(code)
        writer.write(codeRange)
        writer.write(reason)
        writer.write(range)
        writer.write(line)
    }
}

extension PipelineFacts: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(path: try reader.text(), name: try reader.optional(), givenName: try reader.text())
        parameters = try reader.array()
        calls = try reader.array()
        usedTemplates = try reader.texts()
        reads = try reader.array()
        writes = try reader.array()
        publishes = try reader.array()
        publishesUnknownTables = try reader.bool()
        views = try reader.array()
        writesUnknownTables = try reader.bool()
        lostTables = try reader.array()
        unknownNames = try reader.array()
        steps = try reader.array()
        deletions = try reader.array()
        hasLostActivities = try reader.bool()
        sqlParameters = try reader.texts()
        waivers = try reader.array()
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(path)
        writer.write(name)
        writer.write(givenName)
        writer.write(parameters)
        writer.write(calls)
        writer.write(usedTemplates)
        writer.write(reads)
        writer.write(writes)
        writer.write(publishes)
        writer.write(publishesUnknownTables)
        writer.write(views)
        writer.write(writesUnknownTables)
        writer.write(lostTables)
        writer.write(unknownNames)
        writer.write(steps)
        writer.write(deletions)
        writer.write(hasLostActivities)
        writer.write(sqlParameters)
        writer.write(waivers)
    }
}

extension SQLColumn: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) { self.init(name: try reader.text(), type: try reader.value()) }

    package func write(to writer: inout BinaryWriter) {
        writer.write(name)
        writer.write(type)
    }
}

/// As its text in SQL, which reads back as the same type.
extension SQLType: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let isNamed = try reader.bool()
        let text = try reader.text()
        if isNamed, let common = Self.common[text] {
            self = common
        } else if isNamed, let type = try? SQLType(parsing: text) {
            self = type
        } else {
            self = .other(text)
        }
    }

    package func write(to writer: inout BinaryWriter) {
        let text = sql
        writer.write(Self.common[text] == self || (try? SQLType(parsing: text)) == self)
        writer.write(text)
    }

    private static let common: [String: SQLType] = Dictionary(
        uniqueKeysWithValues: [SQLType.varchar, .bigInt, .integer, .double, .boolean, .date, .timestamp(.microseconds), .timestampWithTimeZone].map { ($0.sql, $0) })
}

extension StepOutcome: BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError) {
        columns = try reader.bool() ? try reader.array() : nil
        digest = try reader.digest()
        let code = try reader.integer()
        cause = UInt8(exactly: code).flatMap(Cause.init)
        diagnostics = try reader.array()
    }

    func write(to writer: inout BinaryWriter) {
        writer.write(columns != nil)
        if let columns { writer.write(columns) }
        writer.write(digest)
        writer.write(cause.map { Int($0.rawValue) } ?? 255)
        writer.write(diagnostics)
    }
}

extension SchemaFacts: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        self.init(path: try reader.text(), connection: try reader.optional(), diagnostics: try reader.array())
        tables = try Self.relations(&reader)
        queries = try Self.relations(&reader)
        files = try Self.relations(&reader)
        published = try reader.array()
    }

    private static func relations(_ reader: inout BinaryReader) throws(BinaryError) -> [String: [SQLColumn]] {
        var relations: [String: [SQLColumn]] = [:]
        let count = try reader.integer()
        guard count >= 0 else { throw BinaryError() }
        for _ in 0..<count {
            let name = try reader.text()
            relations[name] = try reader.array()
        }
        return relations
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(path)
        writer.write(connection)
        writer.write(diagnostics)
        for part in [tables, queries, files] {
            writer.write(part.count)
            for (name, columns) in part {
                writer.write(name)
                writer.write(columns)
            }
        }
        writer.write(published)
    }
}
