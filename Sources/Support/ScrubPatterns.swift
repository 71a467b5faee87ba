internal import Glibc

/// Byte patterns that are looked for in texts, thousands at a time.
///
/// Four bytes at each place of a text decide, through a table of bits, whether a pattern may begin there; for few places more
/// than those where one does. Only then the sorted patterns are searched. So the time hangs on the text, hardly on their count.
struct ScrubPatterns: ~Copyable {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private var memory = ScrubMemory()
    private var sorted: [Bytes] = []
    /// Patterns waiting to be sorted in.
    private var added: [Bytes] = []
    private var filter: [UInt64] = []
    private(set) var longest = 0

    private static let filterBits = 20

    // MARK: Patterns

    /// Takes all forms of the secrets in.
    mutating func add(_ secrets: [Bytes]) {
        if filter.isEmpty { filter = Array(repeating: 0, count: (1 << Self.filterBits) / 64) }
        for secret in secrets { ScrubForms.each(of: secret) { add($0) } }
        settle()
    }

    /// A copy that stays, for secrets that wait.
    mutating func keep(_ bytes: Bytes) -> Bytes { memory.keep(bytes) }

    private mutating func add(_ pattern: Bytes) {
        // Forms often are the same; the newest ones are those of the same secret.
        if added.suffix(40).contains(where: { Self.order($0, pattern) == 0 }) { return }
        let kept = memory.keep(pattern)
        added.append(kept)
        longest = max(longest, kept.count)
        let slot = Self.slot(kept.baseAddress!)
        filter[slot >> 6] |= 1 << UInt64(slot & 63)
    }

    private mutating func settle() {
        added.sort { Self.order($0, $1) < 0 }
        var merged: [Bytes] = []
        merged.reserveCapacity(sorted.count + added.count)
        var (left, right) = (0, 0)
        while left < sorted.count || right < added.count {
            let next: Bytes
            if right == added.count || left < sorted.count && Self.order(sorted[left], added[right]) <= 0 {
                next = sorted[left]
                left += 1
            } else {
                next = added[right]
                right += 1
            }
            if let last = merged.last, Self.order(last, next) == 0 { continue }
            merged.append(next)
        }
        sorted = merged
        added = []
    }

    private static func order(_ one: Bytes, _ two: Bytes) -> Int {
        let order = memcmp(one.baseAddress!, two.baseAddress!, min(one.count, two.count))
        return order != 0 ? Int(order) : one.count - two.count
    }

    private static func slot(_ start: UnsafePointer<UInt8>) -> Int {
        let word = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return Int((word &* 2_654_435_761) >> UInt32(32 - filterBits))
    }

    // MARK: Search

    /// Writes the text with `replacement` in place of what patterns cover, as far as it is decided.
    ///
    /// Where patterns overlap in the text, all they cover is replaced, once.
    /// - Parameter isFinal: nothing comes after it. Otherwise the end is left that could be the beginning of a pattern.
    /// - Returns: how many bytes of the text are dealt with; all where it is final. `out` is untouched where nothing was found
    ///   and all is dealt with: the text stands as it is.
    func replace(in text: Bytes, with replacement: StaticString, isFinal: Bool, into out: inout [UInt8]) -> (done: Int, isChanged: Bool) {
        let limit = isFinal ? text.count : openEnd(of: text)
        var copied = 0
        var isChanged = false
        var cover: Range<Int>?
        func copy(_ range: Range<Int>) { out.append(contentsOf: Bytes(rebasing: text[range])) }
        func close(_ range: Range<Int>) {
            copy(copied..<range.lowerBound)
            replacement.withUTF8Buffer { out.append(contentsOf: $0) }
            copied = range.upperBound
            isChanged = true
        }
        filter.withUnsafeBufferPointer { filter in
            sorted.withUnsafeBufferPointer { sorted in
                var place = 0
                while place + ScrubForms.shortest <= text.count {
                    let slot = Self.slot(text.baseAddress! + place)
                    if filter[slot >> 6] & 1 << UInt64(slot & 63) != 0,
                        let length = Self.match(at: Bytes(rebasing: text[place...].prefix(longest)), sorted)
                    {
                        if let open = cover, place < open.upperBound {
                            cover = open.lowerBound..<max(open.upperBound, place + length)
                        } else {
                            if let open = cover { close(open) }
                            cover = place..<place + length
                            if place >= limit { break }
                        }
                    }
                    place += 1
                }
            }
        }
        var end = limit
        if let open = cover, open.lowerBound < limit {
            // What a pattern covers is not cut: it may go on in what comes. Only so far, or a text that repeats a pattern
            // without an end would be gathered for ever.
            if open.upperBound <= limit || text.count - open.lowerBound > 2 * longest {
                close(open)
                end = max(limit, open.upperBound)
            } else {
                end = open.lowerBound
            }
        }
        if isChanged || end < text.count { copy(copied..<end) }
        return (end, isChanged)
    }

    /// Length of the longest pattern that the text begins with.
    private static func match(at text: Bytes, _ sorted: UnsafeBufferPointer<Bytes>) -> Int? {
        var length = text.count
        while length >= ScrubForms.shortest {
            let text = Bytes(rebasing: text[..<length])
            // A pattern the text begins with sorts before the text, and all between the two begin with it as well.
            let after = firstAfter(text, sorted)
            guard after > 0 else { return nil }
            let candidate = sorted[after - 1]
            var common = 0
            while common < candidate.count, common < length, candidate[common] == text[common] { common += 1 }
            if common == candidate.count { return common }
            length = common
        }
        return nil
    }

    /// Index of the first pattern that sorts behind the text.
    private static func firstAfter(_ text: Bytes, _ sorted: UnsafeBufferPointer<Bytes>) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if order(sorted[middle], text) <= 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the end of the text begins that could be the beginning of a pattern; the text's end where there is none.
    private func openEnd(of text: Bytes) -> Int {
        sorted.withUnsafeBufferPointer { sorted in
            for place in max(0, text.count - longest + 1)..<max(0, text.count) {
                let rest = Bytes(rebasing: text[place...])
                if rest.count >= ScrubForms.shortest {
                    let slot = Self.slot(rest.baseAddress!)
                    guard filter[slot >> 6] & 1 << UInt64(slot & 63) != 0 else { continue }
                }
                let after = Self.firstAfter(rest, sorted)
                guard after < sorted.count, sorted[after].count > rest.count else { continue }
                if memcmp(sorted[after].baseAddress!, rest.baseAddress!, rest.count) == 0 { return place }
            }
            return text.count
        }
    }
}
