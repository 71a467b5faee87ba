package import Support

/// A word against the next deployment: an environment stays as it is until somebody takes it back.
package struct Hold: Sendable, Hashable {
    package let reason: String?
    package let by: String
    package let since: Instant

    package init(reason: String?, by: String, since: Instant) {
        self.reason = reason
        self.by = by
        self.since = since
    }

    private static func path(_ root: String) -> String { FileSystem.join(root, "hold.json") }

    package static func read(_ root: String) throws -> Hold? {
        let path = path(root)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: 1 << 20)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        guard let value = try? JSONValue(parsing: bytes), let by = value["by"]?.asString, let since = value["since"]?.asInteger else {
            // It says no to whoever cannot read it.
            throw DeliveryError(.damaged, "\(path), which holds the environment, cannot be read", help: "look into it, and remove it to end the hold")
        }
        return Hold(reason: value["reason"]?.asString, by: by, since: Instant(microseconds: since))
    }

    package func write(_ root: String) throws(SystemError) {
        let value: JSONValue = ["reason": reason.map { .string($0) } ?? .null, "by": .string(by), "since": .integer(since.microseconds)]
        try FileSystem.createDirectory(root)
        try FileSystem.writeAtomically(Array((value.text(.pretty) + "\n").utf8), to: Self.path(root))
    }

    package static func remove(_ root: String) throws(SystemError) {
        try FileSystem.removeFile(path(root))
        try FileSystem.synchroniseDirectory(root)
    }

    package var words: String { "by \(by) since \(since.toTheSecond)" + (reason.map { ": \($0)" } ?? "") }
}
