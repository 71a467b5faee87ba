/// A node of a file with its place in the bytes: what reading and editing need, whatever the file was read with.
struct SopsNode: Sendable {
    enum Content: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case double(Double)
        case string(String)
        /// A plain date of YAML, as it is written.
        case time(String)
        /// A string that begins like an encrypted value and is written as it reads; the place of its text without quotes.
        case verbatim(Range<Int>)
        case mapping([SopsPair])
        case sequence([SopsNode])
    }

    let content: Content
    /// With quotes and brackets.
    let place: Range<Int>

    static let encryptedStart = Array("ENC[".utf8)
}

struct SopsPair: Sendable {
    let name: String
    let keyPlace: Range<Int>
    let value: SopsNode
}

extension SopsNode {
    var isMapping: Bool { if case .mapping = content { true } else { false } }
    var isNull: Bool { if case .null = content { true } else { false } }

    /// Empty where this is no mapping.
    var entries: [SopsPair] { if case .mapping(let entries) = content { entries } else { [] } }
    /// Empty where this is no list.
    var items: [SopsNode] { if case .sequence(let items) = content { items } else { [] } }
    /// Of entries or items.
    var count: Int { entries.count + items.count }

    var bool: Bool? { if case .bool(let value) = content { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = content { value } else { nil } }

    func text(in bytes: [UInt8]) -> String? {
        switch content {
        case .string(let text), .time(let text): text
        case .verbatim(let place): String(decoding: bytes[place], as: UTF8.self)
        default: nil
        }
    }

    subscript(name: String) -> SopsNode? { entry(name)?.value }

    func entry(_ name: String) -> SopsPair? { entries.first { $0.name.utf8.elementsEqual(name.utf8) } }
}
