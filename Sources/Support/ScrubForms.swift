/// The forms in which a secret may turn up in a text: as it is, and as the usual encodings write it.
///
/// Of base 64 it is the part that does not hang on what stands before and after the secret in the text that was encoded:
/// three alignments, each as far as whole characters go, and to the end where the secret is the end.
struct ScrubForms {
    /// Forms of fewer bytes are not searched for: they would be found in texts that have nothing to do with the secret.
    static let shortest = 4
    /// Lines of a secret of several lines are secrets of their own from this many bytes.
    static let shortestLine = 8

    private var scratch: [UInt8] = []
    private var second: [UInt8] = []

    /// Calls `body` with every form, each at least `shortest` bytes; the same form may come twice. The bytes are good in the
    /// closure only, and cleared behind it.
    static func each(of secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        guard secret.count >= shortest else { return }
        var forms = ScrubForms()
        // Room for the longest form, so that nothing is copied while one grows.
        forms.scratch.reserveCapacity(secret.count * 12 + 8)
        forms.second.reserveCapacity(secret.count * 12 + 8)
        forms.each(of: secret, body)
        forms.clear()
    }

    /// The secret, and those of its lines that count as secrets of their own.
    static func parts(of secret: UnsafeBufferPointer<UInt8>) -> [UnsafeBufferPointer<UInt8>] {
        var parts = [secret]
        // A file's last line end is seldom part of where its text is used.
        var end = secret.count
        while end > 0, secret[end - 1] == 0x0A || secret[end - 1] == 0x0D { end -= 1 }
        if end < secret.count { parts.append(UnsafeBufferPointer(rebasing: secret[..<end])) }
        guard secret[..<end].contains(0x0A) || secret[..<end].contains(0x0D) else { return parts }
        for line in secret.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.count >= shortestLine {
            parts.append(UnsafeBufferPointer(rebasing: line))
        }
        return parts
    }

    private mutating func each(of secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        body(secret)
        base64(secret, body)
        for digits in [Self.lowerDigits, Self.upperDigits] {
            emit(body) { out in for byte in secret { Self.append(hex: byte, digits, to: &out) } }
        }
        // Most generated secrets are letters and digits, which no escape changes.
        if secret.allSatisfy({ Self.isWord($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }) { return }
        url(secret, body)
        json(secret, body)
        quoted(secret, body)
        xml(secret, body)
    }

    /// Makes a form in the scratch space and hands it over.
    private mutating func emit(_ body: (UnsafeBufferPointer<UInt8>) -> Void, _ make: (inout [UInt8]) -> Void) {
        scratch.removeAll(keepingCapacity: true)
        make(&scratch)
        guard scratch.count >= Self.shortest else { return }
        scratch.withUnsafeBufferPointer { body($0) }
    }

    private mutating func clear() {
        for array in [\ScrubForms.scratch, \ScrubForms.second] {
            // Up to the capacity: a longer form may have been there before.
            self[keyPath: array].removeAll(keepingCapacity: true)
            let capacity = self[keyPath: array].capacity
            self[keyPath: array].append(contentsOf: repeatElement(0, count: capacity))
        }
    }

    // MARK: Base 64

    private mutating func base64(_ secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        for alphabet in [Self.base64Alphabet, Self.base64URLAlphabet] {
            for before in 0..<3 {
                let bits = (before + secret.count) * 8
                func byte(_ index: Int) -> Int { index >= before && index < before + secret.count ? Int(secret[index - before]) : 0 }
                func sextet(_ index: Int) -> UInt8 {
                    let bit = index * 6
                    return alphabet[(byte(bit / 8) << 8 | byte(bit / 8 + 1)) >> (10 - bit % 8) & 63]
                }
                // The first characters hold bits of what stands before.
                let first = [0, 2, 3][before]
                let whole = bits / 6
                emit(body) { out in for index in first..<whole { out.append(sextet(index)) } }
                guard bits % 6 != 0 else { continue }
                emit(body) { out in for index in first...whole { out.append(sextet(index)) } }
                emit(body) { out in
                    for index in first...whole { out.append(sextet(index)) }
                    out.append(contentsOf: repeatElement(UInt8(ascii: "="), count: bits % 6 == 2 ? 2 : 1))
                }
            }
        }
    }

    // MARK: URLs

    private mutating func url(_ secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        // What is left as it is: by RFC 3986; by JavaScript's encodeURIComponent; in paths; in forms.
        let kept: [[UInt8]] = [Array("-._~".utf8), Array("-._~!'()*".utf8), Array("-._~/".utf8), Array("-._~!$&'()*+,;=:@/".utf8), Array("-._*".utf8)]
        for (index, kept) in kept.enumerated() {
            for digits in [Self.lowerDigits, Self.upperDigits] {
                emit(body) { out in
                    for byte in secret {
                        if Self.isWord(byte) || kept.contains(byte) {
                            out.append(byte)
                        } else if index == 4, byte == 0x20 {
                            out.append(UInt8(ascii: "+"))
                        } else {
                            out.append(UInt8(ascii: "%"))
                            Self.append(hex: byte, digits, to: &out)
                        }
                    }
                }
            }
        }
    }

    // MARK: JSON

    private mutating func json(_ secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let text = String(decoding: secret, as: UTF8.self)
        for digits in [Self.lowerDigits, Self.upperDigits] {
            for style in JSONStyle.all {
                emit(body) { out in for scalar in text.unicodeScalars { Self.append(scalar, style, digits, to: &out) } }
            }
        }
        // A document within a document.
        let twice = JSONStyle.all[0]
        second.removeAll(keepingCapacity: true)
        for scalar in text.unicodeScalars { Self.append(scalar, twice, Self.lowerDigits, to: &second) }
        let inner = String(decoding: second, as: UTF8.self)
        emit(body) { out in for scalar in inner.unicodeScalars { Self.append(scalar, twice, Self.lowerDigits, to: &out) } }
    }

    /// What a writer of JSON escapes beyond what it must, and how.
    private struct JSONStyle {
        var slash = false
        var nonASCII = false
        /// Bytes that are written `\u00XX`, though they need no escape or have a shorter one.
        var asCode: [UInt8] = []
        var shortControls = true

        static let all = [
            JSONStyle(), JSONStyle(slash: true), JSONStyle(nonASCII: true), JSONStyle(slash: true, nonASCII: true),
            JSONStyle(shortControls: false), JSONStyle(nonASCII: true, shortControls: false),
            JSONStyle(asCode: Array("<>&".utf8)), JSONStyle(nonASCII: true, asCode: Array("<>&".utf8)),
            JSONStyle(nonASCII: true, asCode: Array("<>&'\"+`".utf8)), JSONStyle(nonASCII: true, asCode: Array("<>&'\"\\/+`".utf8)),
            JSONStyle(asCode: Array("\"\\/".utf8), shortControls: false),
        ]
    }

    private static func append(_ scalar: Unicode.Scalar, _ style: JSONStyle, _ digits: [UInt8], to out: inout [UInt8]) {
        let backslash = UInt8(ascii: "\\")
        func code(_ unit: UInt16) {
            out += [backslash, UInt8(ascii: "u")]
            append(hex: UInt8(unit >> 8), digits, to: &out)
            append(hex: UInt8(unit & 0xFF), digits, to: &out)
        }
        guard scalar.isASCII else {
            if style.nonASCII { for unit in UTF16.encode(scalar)! { code(unit) } } else { out += UTF8.encode(scalar)! }
            return
        }
        let byte = UInt8(scalar.value)
        if style.asCode.contains(byte) { return code(UInt16(byte)) }
        switch byte {
        case UInt8(ascii: "\""), backslash: out += [backslash, byte]
        case UInt8(ascii: "/") where style.slash: out += [backslash, byte]
        case 0x08 where style.shortControls: out += [backslash, UInt8(ascii: "b")]
        case 0x09 where style.shortControls: out += [backslash, UInt8(ascii: "t")]
        case 0x0A where style.shortControls: out += [backslash, UInt8(ascii: "n")]
        case 0x0C where style.shortControls: out += [backslash, UInt8(ascii: "f")]
        case 0x0D where style.shortControls: out += [backslash, UInt8(ascii: "r")]
        case 0..<0x20: code(UInt16(byte))
        default: out.append(byte)
        }
    }

    // MARK: Quotes and markup

    /// SQL literals, names and `E'…'`; words of a shell; source texts of most languages; bytes as the engine shows a blob.
    private mutating func quoted(_ secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        for replacement in Self.quotes { replace(secret, replacement, body) }
        emit(body) { out in
            for byte in secret {
                if (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") { out.append(byte) } else {
                    out += [UInt8(ascii: "\\"), UInt8(ascii: "x")]
                    Self.append(hex: byte, Self.upperDigits, to: &out)
                }
            }
        }
    }

    private mutating func xml(_ secret: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        for replacement in Self.markup { replace(secret, replacement, body) }
    }

    /// What stands for a byte, by the byte; empty for the byte itself.
    private typealias Replacement = [[UInt8]]

    private static func replacement(_ pairs: [Unicode.Scalar: String]) -> Replacement {
        (0..<256).map { byte in pairs[Unicode.Scalar(UInt8(byte))].map { byte < 0x80 ? Array($0.utf8) : [] } ?? [] }
    }

    private static let quotes: [Replacement] = [
        ["'": "''"], ["\\": "\\\\"], ["'": "''", "\\": "\\\\"], ["'": "\\'", "\\": "\\\\"], ["'": "\\'"], ["\"": "\"\""],
        ["'": "'\\''"], ["'": "'\"'\"'"], ["\"": "\\\"", "\\": "\\\\", "$": "\\$", "`": "\\`"], ["\"": "\\\"", "\\": "\\\\", "'": "\\'"],
    ].map(replacement)

    private static let markup: [Replacement] = {
        let base: [Unicode.Scalar: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
        let quotes: [[Unicode.Scalar: String]] = [
            [:], ["\"": "&quot;"], ["\"": "&quot;", "'": "&apos;"], ["\"": "&quot;", "'": "&#39;"], ["\"": "&quot;", "'": "&#x27;"],
            ["\"": "&#34;", "'": "&#39;"],
        ]
        return (quotes.map { base.merging($0) { first, _ in first } } + [["&": "&amp;", "<": "&lt;"]]).map(replacement)
    }()

    private mutating func replace(
        _ secret: UnsafeBufferPointer<UInt8>, _ replacement: Replacement, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard secret.contains(where: { !replacement[Int($0)].isEmpty }) else { return }
        emit(body) { out in
            for byte in secret {
                if replacement[Int(byte)].isEmpty { out.append(byte) } else { out += replacement[Int(byte)] }
            }
        }
    }

    // MARK: Digits

    private static let lowerDigits = Array("0123456789abcdef".utf8)
    private static let upperDigits = Array("0123456789ABCDEF".utf8)
    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let base64URLAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func append(hex byte: UInt8, _ digits: [UInt8], to out: inout [UInt8]) {
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
