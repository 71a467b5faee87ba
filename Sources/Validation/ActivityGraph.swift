package import Assets
package import Diagnostics

/// The order between activities of one list: what was declared, and what follows from the data.
package struct ActivityGraph: Sendable {
    package struct Edge: Sendable, Hashable {
        package enum Reason: Sendable, Hashable {
            case declared([Activity.Dependency.Condition])
            case table(TableAddress)
            case variable(String)
            case output
        }
        /// Positions in the list: `before` must end first.
        package let before: Int
        package let after: Int
        package let reason: Reason
    }

    package let activities: [Activity]
    package let edges: [Edge]
    /// Positions in an order that respects all edges; the order of the file where they leave a choice.
    package let order: [Int]

    package static func make(
        _ activities: [Activity], effects: [ActivityEffects], asset: String? = nil
    ) -> (graph: ActivityGraph, diagnostics: [Diagnostic]) {
        var builder = GraphBuilder(activities: activities, effects: effects, asset: asset)
        return builder.build()
    }

    private let incoming: [[Edge]]

    fileprivate init(activities: [Activity], edges: [Edge], order: [Int]) {
        self.activities = activities
        self.edges = edges
        self.order = order
        var incoming: [[Edge]] = Array(repeating: [], count: activities.count)
        for edge in edges { incoming[edge.after].append(edge) }
        self.incoming = incoming
    }

    package func edges(into position: Int) -> [Edge] { incoming[position] }
}

private struct GraphBuilder {
    let activities: [Activity]
    let effects: [ActivityEffects]
    let asset: String?
    var edges: [ActivityGraph.Edge] = []
    var successors: [Set<Int>]
    /// Of them those that were declared.
    var declaredSuccessors: [Set<Int>]
    var diagnostics: [Diagnostic] = []

    init(activities: [Activity], effects: [ActivityEffects], asset: String?) {
        self.activities = activities
        self.effects = effects
        self.asset = asset
        successors = Array(repeating: [], count: activities.count)
        declaredSuccessors = successors
    }

    mutating func build() -> (graph: ActivityGraph, diagnostics: [Diagnostic]) {
        addDeclared()
        addOutputs()
        addTables()
        addVariables()
        let order = topologicalOrder()
        if order.count < activities.count { reportCycles(outside: Set(order)) }
        return (ActivityGraph(activities: activities, edges: edges, order: order), diagnostics)
    }

    mutating func add(_ before: Int, _ after: Int, _ reason: ActivityGraph.Edge.Reason) {
        edges.append(.init(before: before, after: after, reason: reason))
        successors[before].insert(after)
        if case .declared = reason { declaredSuccessors[before].insert(after) }
    }

    func reaches(_ start: Int, _ end: Int) -> Bool { Self.path(from: start, to: end, successors) }

    private static func path(from start: Int, to end: Int, _ successors: [Set<Int>]) -> Bool {
        if successors[start].isEmpty { return start == end }
        var stack = [start]
        var seen: Set<Int> = [start]
        while let next = stack.popLast() {
            if next == end { return true }
            for successor in successors[next] where seen.insert(successor).inserted { stack.append(successor) }
        }
        return false
    }

    mutating func addDeclared() {
        let positions = Dictionary(
            activities.enumerated().map { ($1.name.value.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        for (index, activity) in activities.enumerated() {
            for dependency in activity.dependsOn {
                // An unknown name is told by the reference rule.
                guard let before = positions[dependency.activity.value.lowercased()] else { continue }
                add(before, index, .declared(dependency.conditions.map(\.value)))
            }
        }
    }

    mutating func addOutputs() {
        let positions = Dictionary(grouping: activities.indices) { activities[$0].name.value.lowercased() }
        for (index, effect) in effects.enumerated() {
            for other in effect.namedActivities.flatMap({ positions[$0] ?? [] }).sorted() where other != index {
                if !successors[other].contains(index) { add(other, index, .output) }
            }
        }
    }

    mutating func addTables() {
        var writers: [TableAddress: [Int]] = [:]
        var quarantines: [TableAddress: [Int]] = [:]
        var readers: [TableAddress: [Int]] = [:]
        for (index, effect) in effects.enumerated() {
            for table in effect.writes { writers[table, default: []].append(index) }
            for table in effect.quarantines { quarantines[table, default: []].append(index) }
            for table in effect.reads { readers[table, default: []].append(index) }
        }
        // First, because what reads rows that were kept out of a table may write that table: it follows those that sorted them out.
        for table in quarantines.keys.sorted() { add(readers[table] ?? [], after: quarantines[table]!, of: table) }
        for table in writers.keys.sorted() {
            let present = writers[table]!
            // Several writers of a table follow one another as they stand in the file.
            for (earlier, later) in zip(present, present.dropFirst()) where !reaches(earlier, later) && !reaches(later, earlier) {
                add(earlier, later, .table(table))
            }
            add(readers[table] ?? [], after: present, of: table)
        }
    }

    mutating func add(_ readers: [Int], after writers: [Int], of table: TableAddress) {
        let writing = Set(writers)
        for reader in readers where !writing.contains(reader) {
            // What was declared the other way round stays so: a reader may be meant to see the table of the last run.
            for writer in writers where !successors[writer].contains(reader) && !declared(from: reader, to: writer) {
                add(writer, reader, .table(table))
            }
        }
    }

    func declared(from start: Int, to end: Int) -> Bool { Self.path(from: start, to: end, declaredSuccessors) }

    mutating func addVariables() {
        var users: [String: [Int]] = [:]
        for (index, effect) in effects.enumerated() {
            for name in effect.writtenVariables.union(effect.readVariables) { users[name, default: []].append(index) }
        }
        for name in Set(effects.flatMap { $0.writtenVariables }).sorted() { order(users[name] ?? [], of: name) }
    }

    /// What writes a variable comes after all that used it before, and what reads it after what wrote it: as they stand
    /// in the file, unless the other way round was declared.
    mutating func order(_ users: [Int], of name: String) {
        func writes(_ index: Int) -> Bool { effects[index].writtenVariables.contains(name) }
        // Those since the last that writes, itself included: all before them come before it, while nothing is the other way round.
        var recent: [Int] = []
        var isInOrder = true
        for (position, later) in users.enumerated() {
            let before = isInOrder ? recent : Array(users[..<position])
            for earlier in before where writes(earlier) || writes(later) {
                if reaches(later, earlier) { isInOrder = false } else if !successors[earlier].contains(later) { add(earlier, later, .variable(name)) }
            }
            recent = writes(later) ? [later] : recent + [later]
        }
    }

    func topologicalOrder() -> [Int] {
        var missing = Array(repeating: 0, count: activities.count)
        for set in successors { for next in set { missing[next] += 1 } }
        var order: [Int] = []
        var ready = missing.indices.filter { missing[$0] == 0 }
        while let next = ready.min() {
            ready.removeAll { $0 == next }
            order.append(next)
            for successor in successors[next] {
                missing[successor] -= 1
                if missing[successor] == 0 { ready.append(successor) }
            }
        }
        return order
    }

    /// Cycles that have no activity in common, each once.
    mutating func reportCycles(outside ordered: Set<Int>) {
        var passed = ordered
        while let cycle = findCycle(outside: passed) {
            report(cycle)
            passed.formUnion(cycle)
        }
    }

    mutating func report(_ cycle: [Int]) {
        let first = activities[cycle[0]]
        var notes: [String] = []
        for (position, index) in cycle.enumerated() {
            let next = cycle[(position + 1) % cycle.count]
            guard let edge = edges.first(where: { $0.before == index && $0.after == next }) else { continue }
            let (before, after) = (activities[index].name.value, activities[next].name.value)
            switch edge.reason {
            case .declared: notes.append("\"\(after)\" depends on \"\(before)\"")
            case .table(let table): 
                let verb = effects[next].reads.contains(table) ? "reads" : "writes"
                notes.append("\"\(after)\" \(verb) \(table.text), which \"\(before)\" writes")
            case .variable(let name): notes.append("\"\(after)\" uses variable \"\(name)\" after \"\(before)\"")
            case .output: notes.append("\"\(after)\" uses the output of \"\(before)\"")
            }
        }
        let path = (cycle + [cycle[0]]).map { activities[$0].name.value }.joined(separator: " -> ")
        diagnostics.append(
            Diagnostic(
                .dependencyCycle, cycle.count == 1 ? "the activity waits for itself" : "activities wait for each other: \(path)", at: first.name.range, notes: notes,
                help: cycle.count == 1 ? "remove the dependency" : "remove one of these dependencies", asset: asset))
    }

    /// A cycle, starting with its activity that stands first in the file.
    func findCycle(outside ordered: Set<Int>) -> [Int]? {
        var state: [Int: Bool] = [:]  // false: on the path, true: done
        var path: [Int] = []
        func visit(_ index: Int) -> [Int]? {
            state[index] = false
            path.append(index)
            for next in successors[index].sorted() where !ordered.contains(next) {
                if state[next] == false { return Array(path[path.firstIndex(of: next)!...]) }
                if state[next] == nil, let cycle = visit(next) { return cycle }
            }
            path.removeLast()
            state[index] = true
            return nil
        }
        for index in activities.indices where !ordered.contains(index) && state[index] == nil {
            if let cycle = visit(index) {
                let start = cycle.firstIndex(of: cycle.min()!)!
                return Array(cycle[start...] + cycle[..<start])
            }
        }
        return nil
    }
}
