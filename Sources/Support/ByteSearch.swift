internal import Glibc

/// Search in bytes, as fast as the C library's own.
package enum ByteSearch {
    /// Offsets at which a text begins, ascending, without overlaps.
    package static func places(of text: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        guard let base = bytes.baseAddress, !text.isEmpty else { return [] }
        var places: [Int] = []
        var start = 0
        while start < bytes.count, let found = memmem(base + start, bytes.count - start, text, text.count) {
            let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            places.append(place)
            start = place + text.count
        }
        return places
    }
}
