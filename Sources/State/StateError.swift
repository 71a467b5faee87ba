internal import CSQLite
internal import Glibc

/// An operation on the state database failed: which file, which statement, and what to do. Bound values are never in it.
package struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The file cannot be opened or created.
        case unavailable
        /// A file of another format or another program.
        case foreign
        case damaged
        /// Written by a later version of the tool.
        case newerVersion
        case readOnly, diskFull
        /// Another process held the write lock for longer than the busy timeout.
        case busy
        case constraint
        case inputOutput
        case closed
        /// No such run or activity, or more than one.
        case notFound, ambiguous
        /// The operation does not fit the state the record is in: finishing a run that has ended, say.
        case conflict
        case other
    }

    package let kind: Kind
    /// A whole sentence for the user, with the path and what to do.
    package let message: String
    /// The database file.
    package let path: String
    /// The statement, with placeholders for its values; nil where none is concerned.
    package let sql: String?
    /// SQLite's extended result code; 0 where the failure is not SQLite's.
    package let code: Int32

    package init(_ kind: Kind, _ message: String, path: String, sql: String? = nil, code: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.path = path
        self.sql = sql
        self.code = code
    }

    package var description: String { message }
}

extension StateError {
    /// What SQLite reports, in our words.
    /// - Parameter systemCode: `errno` of the system call behind it, 0 where there is none.
    init(code: Int32, reason: String, systemCode: Int32, path: String, sql: String?) {
        let kind = Self.kind(code: code, systemCode: systemCode)
        let detail = systemCode == 0 ? reason : "\(reason): \(String(cString: strerror(systemCode)))"
        let message =
            switch kind {
            case .foreign: Self.foreignMessage(path)
            case .damaged: Self.damagedMessage(path, detail)
            case .readOnly: "cannot write the state database \(path): the file or its folder is read-only"
            case .diskFull: "cannot write the state database \(path): the disk is full"
            case .busy: "another process keeps the state database \(path) locked: try again when it has ended"
            case .unavailable: "cannot open the state database \(path): \(detail)"
            default: "the state database \(path) failed: \(detail)"
            }
        self.init(kind, message, path: path, sql: sql, code: code)
    }

    static func foreignMessage(_ path: String) -> String {
        "\(path) is not a pipectl state database, or damaged beyond recognition: move it away or restore it from a backup"
    }

    static func damagedMessage(_ path: String, _ detail: String) -> String {
        "the state database \(path) is damaged (\(detail)): move it away or restore it from a backup"
    }

    private static func kind(code: Int32, systemCode: Int32) -> Kind {
        if systemCode == ENOSPC || systemCode == EDQUOT { return .diskFull }
        return switch code & 0xFF {
        case SQLITE_CORRUPT: .damaged
        case SQLITE_NOTADB: .foreign
        case SQLITE_READONLY: .readOnly
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            systemCode == EROFS || systemCode == EACCES || systemCode == EPERM ? .readOnly : .unavailable
        case SQLITE_FULL: .diskFull
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_IOERR: .inputOutput
        default: .other
        }
    }
}
