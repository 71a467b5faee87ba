package import Crypto
package import Support

/// A secret as an import brings it.
package struct ImportedSecret: Sendable {
    package var name: String
    package let value: SensitiveBytes
    /// nil where the source has no versions.
    package var version: String?
    package var created: Instant?
    package var attributes: SecretAttributes

    package init(name: String, value: SensitiveBytes, version: String? = nil, created: Instant? = nil, attributes: SecretAttributes = .init()) {
        self.name = name
        self.value = value
        self.version = version
        self.created = created
        self.attributes = attributes
    }
}

/// Secrets of another tool's file.
package enum SecretImport {
    package enum Format: String, Sendable, CaseIterable {
        /// `NAME=value` lines, as docker, GitLab and dotenv have them.
        case dotenv
        /// An object of names and texts.
        case json
        /// What `az keyvault secret show` writes: one object, or a list of them.
        case azure
    }

    /// The format that the text shows; nil for none that is known.
    package static func format(of text: SensitiveBytes) -> Format? {
        let first = text.withBytes { $0.first { !" \t\r\n".utf8.contains($0) } }
        switch first {
        case UInt8(ascii: "["): return .azure
        case UInt8(ascii: "{"):
            guard let object = try? json(text).asObject else { return .json }
            return object["value"] != nil && (object["id"] != nil || object["attributes"] != nil) ? .azure : .json
        case nil: return nil
        default: return .dotenv
        }
    }

    package static func parse(_ text: SensitiveBytes, _ format: Format) throws(SecretsError) -> [ImportedSecret] {
        let found: [ImportedSecret]
        switch format {
        case .dotenv: found = try DotenvReader.parse(text)
        case .json: found = try flat(try json(text))
        case .azure: found = try azure(try json(text))
        }
        guard !found.isEmpty else { throw SecretsError(.invalid, "there is no secret in it") }
        if let broken = found.first(where: { $0.value.withBytes { $0.contains(0) } }) {
            throw SecretsError(.invalid, "the value of '\(broken.name)' holds a zero byte, which no program can be given")
        }
        var seen: Set<String> = []
        for secret in found where secret.version == nil && !seen.insert(secret.name).inserted {
            throw SecretsError(.invalid, "'\(secret.name)' is in it twice")
        }
        return found
    }

    private static func json(_ text: SensitiveBytes) throws(SecretsError) -> JSONValue {
        do throws(JSONError) {
            return try text.withBytes { (bytes) throws(JSONError) in try JSONValue(parsing: Array(bytes)) }
        } catch {
            // The message of the parser may quote the text.
            throw SecretsError(.invalid, "it is not JSON (byte \(error.offset))")
        }
    }

    private static func flat(_ value: JSONValue) throws(SecretsError) -> [ImportedSecret] {
        guard let object = value.asObject else { throw SecretsError(.invalid, "it is no JSON object of names and texts") }
        var found: [ImportedSecret] = []
        var arena = SensitiveArena(capacity: 1 << 16)
        for (name, value) in object.members {
            let text: String
            switch value {
            case .string(let string): text = string
            case .integer, .double, .bool: text = value.text()
            case .null, .array, .object: throw SecretsError(.invalid, "the value of '\(name)' is no text")
            }
            found.append(ImportedSecret(name: name, value: arena.copy(text.utf8)))
        }
        return found
    }

    private static func azure(_ value: JSONValue) throws(SecretsError) -> [ImportedSecret] {
        let items = value.asArray ?? [value]
        var found: [ImportedSecret] = []
        for (place, item) in items.enumerated() {
            func missing(_ what: String) -> SecretsError { SecretsError(.invalid, "secret \(place + 1) of the list has no \(what)", help: "`az keyvault secret list` shows no values: use `az keyvault secret show` for each") }
            guard let object = item.asObject else { throw SecretsError(.invalid, "item \(place + 1) of the list is no secret") }
            // https://VAULT.vault.azure.net/secrets/NAME/VERSION
            let parts = (object["id"]?.asString ?? "").split(separator: "/").map(String.init)
            let hasPath = parts.count >= 4 && parts[2] == "secrets"
            guard let name = object["name"]?.asString ?? (hasPath ? parts[3] : nil) else { throw missing("name") }
            guard let text = object["value"]?.asString else { throw missing("value") }
            var secret = ImportedSecret(name: name, value: SensitiveBytes(text.utf8))
            secret.version = hasPath && parts.count > 4 ? parts[4] : nil
            secret.attributes.contentType = object["contentType"]?.asString.flatMap { $0.isEmpty ? nil : $0 }
            secret.attributes.tags = (object["tags"]?.asObject?.members ?? []).compactMap { tag in tag.value.asString.map { SecretTag(name: tag.key, value: $0) } }
            let attributes = object["attributes"]?.asObject
            if attributes?["enabled"]?.asBool == false { secret.attributes.isEnabled = false }
            secret.attributes.expires = try moment(attributes?["expires"], "expires", name).map { .at($0) }
            secret.attributes.notBefore = try moment(attributes?["notBefore"], "notBefore", name).map { .at($0) }
            secret.created = try moment(attributes?["created"], "created", name)
            found.append(secret)
        }
        return found
    }

    /// RFC 3339, or seconds since 1970 as the REST interface has it.
    private static func moment(_ value: JSONValue?, _ key: String, _ name: String) throws(SecretsError) -> Instant? {
        switch value {
        case nil, .null?: return nil
        case .integer(let seconds)?:
            if let moment = Instant(seconds: seconds) { return moment }
        case .string(let text)?:
            if let moment = Instant(parsing: text) { return moment }
        default: break
        }
        throw SecretsError(.invalid, "`\(key)` of '\(name)' is no time")
    }
}
