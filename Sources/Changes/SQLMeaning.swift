internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// SQL, compared by what the engine makes of it where its tokens differ.
struct SQLMeaning: Sendable, Equatable {
    enum Role: Sendable, Hashable {
        /// One SELECT of the engine's SQL.
        case query
        /// A condition in it.
        case condition
        /// In the SQL of a connection, which only that one can parse.
        case foreign
    }

    let role: Role
    let tokens: SQLTokens
    /// As the engine can parse it, with texts in the place of expressions.
    let parsable: String
    /// The engine's tree of it in one spelling; nil where nobody has asked, or it cannot be parsed.
    var tree: JSONValue?

    /// The file it stands in; nil where that is the asset's own.
    private(set) var path: String?

    /// On one line.
    var shown: String { tokens.line }

    init(_ text: SQLText) {
        role = .query
        path = text.range.path
        tokens = SQLTokens(text.dynamic.description)
        parsable = text.render { slot in TypedValue(.string("${{ \(slot.expression) }}")) }.sql
    }

    init(condition: String) {
        role = .condition
        tokens = SQLTokens(condition)
        parsable = "SELECT (\(condition)\n)"
    }

    init(condition: Dynamic<String>) {
        self.init(condition: condition.literal ?? condition.expression?.description ?? "")
    }

    init(foreign: Dynamic<String>) {
        role = .foreign
        tokens = SQLTokens(foreign.literal ?? foreign.expression?.description ?? "")
        parsable = ""
    }

    /// The engine is to be asked whether these two are one.
    func isOpen(beside other: SQLMeaning) -> Bool {
        tokens.text != other.tokens.text && role == other.role && role != .foreign
    }

    static func == (a: Self, b: Self) -> Bool {
        if a.role != b.role { return false }
        if a.tokens.text == b.tokens.text { return true }
        if let one = a.tree, let other = b.tree { return one == other }
        // Where nobody can parse them, the case of words counts for nothing: names are compared without it.
        return a.tree == nil && b.tree == nil && a.tokens.folded == b.tokens.folded
    }
}
