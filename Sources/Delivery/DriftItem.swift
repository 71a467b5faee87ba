package import Support

/// One thing of an environment that is not as it should be, told three ways.
package struct DriftItem: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The link `live`.
        case link
        /// A file of the release.
        case file
        /// A table of the lake.
        case table
        case view
        /// A table of the warehouse.
        case published
        case secret
        /// What a connection holds.
        case source
    }

    /// What would make it right again.
    package enum Remedy: Sendable, Hashable {
        /// `drift --fix` does.
        case fix
        /// Something else, in words.
        case other(String)
    }

    package let kind: Kind
    package let name: String
    /// What is wrong, as the end of a sentence that begins with the name.
    package let problem: String
    /// What the branch says that deploys here, or the files of the release.
    package let git: String
    /// What the release, or who wrote it last, has noted.
    package let recorded: String
    /// What is there.
    package let live: String
    /// Somebody or something has changed it. False: it follows from what was done in order, and is to be known.
    package let isDrift: Bool
    package let remedy: Remedy?

    package init(
        _ kind: Kind, _ name: String, _ problem: String, git: String, recorded: String, live: String, isDrift: Bool = true, remedy: Remedy?
    ) {
        self.kind = kind
        self.name = name
        self.problem = problem
        self.git = git
        self.recorded = recorded
        self.live = live
        self.isDrift = isDrift
        self.remedy = remedy
    }

    package var json: JSONValue {
        let help: JSONValue = if case .other(let words)? = remedy { .string(words) } else { .null }
        return [
            "kind": .string(kind.rawValue), "name": .string(name), "problem": .string(problem), "git": .string(git), "recorded": .string(recorded),
            "live": .string(live), "isDrift": .bool(isDrift), "isFixable": .bool(remedy == .fix), "help": help,
        ]
    }
}

/// What was found of one environment.
package struct DriftReport: Sendable {
    package private(set) var items: [DriftItem] = []
    /// What could not be looked at, and why: it is not known to be fine.
    package private(set) var notChecked: [Gap] = []

    package struct Gap: Sendable, Hashable {
        package let subject: String
        package let reason: String

        package init(_ subject: String, _ reason: String) {
            self.subject = subject
            self.reason = reason
        }

        package var json: JSONValue { ["subject": .string(subject), "reason": .string(reason)] }
    }

    package init() {}

    package var drift: [DriftItem] { items.filter(\.isDrift) }
    package var notes: [DriftItem] { items.filter { !$0.isDrift } }

    package mutating func add(_ new: some Sequence<DriftItem>) { items += new }
    package mutating func add(_ gap: Gap) { notChecked.append(gap) }

    package mutating func add(_ other: DriftReport) {
        items += other.items
        notChecked += other.notChecked
    }

    /// By kind, then by name: the same things are told in the same order.
    package func sorted() -> DriftReport {
        let order = Dictionary(uniqueKeysWithValues: DriftItem.Kind.allCases.enumerated().map { ($1, $0) })
        var report = self
        report.items.sort { a, b in
            a.kind == b.kind ? ExactText(a.name) < ExactText(b.name) : order[a.kind, default: 0] < order[b.kind, default: 0]
        }
        return report
    }
}
