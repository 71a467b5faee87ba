extension GitRepository {
    /// Commits that one has in its history and another has not, newest first, as `git rev-list OTHER..COMMIT` lists them.
    package func commits(of commit: GitObjectID, notOf other: GitObjectID) throws(GitError) -> [GitCommit] {
        // Clocks that go wrong by more than this could let a commit be told that the other has, too.
        let slack: Int64 = 86_400
        var pending: [GitCommit] = []
        var isKnown: [GitObjectID: Bool] = [:]
        var found: [GitObjectID: GitCommit] = [:]
        var order: [GitObjectID] = []
        func add(_ id: GitObjectID, known: Bool) throws(GitError) {
            let earlier = isKnown[id]
            if earlier == true || earlier == known { return }
            // The end of a shallow clone.
            if isShallow, try !objects.holds(id) { return }
            isKnown[id] = known
            if known { found[id] = nil }
            let commit = try objects.commit(id)
            let place = pending.firstIndex { $0.committer.time > commit.committer.time } ?? pending.endIndex
            pending.insert(commit, at: place)
        }
        try add(other, known: true)
        try add(commit, known: false)
        while let next = pending.popLast() {
            let known = isKnown[next.id] == true
            if !known, found.updateValue(next, forKey: next.id) == nil { order.append(next.id) }
            for parent in next.parents { try add(parent, known: known) }
            guard known, pending.allSatisfy({ isKnown[$0.id] == true }) else { continue }
            let oldest = found.values.map(\.committer.time).min() ?? .max
            // Times are what somebody wrote.
            let end = oldest < .min + slack ? .min : oldest - slack
            if pending.allSatisfy({ $0.committer.time < end }) { break }
        }
        return order.compactMap { found[$0] }
    }
}
