/// The shortest way from one of these to `end`, both included; nil where none leads there.
func shortestPath<Node: Hashable>(from starts: [Node], to end: Node, next: (Node) -> [Node]) -> [Node]? {
    var queue: [Node] = []
    var cameFrom: [Node: Node?] = [:]
    func visit(_ nodes: [Node], from before: Node?) {
        for node in nodes where cameFrom[node] == nil {
            cameFrom[node] = .some(before)
            queue.append(node)
        }
    }
    visit(starts, from: nil)
    var index = 0
    while index < queue.count {
        let node = queue[index]
        index += 1
        if node == end {
            var path = [node]
            while case let before?? = cameFrom[path[path.count - 1]] { path.append(before) }
            return path.reversed()
        }
        visit(next(node), from: node)
    }
    return nil
}
