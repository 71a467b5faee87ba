internal import Crypto
internal import Expressions
internal import Secrets
internal import Support
internal import Synchronization

/// Passwords of PostgreSQL connections where libpq looks for them each time it connects (PostgreSQL, "The Password File"): in
/// files that have no name, lie in memory only and go with the process. So a password is in no SQL, in no memory of the
/// engine's beyond the moment of connecting, and a rotated one is used from the next connection on.
package enum PasswordFile {
    private struct Key: Hashable {
        let host: String
        let port: Int
        let database: String
        let user: String

        init(_ settings: PostgresSettings) {
            host = settings.host
            port = settings.port
            database = settings.database
            user = settings.user
        }
    }

    private static let files = Mutex<[Key: MemoryFile]>([:])

    /// Path of the file with the connection's password as it is now; nil where the connection has none.
    static func path(for connection: ResolvedConnection) throws(ConnectorError) -> String? {
        guard case .postgres(let settings) = connection.kind, let credential = settings.password else { return nil }
        let password = try value(of: credential, connection)
        guard password.count > 0 else { return nil }
        return try files.withLock { (files) throws(ConnectorError) in
            let line = try line(of: password, connection)
            do throws(SystemError) {
                // Others may not read it, or libpq would not use it.
                let known = files[Key(settings)]
                let file = if let known { known } else { try MemoryFile(name: "pipectl") }
                files[Key(settings)] = file
                try line.withBytes { (bytes) throws(SystemError) in try file.replace(with: bytes) }
                return file.path
            } catch {
                throw ConnectorError(connection.name, error.description)
            }
        }
    }

    /// Reads the password anew, for connections that are made from now on.
    package static func refresh(_ connection: ResolvedConnection) throws(ConnectorError) { _ = try path(for: connection) }

    /// A message of libpq without the line that names the file, which says nothing to anybody.
    static func withoutItsPath(_ message: String) -> String {
        var lines = message.split(separator: "\n").filter { !$0.contains("password retrieved from file") }
        let start = "Unable to connect to Postgres at \""
        if let first = lines.first, first.hasPrefix(start), let end = first.firstRange(of: "\": ") { lines[0] = first[end.upperBound...] }
        return lines.joined(separator: "\n")
    }

    private static func value(of credential: Credential, _ connection: ResolvedConnection) throws(ConnectorError) -> SensitiveBytes {
        do {
            return try credential.value()
        } catch let error as SecretsError {
            throw ConnectorError(connection.name, "its password: \(error.message)", help: error.help)
        } catch let error as ExpressionError {
            throw ConnectorError(connection.name, "its password: \(error.message)")
        } catch {
            throw ConnectorError(connection.name, "its password: \(error)")
        }
    }

    /// One line for all hosts, databases and users, in which `\` and `:` are escaped.
    private static func line(of password: SensitiveBytes, _ connection: ResolvedConnection) throws(ConnectorError) -> SensitiveBytes {
        let special = password.withBytes { bytes in
            (escapes: bytes.count { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ":") }, isBroken: bytes.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 })
        }
        guard !special.isBroken else {
            throw ConnectorError(connection.name, "its password holds a line break or a zero byte, which cannot be sent", help: "set the secret again; `printf %s` adds no line break")
        }
        let start = Array("*:*:*:*:".utf8)
        return SensitiveBytes(count: start.count + password.count + special.escapes + 1) { memory in
            memory.copyBytes(from: start)
            var place = start.count
            password.withBytes { bytes in
                for byte in bytes {
                    if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ":") {
                        memory[place] = UInt8(ascii: "\\")
                        place += 1
                    }
                    memory[place] = byte
                    place += 1
                }
            }
            memory[place] = 0x0A
        }
    }
}
