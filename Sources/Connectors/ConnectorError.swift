internal import Engine
internal import Support

/// Reading from or writing to a connection failed.
package struct ConnectorError: Error, Sendable, CustomStringConvertible {
    /// Name of the connection.
    package let connection: String
    /// What failed and why, in one line.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// Whether trying again may succeed: a lock, a lost network connection.
    package let isTransient: Bool

    package init(_ connection: String, _ message: String, help: String? = nil, isTransient: Bool = false) {
        self.connection = connection
        self.message = message
        self.help = help
        self.isTransient = isTransient
    }

    init(_ connection: String, _ doing: String, _ error: EngineError) {
        let lost = ["database is locked", "could not connect", "Connection refused", "server closed the connection"]
        self.init(
            connection, "\(doing): \(error.message)", isTransient: lost.contains { error.message.contains($0) })
    }

    package var description: String { "connection \(connection): \(message)" }
}
