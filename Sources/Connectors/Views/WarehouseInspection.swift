internal import Assets

/// What a warehouse holds.
package struct WarehouseInspection: Sendable {
    package struct View: Sendable {
        package let place: WarehousePlace
        /// As the database gives it back.
        package let definition: String
        /// Of `definition`.
        package let digest: String
        /// nil: it is none of ours.
        package let mark: ViewMark?

        package init(place: WarehousePlace, definition: String, digest: String, mark: ViewMark?) {
            self.place = place
            self.definition = definition
            self.digest = digest
            self.mark = mark
        }

        package var isOurs: Bool { mark != nil }
        /// It is ours, and not as it was made.
        package var isChangedByHand: Bool { mark.map { $0.definition != digest } ?? false }
    }

    /// In order of their places.
    package let views: [View]
    /// Tables and whatever else a view may read; views among them.
    package let relations: Set<WarehousePlace>
    /// Whether names that differ by case alone are two.
    package let tellsCase: Bool
    /// Places of views that were made and written down, whether they are there or not.
    package let recorded: [WarehousePlace]

    package init(views: [View], relations: Set<WarehousePlace>, tellsCase: Bool, recorded: [WarehousePlace] = []) {
        self.recorded = recorded
        self.views = views.sorted { $0.place < $1.place }
        self.relations = relations
        self.tellsCase = tellsCase
    }

    /// Of a warehouse that is not there yet.
    package static let empty = WarehouseInspection(views: [], relations: [], tellsCase: false)

    func key(_ place: WarehousePlace) -> WarehousePlace { tellsCase ? place : place.folded }

    /// Those of the places that no view has.
    func tables(of places: [WarehousePlace]) -> [WarehousePlace] {
        let taken = Set(views.map { key($0.place) })
        return places.filter { !taken.contains(key($0)) }
    }

    /// What has to be done so that views are as they shall be.
    ///
    /// - Parameters:
    ///   - wanted: each after those it reads.
    ///   - coming: tables that are published in the same step.
    ///   - going: tables that are taken out in it.
    package func difference(
        to wanted: [WarehouseView], publishing coming: Set<WarehousePlace> = [], removing going: Set<WarehousePlace> = []
    ) -> ViewsDifference {
        var difference = ViewsDifference()
        let present = Dictionary(views.map { (key($0.place), $0) }, uniquingKeysWith: { first, _ in first })
        let other = Set(relations.map(key)).subtracting(present.keys).subtracting(going.map(key)).union(coming.map(key))
        // Views of ours count once they are known to stay.
        var readable = other.union(views.filter { !$0.isOurs }.map { key($0.place) })
        var handled: Set<WarehousePlace> = []
        for view in wanted {
            let place = key(view.place)
            let found = present[place]
            if let found, !found.isOurs {
                difference.blocked.append(.init(view: view, isTable: false))
                handled.insert(place)
                continue
            }
            if other.contains(place) {
                difference.blocked.append(.init(view: view, isTable: true))
                continue
            }
            let missing = view.reads.filter { !readable.contains(key($0)) }.sorted()
            guard missing.isEmpty else {
                difference.pending.append(.init(view: view, missing: missing))
                continue
            }
            handled.insert(place)
            readable.insert(place)
            if let found {
                if found.isChangedByHand {
                    difference.replace.append(.init(view: view, reason: .changedByHand))
                } else if found.mark?.source != view.digest {
                    difference.replace.append(.init(view: view, reason: .changed))
                } else {
                    difference.unchanged.append(view)
                }
            } else {
                difference.create.append(view)
            }
        }
        difference.drop = views.filter { $0.isOurs && !handled.contains(key($0.place)) }
        // Who makes one of that name later on makes his own.
        let known = Set(wanted.map { key($0.place) }).union(present.keys)
        difference.forgotten = recorded.filter { !known.contains(key($0)) }
        return difference
    }
}

/// Views to be made, replaced and dropped.
package struct ViewsDifference: Sendable {
    package enum Reason: String, Sendable {
        case changed
        /// It is ours, and somebody else has given it another definition.
        case changedByHand
    }

    package struct Replacement: Sendable {
        package let view: WarehouseView
        package let reason: Reason
    }

    package struct Pending: Sendable {
        package let view: WarehouseView
        /// What it reads, and is not published yet, or not with the columns it needs.
        package let missing: [WarehousePlace]
        /// It is all there, and the columns are others.
        package var lacksColumns = false
    }

    /// A view whose place is taken.
    package struct Blocked: Sendable {
        package let view: WarehouseView
        /// By a table, not by a view.
        package let isTable: Bool
    }

    /// Each after those it reads.
    package internal(set) var create: [WarehouseView] = []
    package internal(set) var replace: [Replacement] = []
    package internal(set) var drop: [WarehouseInspection.View] = []
    package internal(set) var pending: [Pending] = []
    package internal(set) var blocked: [Blocked] = []
    package internal(set) var unchanged: [WarehouseView] = []
    /// Views of ours that somebody has dropped, and that nobody wants any more.
    package internal(set) var forgotten: [WarehousePlace] = []

    package init() {}

    /// The same without views whose places are taken: the others are made.
    var leavingBlocked: ViewsDifference {
        var result = self
        result.blocked = []
        return result
    }

    /// The same without those that have to wait for other columns of what they read; what is there of them stays.
    func waiting(for unfit: Set<WarehousePlace>) -> ViewsDifference {
        var result = self
        let waiting = (create + replace.map(\.view)).filter { unfit.contains($0.place) }
        result.create.removeAll { unfit.contains($0.place) }
        result.replace.removeAll { unfit.contains($0.view.place) }
        result.pending += waiting.map { Pending(view: $0, missing: $0.reads.sorted(), lacksColumns: true) }
        return result
    }

    /// Nothing is to be done, or can be now.
    package var isEmpty: Bool { create.isEmpty && replace.isEmpty && drop.isEmpty && blocked.isEmpty && forgotten.isEmpty }
}

/// What was done.
package struct ViewChanges: Sendable {
    package var created: [String] = []
    package var replaced: [String] = []
    package var dropped: [String] = []
    /// Views that wait for tables.
    package var pending: [(view: String, missing: [String], lacksColumns: Bool)] = []
    /// Views that were left out, because something that is not ours has their names.
    package var blocked: [(view: String, isTable: Bool)] = []

    package init() {}

    init(_ difference: ViewsDifference) {
        created = difference.create.map(\.name.text)
        replaced = difference.replace.map(\.view.name.text)
        dropped = difference.drop.filter { view in !difference.pending.contains { $0.view.place == view.place } }.map(\.place.text)
        pending = difference.pending.map { ($0.view.name.text, $0.missing.map(\.text), $0.lacksColumns) }
        blocked = difference.blocked.map { ($0.view.name.text, $0.isTable) }
    }

    package var isEmpty: Bool { created.isEmpty && replaced.isEmpty && dropped.isEmpty }
}
