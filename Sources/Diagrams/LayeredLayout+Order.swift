extension LayeredLayout {
    /// Moves each element to the mean place of its neighbours, layer by layer, there and back; keeps the best order seen.
    mutating func order() {
        var before = Array(repeating: [Int](), count: elements.count)
        var after = before
        for segment in segments {
            before[segment.end].append(segment.start)
            after[segment.start].append(segment.end)
        }
        var best = rows
        var fewest = crossings()
        for round in 0..<16 where fewest > 0 {
            let isForward = round % 2 == 0
            for row in isForward ? Array(rows.indices) : rows.indices.reversed() {
                sort(row, by: isForward ? before : after)
            }
            let count = crossings()
            if count < fewest {
                fewest = count
                best = rows
            }
        }
        rows = best
    }

    private mutating func sort(_ row: Int, by neighbours: [[Int]]) {
        var place: [Int: Double] = [:]
        for other in rows { for (position, element) in other.enumerated() { place[element] = Double(position) } }
        let wanted = rows[row].enumerated().map { position, element -> (mean: Double, position: Int, element: Int) in
            let places = neighbours[element].compactMap { place[$0] }
            return (places.isEmpty ? Double(position) : places.reduce(0, +) / Double(places.count), position, element)
        }
        rows[row] = wanted.sorted { ($0.mean, $0.position) < ($1.mean, $1.position) }.map(\.element)
    }

    func crossings() -> Int {
        var place = Array(repeating: 0, count: elements.count)
        for row in rows { for (position, element) in row.enumerated() { place[element] = position } }
        var count = 0
        let byLayer = Dictionary(grouping: segments) { elements[$0.start].layer }
        for group in byLayer.values {
            for (index, a) in group.enumerated() {
                for b in group[..<index] {
                    let left = (place[a.start], offset(of: a))
                    let other = (place[b.start], offset(of: b))
                    let isAbove = left < other
                    let isBelow = other < left
                    if isAbove && place[a.end] > place[b.end] || isBelow && place[a.end] < place[b.end] { count += 1 }
                }
            }
        }
        return count
    }

    // MARK: Heights

    /// Puts elements at the height of their neighbours, as near as their order and size allow, there and back; lanes weigh
    /// more, so that they are straight.
    mutating func align() {
        for row in rows.indices { settle(row, wanted: rows[row].map { _ in 0 }) }
        for round in 0..<12 {
            let isForward = round % 2 == 0
            for row in isForward ? Array(rows.indices) : rows.indices.reversed() {
                let isLast = round >= 10
                settle(row, wanted: rows[row].map { wanted($0, fromBefore: isForward || isLast, fromAfter: !isForward || isLast) })
            }
        }
        let top = elements.map { $0.y - $0.height / 2 }.min() ?? 0
        for index in elements.indices { elements[index].y -= top }
    }

    private func wanted(_ element: Int, fromBefore: Bool, fromAfter: Bool) -> Double {
        var sum = 0.0
        var weight = 0.0
        for segment in segments where (fromBefore && segment.end == element) || (fromAfter && segment.start == element) {
            let isEnd = segment.end == element
            let other = isEnd ? segment.start : segment.end
            let w = elements[other].box == nil ? 3.0 : 1.0
            sum += w * (elements[other].y + (isEnd ? 1 : -1) * offset(of: segment))
            weight += w
        }
        return weight == 0 ? elements[element].y : sum / weight
    }

    /// The least squares of the distances to the wanted heights with enough room between neighbours: isotonic regression by
    /// pooling adjacent violators.
    private mutating func settle(_ row: Int, wanted: [Double]) {
        let own = rows[row]
        var shift = 0.0
        var shifts: [Double] = []
        for (position, element) in own.enumerated() {
            if position > 0 {
                let above = elements[own[position - 1]]
                let areLanes = above.box == nil && elements[element].box == nil
                shift += (above.height + elements[element].height) / 2 + (areLanes ? 4 : Placement.Measure.rowGap)
            }
            shifts.append(shift)
        }
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        for (position, element) in own.enumerated() {
            let weight = elements[element].box == nil ? 4.0 : 1.0
            pools.append(((wanted[position] - shifts[position]) * weight, weight, 1))
            while pools.count > 1, pools[pools.count - 2].sum / pools[pools.count - 2].weight > pools[pools.count - 1].sum / pools[pools.count - 1].weight {
                let last = pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].weight += last.weight
                pools[pools.count - 1].count += last.count
            }
        }
        var position = 0
        for pool in pools {
            for _ in 0..<pool.count {
                elements[own[position]].y = pool.sum / pool.weight + shifts[position]
                position += 1
            }
        }
    }
}
