/// A comment that is, or was, encrypted.
struct SopsComment: Sendable {
    /// Behind the `#`.
    let text: String
    let place: Range<Int>
    /// The keys of the mappings and lists that it may belong to.
    let owners: [[String]]

    /// Comments stand between keys and values only.
    static func all(in bytes: [UInt8], between places: [SopsWalk.Place]) -> [SopsComment] {
        var result: [SopsComment] = []
        var (start, before): (Int, [String]) = (0, [])
        let last = SopsWalk.Place(start: bytes.count, end: bytes.count, keys: [])
        for place in places + [last] {
            var i = start
            while i < place.start {
                guard bytes[i] == UInt8(ascii: "#") else { i += 1; continue }
                let end = bytes[i..<place.start].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? place.start
                let text = String(decoding: bytes[i + 1..<end], as: UTF8.self)
                if SopsEncryptedValue.resembles(text) {
                    let owners = (0...before.count).map { Array(before.prefix($0)) }
                        + (0...place.keys.count).map { Array(place.keys.prefix($0)) }
                    result.append(SopsComment(text: text, place: i + 1..<end, owners: owners))
                }
                i = end
            }
            start = max(start, place.end)
            before = place.keys
        }
        return result
    }
}
