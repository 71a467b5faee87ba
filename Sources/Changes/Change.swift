internal import Diagnostics
package import Support

/// One difference in meaning, with those inside it.
package struct Change: Sendable, Hashable {
    package enum Action: String, Sendable, CaseIterable { case added, removed, renamed, changed }

    package enum Mark: String, Sendable, CaseIterable, Comparable {
        /// Who uses it has to change too.
        case breaking
        /// Data that was refused before is let through.
        case weakened
        case strengthened
        /// What a query does, beyond its layout and comments.
        case logic
        /// It comes from a change of a template.
        case template
        /// What is different is the order only.
        case order
        /// The same at another place.
        case moved

        package static func < (a: Self, b: Self) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }
    }

    /// `pipeline`, `activity`, `field`: a kind of meaning, or `field`.
    package let kind: String
    package let action: Action
    package let name: String
    /// Of what was renamed.
    package var formerName: String?
    /// Of a field.
    package var old: JSONValue?
    package var new: JSONValue?
    /// What it is about, for people: `transform into silver.orders`.
    package var words: String?
    package var marks: Set<Mark> = []
    /// The file that tells it now, or told it before.
    package var path: String?
    package var line: Int?
    package var parts: [Change] = []
    /// Of a query whose rows stay the same: the columns, in lower case, whose values become others.
    package var columns: Set<String>?

    package init(_ kind: String, _ action: Action, _ name: String) {
        self.kind = kind
        self.action = action
        self.name = name
    }

    init(_ meaning: Meaning, _ action: Action) {
        self.init(meaning.kind.rawValue, action, meaning.name)
        words = meaning.words
        if let place = meaning.place {
            path = place.path
            line = place.start.line
        }
    }

    static func field(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> Change {
        var change = Change("field", old == nil ? .added : new == nil ? .removed : .changed, name)
        (change.old, change.new) = (old, new)
        return change
    }

    /// This one and all inside it.
    package var all: [Change] { [self] + parts.flatMap(\.all) }

    /// The same, seen from the other side; places and words for people are left out.
    package var reversed: Change {
        let action: Action =
            switch self.action {
            case .added: .removed
            case .removed: .added
            case .renamed, .changed: self.action
            }
        var change = Change(kind, action, formerName ?? name)
        change.formerName = formerName == nil ? nil : name
        (change.old, change.new) = (new, old)
        change.marks = Set(marks.map { $0 == .weakened ? .strengthened : $0 == .strengthened ? .weakened : $0 })
        change.parts = parts.map(\.reversed).inOrder
        return change
    }
}

extension [Change] {
    /// By kind and name, so that an answer is always the same.
    var inOrder: [Change] { sorted { ($0.kind, $0.name, $0.action.rawValue) < ($1.kind, $1.name, $1.action.rawValue) } }
}
