/// A statement, or the engine itself, failed.
package struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The engine's library, or an extension, could not be found or loaded.
        case unavailable
        case syntax
        /// A table, column, function or schema that does not exist, or types that do not fit.
        case catalog, binder
        case conversion
        case constraint
        /// Reading or writing files or the network.
        case inputOutput
        case outOfMemory
        case interrupted
        case transaction
        case other
    }

    package let kind: Kind
    /// The engine's own words, first line first.
    package let message: String
    /// The statement, where there is one.
    package let sql: String?
    /// Byte offset into `sql` the engine points at.
    package let offset: Int?
    /// Names the engine offers instead of an unknown one.
    package let candidates: [String]
    /// The statement names a column that does not exist.
    package let isUnknownColumn: Bool

    package init(
        _ kind: Kind, _ message: String, sql: String? = nil, offset: Int? = nil, candidates: [String] = [],
        isUnknownColumn: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.sql = sql
        self.offset = offset
        self.candidates = candidates
        self.isUnknownColumn = isUnknownColumn
    }

    package var description: String { message }
}
