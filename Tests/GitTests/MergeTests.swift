import Testing

import Git
import Support

@Suite struct MergeTests {
    /// Two hundred random merges have the results of `git merge-tree`.
    @Test(arguments: [(false, 42), (false, 109), (true, 7)] as [(Bool, UInt64)]) func mergesAreThoseOfGit(renames: Bool, seed: UInt64) throws {
        var chance = Chance(seed)
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        var merges: [(ours: GitObjectID, theirs: GitObjectID)] = []
        for number in 0..<200 {
            var files: [String: String] = [:]
            for name in ["a.yml", "b.yml", "sql/c.sql", "sql/deep/d.sql", "e"] {
                files[name] = (0..<12).map { "\(name) line \($0) of \(number) \(chance.next())\n" }.joined()
            }
            let base = try batch.commit(files)
            var sides: [GitObjectID] = []
            for side in ["ours", "theirs"] {
                var edited = files
                for _ in 0...chance.below(3) { edit(&edited, &chance, side, renames: renames) }
                sides.append(try batch.commit(edited, parents: [base], message: side))
            }
            if chance.below(5) == 0 {
                // Crossed: each has merged an earlier state of the other, so there are two common ancestors.
                var merged = files
                merged["both-\(number)"] = "x\n"
                let crossed = [try batch.commit(merged, parents: [sides[0], sides[1]], message: "m1"), try batch.commit(merged, parents: [sides[1], sides[0]], message: "m2")]
                sides = []
                for (side, parent) in zip(["ours", "theirs"], crossed) {
                    edit(&merged, &chance, side, renames: renames)
                    sides.append(try batch.commit(merged, parents: [parent], message: side))
                }
            }
            merges.append((sides[0], sides[1]))
        }
        try batch.write()
        var clean = 0
        for (number, (ours, theirs)) in merges.enumerated() {
            let (status, text) = try fixture.run([
                "-c", "merge.renames=\(renames)", "-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "--no-messages", ours.description, theirs.description,
            ])
            let lines = text.split(separator: "\n").map(String.init)
            switch try batch.merge(ours, theirs) {
            case .clean(let tree):
                clean += 1
                #expect(status == 0 && lines == [tree.description], "merge \(number): \(text)")
            case .conflicts(let conflicts):
                #expect(status == 1, "merge \(number)")
                let own = conflicts.flatMap { conflict in
                    zip([conflict.base, conflict.ours, conflict.theirs], 1...).compactMap { file, stage in
                        file.map { "\(String($0.mode.rawValue, radix: 8)) \($0.id) \(stage)\t\(conflict.path)" }
                    }
                }
                #expect(own == Array(lines.dropFirst()), "merge \(number)")
            }
        }
        #expect((40...180).contains(clean), "\(clean)")
        try batch.write()
        #expect(try fixture.run(["fsck", "--full", "--strict"]).status == 0)
    }

    private func edit(_ files: inout [String: String], _ chance: inout Chance, _ side: String, renames: Bool) {
        let name = chance.pick(files.keys.sorted())
        var lines = files[name]!.split(separator: "\n").map(String.init)
        let place = chance.below(lines.count)
        switch chance.below(renames ? 7 : 6) {
        case 0, 1: lines[place] = "changed by \(side) \(chance.next())"
        case 2: lines.insert("inserted by \(side) \(chance.next())", at: place)
        case 3: if lines.count > 2 { lines.remove(at: place) }
        case 4:
            let name = "new/\(chance.below(4))"
            files[name] = "\(name)\n"
            return
        case 5:
            if files.count > 3 { files[name] = nil }
            return
        default:
            files["renamed-\(side)-\(chance.below(100))"] = files.removeValue(forKey: name)
            return
        }
        files[name] = lines.map { $0 + "\n" }.joined()
    }

    @Test func historyIsCounted() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository.open(at: fixture.folder)
        var batch = try repository.batch()
        let root = try batch.commit(["a": "1"], message: try GitMessage.text("one", trailers: [GitTrailer("Release", "1")]))
        let left = try batch.commit(["a": "2"], parents: [root], message: try GitMessage.text("two", trailers: [GitTrailer("Release", "2")]))
        let right = try batch.commit(["b": "2"], parents: [root])
        let merge = try batch.commit(["a": "2", "b": "2"], parents: [left, right], message: "three\n")
        let alone = try batch.commit(["z": "1"])
        try batch.write()
        #expect(try repository.mergeBase(of: left, and: right) == root)
        #expect(try repository.aheadBehind(merge, right) == (2, 0))
        #expect(try repository.aheadBehind(left, right) == (1, 1))
        #expect(try repository.isAncestor(root, of: merge) && repository.isAncestor(root, of: root) && !repository.isAncestor(left, of: right))
        var releases: [String] = []
        try repository.firstParents(from: merge) { commit in
            releases += [commit.subject] + commit.trailers("release")
            return true
        }
        #expect(releases == ["three", "two", "2", "one", "1"])
        #expect(gitError { _ = try batch.merge(alone, merge) }?.kind == .unrelated)
        #expect(gitError { _ = try repository.isAncestor(root, of: GitObjectID(String(repeating: "1", count: 40))!) }?.kind == .damaged)
    }
}
