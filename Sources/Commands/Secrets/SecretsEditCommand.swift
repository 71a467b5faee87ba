internal import CommandLineKit
internal import Crypto
internal import Diagnostics
internal import Glibc
internal import Secrets
internal import Sops
internal import Support

/// `pipectl secrets edit`
struct SecretsEditCommand: Command {
    static let onDisk = Argument<Bool>.flag("on-disk", help: "Where there is no file system in memory: put the text in the clear on the disk, in TMPDIR")

    static let specification = CommandSpecification(
        "edit", summary: "Change a store in an editor",
        discussion: """
            Opens the whole store in the clear in SOPS_EDITOR, VISUAL, EDITOR or vi, from a folder in memory that nobody else can read and \
            that is removed afterwards. Only what was changed gets a new ciphertext. Changes that others make in the meantime are kept; where \
            they changed the same value, nothing is written. When the editor fails, nothing is written either.

            Comments are neither shown nor kept, those in the store stay. An editor that returns at once needs an option to wait, as in \
            EDITOR="code --wait".
            """,
        examples: [.init("pipectl secrets edit --env dev", "All of a store at once")],
        arguments: SecretsOptions.target + [onDisk], exitCodes: [(.failure, "nothing was written: the text cannot be read, or the editor failed")])

    private let isOnDisk: Bool
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        isOnDisk = arguments[Self.onDisk]
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        ProcessHardening.forbidCoreDumps()
        let file = try target.file(in: context)
        let session = EditSession(file: file, opener: target.opener(in: context))
        var base = try file.open(with: session.opener)
        var text: SensitiveBytes? = try Self.text(of: base, file)
        let forwarding = SignalForwarding()
        defer { forwarding.end() }
        let name = FileSystem.lastComponent(of: file.path)
        let editor = try SecretEditor(name: name, isOnDisk: isOnDisk, forwarding: forwarding, variables: context.environment)
        defer {
            do throws(SystemError) { try editor.remove() } catch { context.errors.write("warning: the text in the clear is still there: \(error)\n") }
        }
        context.output.flush()
        context.errors.finish()
        while true {
            let edited = try await editor.edit(text)
            text = nil
            switch session.write(edited, madeOn: base) {
            case .unchanged:
                report(EditSummary(), file, context)
                return .success
            case .written(let summary):
                report(summary, file, context)
                return .success
            case .refused(let problem):
                let place = problem.line.map { "line \($0): " } ?? ""
                context.errors.write("\(name): \(place)\(problem.message)\n")
            case .conflict(let current, let mine, let names):
                context.errors.write("\(file.name): somebody else has changed \(names.joined(separator: ", ")) in the meantime\n")
                // What the other one wrote, with the changes of this edit: to be looked at again.
                base = current
                text = try mine.map { try Self.text(of: $0, file) }
            }
            guard try asksAgain(context, forwarding) else { throw CommandFailure("nothing was written", .failure) }
        }
    }

    private static func text(of store: SecretStore, _ file: SecretStoreFile) throws -> SensitiveBytes {
        for value in store.opened.values where value.isEncrypted { value.value.sensitiveText.withBytes { SecretScrubber.shared.register($0) } }
        do throws(SopsError) {
            return try store.opened.plainText(notes: ["The secrets of \(file.name) in the clear. Comments are not kept.", "Leave without a change, or with an error code, and nothing is written."])
        } catch {
            throw SecretsError(error)
        }
    }

    /// Only a terminal can answer.
    private func asksAgain(_ context: CommandContext, _ forwarding: SignalForwarding) throws -> Bool {
        guard isatty(0) == 1, context.errors.isInteractive else { return false }
        // Counted before it is asked: the answer may come at once.
        let before = forwarding.count
        context.errors.write("Enter to edit again, Ctrl-C to give up: ")
        context.errors.finish()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            guard forwarding.count == before else { throw CancellationError() }
            var wait = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 100) > 0 else { continue }
            let count = read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            if buffer[..<count].contains(0x0A) { return true }
        }
    }

    private func report(_ summary: EditSummary, _ file: SecretStoreFile, _ context: CommandContext) {
        switch context.global.output {
        case .json:
            context.write(json: [
                "store": .string(file.name), "added": .array(summary.added.map { .string($0) }),
                "changed": .array(summary.changed.map { .string($0) }), "removed": .array(summary.removed.map { .string($0) }),
            ])
        case .text:
            guard !context.global.isQuiet else { return }
            context.output.write("\(file.name): \(summary.words)\n")
        }
    }
}

/// What an edit did, by names.
struct EditSummary {
    var added: [String] = []
    var changed: [String] = []
    var removed: [String] = []

    var words: String {
        let parts = [("added", added), ("changed", changed), ("removed", removed)].filter { !$0.1.isEmpty }
        return parts.isEmpty ? "nothing was changed" : parts.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}

/// From the text that an editor left to the store.
struct EditSession {
    enum Outcome {
        case unchanged
        case written(EditSummary)
        case refused(PlainProblem)
        /// The store as it is now, and what it would be with the changes; nil where these cannot be made any more.
        case conflict(SecretStore, SecretStore?, [String])
    }

    let file: SecretStoreFile
    let opener: IdentityOpener

    func write(_ edited: SensitiveBytes, madeOn base: SecretStore) -> Outcome {
        do {
            // Even who removes all secrets leaves the comment above them, or `{}`: an editor that fails leaves nothing.
            guard edited.withBytes({ $0.contains { !" \t\r\n".utf8.contains($0) } }) else {
                return .refused(PlainProblem(line: nil, message: "the file is empty; to remove a secret: pipectl secrets rm NAME"))
            }
            let format = base.opened.file.format
            let old = try PlainTree(try base.opened.plainText(notes: []), format: format)
            let new = try PlainTree(edited, format: format)
            for text in new.texts { text.withBytes { SecretScrubber.shared.register($0) } }
            let changes = try new.changes(from: old) { base.refusal(ofNew: $0) }
            guard !changes.isEmpty else { return .unchanged }
            return try write(changes, madeOn: base)
        } catch let problem as PlainProblem {
            return .refused(problem)
        } catch {
            let failure = CommandFailure(error)
            return .refused(PlainProblem(line: nil, message: failure.message))
        }
    }

    private func write(_ changes: [SopsChange], madeOn base: SecretStore) throws -> Outcome {
        let now = WallClock.system.now()
        var conflict: Outcome?
        _ = try file.update(with: opener) { store throws(SecretsError) in
            let (merged, names) = try store.merging(changes, madeOn: base, at: now)
            guard let merged else {
                // Shown only, so what cannot be made of it is left out.
                conflict = .conflict(store, try? store.applying(changes, at: now), names)
                return store
            }
            if let problem = merged.problems(since: store).first { throw SecretsError(.invalid, problem) }
            return merged
        }
        if let conflict { return conflict }
        var summary = EditSummary()
        let set = Set(changes.filter { $0.value != nil }.map { $0.keys.joined(separator: ".") })
        for change in changes {
            let name = change.keys.joined(separator: ".")
            if change.value == nil {
                if !set.contains(name) { summary.removed.append(name) }
            } else if base.opened.content(at: change.keys).isEmpty {
                summary.added.append(name)
            } else {
                summary.changed.append(name)
            }
        }
        return .written(summary)
    }
}
