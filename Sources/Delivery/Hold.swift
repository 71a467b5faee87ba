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
        // It says no to whoever cannot read it.
        try StateFile.read(path(root)) { path in
            DeliveryError(.damaged, "\(path), which holds the environment, cannot be read", help: "look into it, and remove it to end the hold")
        } _: { value in
            guard let by = value["by"]?.asString, let since = value["since"]?.asInteger else { return nil }
            return Hold(reason: value["reason"]?.asString, by: by, since: Instant(microseconds: since))
        }
    }

    package func write(_ root: String) throws(SystemError) {
        let value: JSONValue = ["reason": reason.map { .string($0) } ?? .null, "by": .string(by), "since": .integer(since.microseconds)]
        try StateFile.write(value, to: Self.path(root))
    }

    package static func remove(_ root: String) throws(SystemError) { try StateFile.remove(path(root)) }

    package var words: String { "by \(by) since \(since.toTheSecond)" + (reason.map { ": \($0)" } ?? "") }
}
