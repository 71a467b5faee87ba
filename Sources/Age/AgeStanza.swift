/// A part of a header: the file key, wrapped for one recipient.
struct AgeStanza: Sendable, Hashable {
    /// The kind, and what the kind needs; at least one, of visible ASCII.
    var arguments: [String]
    var body: [UInt8]

    var kind: String { arguments[0] }
}
