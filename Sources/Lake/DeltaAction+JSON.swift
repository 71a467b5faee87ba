internal import Support

/// Why an action cannot be read.
struct MalformedAction: Error {
    let message: String
}

extension DeltaAction {
    /// The actions in one JSON object: one in a log entry's line; a checkpoint's row has the other ones as null.
    static func read(_ object: JSONObject) throws(MalformedAction) -> [DeltaAction] {
        var actions: [DeltaAction] = []
        for (name, value) in object.members {
            guard let body = value.asObject else { continue }
            switch name {
            case "add": actions.append(.add(try DataFile(body)))
            case "remove": actions.append(.remove(try RemovedFile(body)))
            case "metaData": actions.append(.metadata(try TableMetadata(body)))
            case "protocol": actions.append(.tableProtocol(try TableProtocol(body)))
            case "txn":
                actions.append(.transaction(ApplicationTransaction(
                    appId: try body.text("appId"), version: try body.number("version"),
                    lastUpdated: body["lastUpdated"]?.asInteger)))
            case "domainMetadata":
                actions.append(.domainMetadata(DomainMetadata(
                    domain: try body.text("domain"), configuration: body["configuration"]?.asString ?? "",
                    removed: body["removed"]?.asBool ?? false)))
            case "commitInfo": actions.append(.commitInfo(body))
            default: continue
            }
        }
        return actions
    }

    /// The action as a line of a log entry, without the line's end.
    var line: String {
        let member: (String, JSONValue) =
            switch self {
            case .add(let file): ("add", file.json)
            case .remove(let file): ("remove", file.json)
            case .metadata(let metadata): ("metaData", metadata.json)
            case .tableProtocol(let tableProtocol): ("protocol", tableProtocol.json)
            case .transaction(let transaction): ("txn", transaction.json)
            case .domainMetadata(let domain):
                ("domainMetadata", [
                    "domain": .string(domain.domain), "configuration": .string(domain.configuration),
                    "removed": .bool(domain.removed),
                ])
            case .commitInfo(let info): ("commitInfo", .object(info))
            }
        return JSONValue.object(JSONObject([member])).text()
    }
}

extension DataFile {
    fileprivate init(_ body: JSONObject) throws(MalformedAction) {
        self.init(
            path: try body.text("path"), partitionValues: body.textMap("partitionValues"), size: Int(try body.number("size")),
            modificationTime: body["modificationTime"]?.asInteger ?? 0, dataChange: body["dataChange"]?.asBool ?? true,
            stats: body["stats"]?.asString, tags: body.textMap("tags"))
        if let vector = body["deletionVector"], !vector.isNull { deletionVector = vector }
    }

    var json: JSONValue {
        var body: JSONObject = [
            "path": .string(path), "partitionValues": .text(partitionValues), "size": .integer(Int64(size)),
            "modificationTime": .integer(modificationTime), "dataChange": .bool(dataChange),
        ]
        if let stats { body["stats"] = .string(stats) }
        if !tags.isEmpty { body["tags"] = .text(tags) }
        return .object(body)
    }
}

extension RemovedFile {
    fileprivate init(_ body: JSONObject) throws(MalformedAction) {
        path = try body.text("path")
        deletionTimestamp = body["deletionTimestamp"]?.asInteger
        dataChange = body["dataChange"]?.asBool ?? true
        partitionValues = body["partitionValues"]?.asObject == nil ? nil : body.textMap("partitionValues")
        size = body["size"]?.asInteger.map { Int($0) }
    }

    var json: JSONValue {
        var body: JSONObject = ["path": .string(path)]
        if let deletionTimestamp { body["deletionTimestamp"] = .integer(deletionTimestamp) }
        body["dataChange"] = .bool(dataChange)
        body["extendedFileMetadata"] = .bool(partitionValues != nil && size != nil)
        if let partitionValues { body["partitionValues"] = .text(partitionValues) }
        if let size { body["size"] = .integer(Int64(size)) }
        return .object(body)
    }
}

extension TableMetadata {
    fileprivate init(_ body: JSONObject) throws(MalformedAction) {
        id = try body.text("id")
        name = body["name"]?.asString
        description = body["description"]?.asString
        format = body["format"] ?? Self.parquetFormat
        schemaString = try body.text("schemaString")
        partitionColumns = body["partitionColumns"]?.asArray?.compactMap(\.asString) ?? []
        configuration = body.textMap("configuration").compactMapValues(\.self)
        createdTime = body["createdTime"]?.asInteger
    }

    static let parquetFormat: JSONValue = ["provider": "parquet", "options": [:]]

    var json: JSONValue {
        var body: JSONObject = ["id": .string(id)]
        if let name { body["name"] = .string(name) }
        if let description { body["description"] = .string(description) }
        body["format"] = format
        body["schemaString"] = .string(schemaString)
        body["partitionColumns"] = .array(partitionColumns.map { .string($0) })
        body["configuration"] = .text(configuration)
        if let createdTime { body["createdTime"] = .integer(createdTime) }
        return .object(body)
    }
}

extension TableProtocol {
    fileprivate init(_ body: JSONObject) throws(MalformedAction) {
        minReaderVersion = Int(try body.number("minReaderVersion"))
        minWriterVersion = Int(try body.number("minWriterVersion"))
        readerFeatures = body["readerFeatures"]?.asArray?.compactMap(\.asString)
        writerFeatures = body["writerFeatures"]?.asArray?.compactMap(\.asString)
    }

    var json: JSONValue {
        var body: JSONObject = [
            "minReaderVersion": .integer(Int64(minReaderVersion)), "minWriterVersion": .integer(Int64(minWriterVersion)),
        ]
        if let readerFeatures { body["readerFeatures"] = .array(readerFeatures.map { .string($0) }) }
        if let writerFeatures { body["writerFeatures"] = .array(writerFeatures.map { .string($0) }) }
        return .object(body)
    }
}

extension ApplicationTransaction {
    var json: JSONValue {
        var body: JSONObject = ["appId": .string(appId), "version": .integer(version)]
        if let lastUpdated { body["lastUpdated"] = .integer(lastUpdated) }
        return .object(body)
    }
}

extension JSONObject {
    func text(_ key: String) throws(MalformedAction) -> String {
        guard let text = self[key]?.asString else { throw MalformedAction(message: "\(key) is missing or no text") }
        return text
    }

    func number(_ key: String) throws(MalformedAction) -> Int64 {
        guard let number = self[key]?.asInteger else { throw MalformedAction(message: "\(key) is missing or no integer") }
        return number
    }

    /// A map from text to text or null; empty where there is none.
    func textMap(_ key: String) -> [String: String?] {
        var result: [String: String?] = [:]
        for (name, value) in self[key]?.asObject?.members ?? [] { result.updateValue(value.asString, forKey: name) }
        return result
    }
}

extension JSONValue {
    static func text(_ map: [String: String?]) -> JSONValue {
        .object(JSONObject(map.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { key, value in
            (key, value.map { .string($0) } ?? .null)
        }))
    }

    static func text(_ map: [String: String]) -> JSONValue { text(map.mapValues { Optional($0) }) }
}
