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

    package init(_ connection: String, _ message: String, help: String? = nil) {
        self.connection = connection
        self.message = message
        self.help = help
    }

    init(_ connection: String, _ doing: String, _ error: EngineError) {
        self.init(connection, "\(doing): \(error.message)")
    }

    /// No project names the connection that pipectl makes of an environment's warehouse.
    package var description: String { (connection.hasPrefix("_pipectl") ? "warehouse" : "connection \(connection)") + ": \(message)" }
}
