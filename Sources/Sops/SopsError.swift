package import Diagnostics

/// Why a change of a file was not made.
package enum SopsError: Error, Sendable {
    /// No value has these keys.
    case notFound([String])
    /// The change needs a form of file that cannot be edited in place.
    case cannotEdit([String], reason: String)
    /// The file as it would be does not read back.
    case rejected([Diagnostic])
    /// The library that encrypts failed.
    case cipher
}
