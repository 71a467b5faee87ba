package import Crypto

/// A password, asked for each time a connection is opened.
package struct Credential: Sendable, CustomStringConvertible {
    private let read: @Sendable () throws -> SensitiveBytes

    package init(_ read: @escaping @Sendable () throws -> SensitiveBytes) { self.read = read }

    package func value() throws -> SensitiveBytes { try read() }

    package var description: String { "***" }
}
