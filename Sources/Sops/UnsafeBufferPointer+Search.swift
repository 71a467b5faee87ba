internal import Glibc

extension UnsafeBufferPointer<UInt8> {
    /// The first place of a byte from a place on.
    func firstPlace(of byte: UInt8, from start: Int) -> Int? {
        guard start < count, let found = memchr(baseAddress! + start, Int32(byte), count - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(baseAddress!)
    }

    /// The first place from a place on whose byte is no visible ASCII, or, where blanks are taken too, no blank.
    func firstPlaceNotVisible(from start: Int, takesBlanks: Bool) -> Int {
        let least: UInt8 = takesBlanks ? 0x20 : 0x21
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let lift = ones &* UInt64(0x80 - least)
        var i = start
        // Eight bytes at once: below 0x80, no sum of two runs over into the next byte.
        while i + 8 <= count {
            let part = UnsafeRawPointer(baseAddress! + i).loadUnaligned(as: UInt64.self)
            guard part & tops == 0, (part &+ lift) & tops == tops, (part &+ ones) & tops == 0 else { break }
            i += 8
        }
        while i < count, self[i] >= least, self[i] < 0x7F { i += 1 }
        return i
    }
}
