import AssetLoading
import Changes
import Diagnostics
import Support
import Testing

/// What holds of every comparison.
@Suite struct LawTests {
    private func changes(_ base: MemoryTree, _ head: MemoryTree) async throws -> [Change] {
        let changed = try ChangedFiles.between(base, head)
        return try await ProjectChanges.compare(base: base, head: head, changed: changed, engine: nil).changes
    }

    @Test func theSampleIsSound() {
        for seed in 0..<20 {
            let project = ProjectLoader.load(SampleProject.standard.tree(seed: seed))
            #expect(project.pipelines.count == 2)
            #expect(project.environments.count == 2 && project.templates.count == 1 && project.schemas.count == 1)
            let errors = project.diagnostics.filter { $0.severity == .error && $0.code.name != "missing-file" }
            #expect(errors.map { "\($0.message) \($0.range?.path ?? "")" } == [], "seed \(seed)")
        }
    }

    /// Order of keys, quotes, comments, blocks and flows, ends of lines, names of files, layout of SQL.
    @Test(arguments: 0..<60)
    func anotherStyleIsNoChange(_ seed: Int) async throws {
        let found = try await changes(SampleProject.standard.tree(seed: seed), SampleProject.standard.tree(seed: seed + 1000))
        #expect(found == [])
    }

    @Test func everyEditIsTold() async throws {
        let base = SampleProject.standard.tree(seed: 1)
        for (number, edit) in Edit.all(of: .standard).enumerated() {
            // In another style, too, now and then: that takes all files anew.
            let found = try await changes(base, edit.project.tree(seed: number % 8 == 0 ? 2 : 1))
            if Edit.isDefault(edit.description) { continue }
            #expect(!found.isEmpty, "\(edit)")
        }
    }

    @Test func aDefaultThatIsSpelledOutIsNoChange() async throws {
        let base = SampleProject.standard.tree(seed: 1)
        for edit in Edit.all(of: .standard) where Edit.isDefault(edit.description) && edit.description.hasSuffix("removed") {
            // Without its mode the copy of the template would overwrite.
            if edit.description.contains("template") { continue }
            #expect(try await changes(base, edit.project.tree(seed: 3)) == [], "\(edit)")
        }
    }

    @Test func theOtherWayRoundIsTheMirror() async throws {
        let edits = Edit.all(of: .standard)
        let base = SampleProject.standard.tree(seed: 4)
        // A name in `dependsOn` that leads nowhere cannot follow what was renamed.
        for edit in stride(from: 0, to: edits.count, by: 5).map({ edits[$0] }) where edit.description != "pipeline sales.activities[5].name is another" {
            let head = edit.project.tree(seed: 5)
            let there = try await changes(base, head)
            let back = try await changes(head, base)
            #expect(Set(there.map(\.reversed)) == Set(back.map(\.reversed.reversed)), "\(edit)")
        }
    }

    @Test func filesThatAreNotGivenAsChangedAreNotLookedAt() async throws {
        let base = SampleProject.standard.tree(seed: 1)
        let found = try await ProjectChanges.compare(base: base, head: base, changed: [], engine: nil)
        #expect(found.isEmpty && found.text(style: .plain) == "no change in meaning\n")
    }
}
