/// Scrubs a text that comes in pieces: a secret is found where it begins in one and ends in another.
///
/// Held back is only an end that could be the beginning of a secret, until more comes or the text is finished.
package struct ScrubbingStream: Sendable {
    private let scrubber: SecretScrubber
    private var pending: [UInt8] = []

    package init(_ scrubber: SecretScrubber = .shared) { self.scrubber = scrubber }

    /// Bytes that wait for more.
    package var heldBack: Int { pending.count }

    /// Takes a piece and gives what may be written by now.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        pending.append(contentsOf: bytes)
        return scrubber.takeDecided(&pending)
    }

    /// The rest, when nothing more comes.
    package mutating func finish() -> [UInt8] {
        defer { pending = [] }
        scrubber.scrub(&pending)
        return pending
    }
}
