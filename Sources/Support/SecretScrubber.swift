internal import Synchronization

/// Knows the secrets that this process has seen, and takes them out of everything it writes.
///
/// A secret is found as it is and in its usual encodings (`ScrubForms`). Values of fewer than four bytes are not searched for:
/// they would be found everywhere. What is known stays known until the process ends.
///
/// While nothing is registered, scrubbing costs one atomic read.
package final class SecretScrubber: Sendable, CustomStringConvertible, CustomReflectable {
    /// The one that all output of the process goes through.
    package static let shared = SecretScrubber()

    private struct State: ~Copyable {
        var patterns = ScrubPatterns()
        /// Secrets whose forms have not been made: that is done when the first text comes.
        var waiting: [UnsafeBufferPointer<UInt8>] = []
        /// By their hash, in memory of `patterns`.
        var known: [Int: [UnsafeBufferPointer<UInt8>]] = [:]
    }

    // Unchecked for the pointers in it, which lead to memory of the state itself.
    private struct Guarded: ~Copyable, @unchecked Sendable { var state = State() }

    private let guarded = Mutex(Guarded())
    private let count = Atomic<Int>(0)

    package init() {}

    /// Whether anything is known at all.
    package var isActive: Bool { count.load(ordering: .acquiring) > 0 }

    // MARK: Registration

    package func register(_ secret: UnsafeRawBufferPointer) {
        guard secret.count >= ScrubForms.shortest else { return }
        secret.withMemoryRebound(to: UInt8.self) { bytes in
            var hasher = Hasher()
            hasher.combine(bytes: secret)
            let hash = hasher.finalize()
            guarded.withLock { guarded in
                let same = guarded.state.known[hash] ?? []
                if same.contains(where: { $0.elementsEqual(bytes) }) { return }
                let kept = guarded.state.patterns.keep(bytes)
                guarded.state.known[hash] = same + [kept]
                guarded.state.waiting += ScrubForms.parts(of: kept).filter { $0.count >= ScrubForms.shortest }
                count.add(1, ordering: .releasing)
            }
        }
    }

    package func register(_ secret: [UInt8]) { secret.withUnsafeBytes { register($0) } }

    package func register(_ secret: String) {
        var secret = secret
        secret.withUTF8 { register(UnsafeRawBufferPointer($0)) }
    }

    // MARK: Scrubbing

    /// What stands in place of a secret.
    package static let replacement = "***"

    package func scrub(_ bytes: inout [UInt8]) {
        guard isActive, !bytes.isEmpty else { return }
        var out: [UInt8] = []
        let isChanged = bytes.withUnsafeBufferPointer { replace(in: $0, isFinal: true, into: &out).isChanged }
        if isChanged { bytes = out }
    }

    package func scrub(_ text: String) -> String {
        guard isActive, !text.isEmpty else { return text }
        var text = text
        var out: [UInt8] = []
        let isChanged = text.withUTF8 { replace(in: $0, isFinal: true, into: &out).isChanged }
        return isChanged ? String(decoding: out, as: UTF8.self) : text
    }

    /// The document with texts scrubbed, and names of members. A number that is a secret becomes a text, so that it stays a
    /// document.
    package func scrub(_ document: JSONValue) -> JSONValue {
        guard isActive else { return document }
        switch document {
        case .null, .bool: return document
        case .integer, .double: return finds(in: document.text()) ? .string(Self.replacement) : document
        case .string(let text): return .string(scrub(text))
        case .array(let items): return .array(items.map { scrub($0) })
        case .object(let members): return .object(JSONObject(members.members.map { (scrub($0.key), scrub($0.value)) }))
        }
    }

    /// Whether the text holds a secret in any form.
    package func finds(in text: String) -> Bool {
        guard isActive, !text.isEmpty else { return false }
        var text = text
        var out: [UInt8] = []
        return text.withUTF8 { replace(in: $0, isFinal: true, into: &out).isChanged }
    }

    /// Takes the decided beginning out of `pending`, scrubbed; leaves an end that could be the beginning of a secret.
    package func takeDecided(_ pending: inout [UInt8]) -> [UInt8] {
        guard isActive, !pending.isEmpty else {
            defer { pending = [] }
            return pending
        }
        var out: [UInt8] = []
        let (done, isChanged) = pending.withUnsafeBufferPointer { replace(in: $0, isFinal: false, into: &out) }
        if done == pending.count, !isChanged { out = pending }
        pending.removeSubrange(..<done)
        return out
    }

    private func replace(in text: UnsafeBufferPointer<UInt8>, isFinal: Bool, into out: inout [UInt8]) -> (done: Int, isChanged: Bool) {
        guarded.withLock { guarded in
            if !guarded.state.waiting.isEmpty {
                guarded.state.patterns.add(guarded.state.waiting)
                guarded.state.waiting = []
            }
            return guarded.state.patterns.replace(in: text, with: "***", isFinal: isFinal, into: &out)
        }
    }

    package var description: String { "SecretScrubber" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
