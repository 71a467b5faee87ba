internal import AssetLoading
internal import Assets
internal import Expressions
internal import Support

/// Which pipelines use which connections, by the names in them; SQL is not parsed, so a table or alias that is called like a
/// connection counts as one.
struct ConnectionUses: Sendable {
    private var byName: [String: Set<String>] = [:]
    /// Pipelines that use one whose name is known only when they run.
    private var any: Set<String> = []
    private(set) var publishing: Set<String> = []
    private(set) var all: Set<String> = []

    init(_ project: LoadedProject) {
        for file in project.files {
            guard let pipeline = file.pipeline else { continue }
            let name = pipeline.name.value
            all.insert(name)
            pipeline.forEachActivity { note($0, of: name, in: file) }
        }
    }

    func pipelines(using connection: String) -> [String] {
        any.union(byName[connection.lowercased()] ?? []).sorted()
    }

    private mutating func note(_ activity: Activity, of pipeline: String, in file: LoadedPipeline) {
        switch activity.kind {
        case .copy(let copy):
            note(copy.source.connection, pipeline)
            note(copy.write.into, pipeline)
        case .transform(let transform):
            for source in transform.sources { note(source.value.connection, pipeline) }
            note(transform.write.into, pipeline)
            guard let sql = file.sql(of: transform.query) else {
                any.insert(pipeline)
                return
            }
            for word in QualifierWords.of(sql.dynamic) {
                if let word { byName[word, default: []].insert(pipeline) } else { any.insert(pipeline) }
            }
        case .lookup(let source, _): note(source.connection, pipeline)
        case .delete(.files(let connection, _)): note(connection, pipeline)
        case .publish: publishing.insert(pipeline)
        case .delete(.rows), .forEach, .if, .setVariable, .appendVariable, .wait, .fail, .pipeline: break
        }
    }

    private mutating func note(_ target: DataTarget, _ pipeline: String) {
        if case .database(let connection, _) = target { note(connection, pipeline) }
    }

    private mutating func note(_ connection: Dynamic<String>?, _ pipeline: String) {
        guard let connection else { return }
        if let name = connection.literal { byName[name.lowercased(), default: []].insert(pipeline) } else { any.insert(pipeline) }
    }
}

/// The first words of names with dots in SQL: `erp` of `erp.public.orders`.
enum QualifierWords {
    /// In lower case; nil for one that holds an expression.
    static func of(_ sql: DynamicText) -> Set<String?> {
        // A byte that no UTF-8 has stands for an expression.
        var bytes: [UInt8] = []
        for segment in sql.segments {
            switch segment {
            case .literal(let text): bytes += Array(text.utf8)
            case .expression: bytes.append(hole)
            }
        }
        var words: Set<String?> = []
        var position = 0
        var follows = false
        while position < bytes.count {
            let byte = bytes[position]
            if bytes[position...].starts(with: "--".utf8) {
                position = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            } else if bytes[position...].starts(with: "/*".utf8) {
                position = end(ofComment: position, in: bytes)
            } else if byte == UInt8(ascii: "'") {
                position = end(ofQuoted: position, in: bytes)
                follows = false
            } else if byte == UInt8(ascii: "\"") || isWord(byte) {
                let start = position
                position = byte == UInt8(ascii: "\"") ? end(ofQuoted: position, in: bytes) : bytes[position...].firstIndex { !isWord($0) } ?? bytes.count
                let next = bytes[position...].first { !isBlank($0) }
                if !follows, next == UInt8(ascii: ".") { words.insert(name(bytes[start..<position])) }
                follows = false
            } else {
                if !isBlank(byte) { follows = byte == UInt8(ascii: ".") }
                position += 1
            }
        }
        return words
    }

    private static let hole: UInt8 = 0xFF

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

    private static func name(_ written: ArraySlice<UInt8>) -> String? {
        guard !written.contains(hole) else { return nil }
        let text = String(decoding: written, as: UTF8.self)
        guard text.utf8.first == UInt8(ascii: "\"") else { return text.lowercased() }
        return text.dropFirst().dropLast().replacing("\"\"", with: "\"").lowercased()
    }

    private static func end(ofQuoted start: Int, in bytes: [UInt8]) -> Int {
        let quote = bytes[start]
        var position = start + 1
        while position < bytes.count {
            if bytes[position] == quote {
                guard position + 1 < bytes.count, bytes[position + 1] == quote else { return position + 1 }
                position += 1
            }
            position += 1
        }
        return bytes.count
    }

    /// Comments may stand within each other.
    private static func end(ofComment start: Int, in bytes: [UInt8]) -> Int {
        var depth = 0
        var position = start
        while position < bytes.count {
            if bytes[position...].starts(with: "/*".utf8) {
                depth += 1
                position += 2
            } else if bytes[position...].starts(with: "*/".utf8) {
                depth -= 1
                position += 2
                if depth == 0 { return position }
            } else {
                position += 1
            }
        }
        return bytes.count
    }
}
