internal import Glibc

/// A system call that failed: what was being done, to which path, and the system's reason.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let operation: String
    package let path: String
    /// `errno` of the failed call.
    package let code: Int32

    package init(_ operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var reason: String { String(cString: strerror(code)) }
    package var description: String { "cannot \(operation) \(path): \(reason)" }

    package var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    package var alreadyExists: Bool { code == EEXIST }
    package var isTooLarge: Bool { code == EFBIG }
    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
}
