package import Engine
package import Support

/// An operation on the lake failed: which table, where, and what to do about it.
package struct LakeError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        case invalidTableName
        case noSuchTable
        case noSuchVersion
        /// The log cannot be read as the protocol says: a gap, malformed text, a missing action.
        case corruptLog
        /// A feature of the Delta protocol the table needs and we lack, by its name there.
        case unsupportedFeature(String)
        /// A column's type has no place in Delta.
        case unsupportedType(column: String)
        /// A column's name is not allowed, is there twice, or is unknown.
        case invalidColumn(String)
        case typeChange(column: String, old: String, new: String)
        /// NULL, or no value at all, for a column that takes none.
        case nullViolation(column: String)
        /// Two incoming rows of a merge have the same key.
        case duplicateKeys
        /// Another commit got in between and changed what this one had read.
        case conflict
        case invalidRequest
        case engine(EngineError)
        case inputOutput(SystemError)
    }

    package let kind: Kind
    /// One line, without the table's name.
    package let message: String
    /// `silver.orders`
    package let table: String?
    package let path: String?
    package let version: Int?
    /// What to do.
    package let help: String?

    package init(
        _ kind: Kind, _ message: String, table: String? = nil, path: String? = nil, version: Int? = nil,
        help: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.table = table
        self.path = path
        self.version = version
        self.help = help
    }

    package var description: String {
        var text = table.map { "table \($0): " } ?? ""
        text += message
        if let version { text += " (version \(version))" }
        if let help { text += "; \(help)" }
        return text
    }

    package var isConflict: Bool { kind == .conflict }

    /// The same error with what the caller knows and the thrower did not.
    func at(table: LakeTableName? = nil, path: String? = nil, version: Int? = nil) -> LakeError {
        LakeError(
            kind, message, table: self.table ?? table?.description, path: self.path ?? path,
            version: self.version ?? version, help: help)
    }

    init(_ error: SystemError, table: LakeTableName? = nil, version: Int? = nil) {
        let help = error.isDiskFull ? "free some disk space and run it again; the table is unchanged" : nil
        self.init(
            .inputOutput(error), error.description, table: table?.description, path: error.path, version: version,
            help: help)
    }

    init(_ error: EngineError, table: LakeTableName? = nil, doing what: String) {
        self.init(.engine(error), "cannot \(what): \(error.message)", table: table?.description)
    }
}

/// Runs file operations, their errors told as the lake's.
func filing<Value>(
    _ table: LakeTableName?, _ body: () throws(SystemError) -> Value
) throws(LakeError) -> Value {
    do { return try body() } catch { throw LakeError(error, table: table) }
}

/// Runs statements of the engine, their errors told as the lake's.
@discardableResult
func asking<Value>(
    _ table: LakeTableName?, to what: String, _ body: () async throws(EngineError) -> Value
) async throws(LakeError) -> Value {
    do { return try await body() } catch { throw LakeError(error, table: table, doing: what) }
}
