/// The ways in which a column of a table has to do with a result: OpenLineage's transformation types and subtypes.
package struct Influence: OptionSet, Sendable, Hashable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The value itself.
    package static let identity = Influence(rawValue: 1 << 0)
    /// A value made of it, row by row.
    package static let transformation = Influence(rawValue: 1 << 1)
    /// A value made of it over several rows.
    package static let aggregation = Influence(rawValue: 1 << 2)
    /// Which rows meet.
    package static let join = Influence(rawValue: 1 << 3)
    package static let groupBy = Influence(rawValue: 1 << 4)
    /// Which rows there are.
    package static let filter = Influence(rawValue: 1 << 5)
    package static let sort = Influence(rawValue: 1 << 6)
    /// Partition, order or frame of a window.
    package static let window = Influence(rawValue: 1 << 7)
    /// Which of several values it is.
    package static let conditional = Influence(rawValue: 1 << 8)

    package static let direct: Influence = [.identity, .transformation, .aggregation]

    package var isDirect: Bool { !isDisjoint(with: .direct) }
    package var direct: Influence { intersection(.direct) }
    package var indirect: Influence { subtracting(.direct) }

    /// Each way that is in it, in the order above.
    package var single: [Influence] { Self.names.map(\.influence).filter { contains($0) } }

    private static let names: [(influence: Influence, name: String)] = [
        (.identity, "identity"), (.transformation, "transformation"), (.aggregation, "aggregation"), (.join, "join"),
        (.groupBy, "groupBy"), (.filter, "filter"), (.sort, "sort"), (.window, "window"), (.conditional, "conditional"),
    ]

    /// `identity`, `groupBy`: of a single way.
    package var name: String { Self.names.first { $0.influence == self }?.name ?? single.map(\.name).joined(separator: "+") }

    /// What they are for a value that is made row by row of the value they lead to.
    var transformed: Influence { contains(.identity) ? subtracting(.identity).union(.transformation) : self }

    /// The same, over several rows.
    var aggregated: Influence {
        isDirect ? subtracting(.direct).union(.aggregation) : self
    }
}
