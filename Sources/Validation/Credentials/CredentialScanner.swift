/// Finds credentials in the bytes of a file, by the forms in which they are given out.
///
/// One pass looks up every byte in a table. Bytes that are the rare ones of a form's mark (`=` of `AccountKey=`, `_` of
/// `ghp_`) are looked at closer; nearly all are let go after one or two comparisons.
struct CredentialScanner {
    struct Credential: Sendable, Hashable {
        /// What it is, with its article: `an AWS access key`.
        let kind: String
        let range: Range<Int>
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let isYAML: Bool
    private(set) var found: [Credential] = []

    static func scan(_ bytes: [UInt8], isYAML: Bool) -> [Credential] {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = CredentialScanner(bytes: buffer, isYAML: isYAML)
            scanner.scan()
            return scanner.found
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, isYAML: Bool) {
        self.bytes = bytes
        self.isYAML = isYAML
    }

    /// Bytes that are looked at closer, and what may stand before them.
    private static let marks: [Bool] = table { byte in "=@_-~JIzp:".utf8.contains(byte) }
    private static let beforeEntry: [Bool] = table { "dntysegDNTYSEG\"'".utf8.contains($0) }
    private static let beforeDash: [Bool] = table { "tbaprsk-Y".utf8.contains($0) }

    private static func table(_ isIn: (UInt8) -> Bool) -> [Bool] { (0...255).map { isIn(UInt8($0)) } }

    private mutating func scan() {
        Self.marks.withUnsafeBufferPointer { marks in
            Self.beforeEntry.withUnsafeBufferPointer { beforeEntry in
                Self.beforeDash.withUnsafeBufferPointer { beforeDash in
                    var index = 2
                    while index < bytes.count {
                        if marks[Int(bytes[index])] { look(at: index, beforeEntry, beforeDash) }
                        index += 1
                    }
                }
            }
        }
    }

    @inline(__always)
    private mutating func look(at index: Int, _ beforeEntry: UnsafeBufferPointer<Bool>, _ beforeDash: UnsafeBufferPointer<Bool>) {
        let before = bytes[index - 1]
        switch bytes[index] {
        case UInt8(ascii: ":"):
            if isYAML, beforeEntry[Int(before)] { entry(index) }
        case UInt8(ascii: "_"):
            switch before {
            case UInt8(ascii: "p"), UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "s"), UInt8(ascii: "r"):
                if bytes[index - 2] == UInt8(ascii: "h") { underscored(index) }
            case UInt8(ascii: "t"):
                if bytes[index - 2] == UInt8(ascii: "a") { underscored(index) }
            case UInt8(ascii: "m"), UInt8(ascii: "f"):
                if bytes[index - 2] == UInt8(ascii: "p") || bytes[index - 2] == UInt8(ascii: "h") { underscored(index) }
            case UInt8(ascii: "e"):
                if bytes[index - 2] == UInt8(ascii: "v") { underscored(index) }
            default: break
            }
        case UInt8(ascii: "p"):
            guard before == UInt8(ascii: "a"), bytes[index - 2] == UInt8(ascii: "d"), at(index + 1, "i") else { return }
            note("a Databricks token", from: index - 2, to: run(from: index + 2, of: .hex), lengths: 36...36)
        case UInt8(ascii: "="):
            if before | 0x20 == UInt8(ascii: "y") || before | 0x20 == UInt8(ascii: "g") || before | 0x20 == UInt8(ascii: "d") { assignment(index) }
        case UInt8(ascii: "-"):
            if beforeDash[Int(before)] { dashed(index) }
        case UInt8(ascii: "@"): address(index)
        case UInt8(ascii: "~"):
            if before == UInt8(ascii: "Q") { azureSecret(index) }
        case UInt8(ascii: "J"):
            if before == UInt8(ascii: "y"), bytes[index - 2] == UInt8(ascii: "e") { webToken(index - 2) }
        case UInt8(ascii: "I"):
            guard before == UInt8(ascii: "K") || before == UInt8(ascii: "S"), bytes[index - 2] == UInt8(ascii: "A"), at(index + 1, "A") else { return }
            note("an AWS access key", from: index - 2, to: run(from: index + 2, of: .upper), lengths: 20...20)
        case UInt8(ascii: "z"):
            guard before == UInt8(ascii: "I"), bytes[index - 2] == UInt8(ascii: "A"), at(index + 1, "a") else { return }
            note("a Google API key", from: index - 2, to: run(from: index + 2, of: .token), lengths: 39...39)
        default: break
        }
    }
}

// MARK: Forms

extension CredentialScanner {
    /// `AccountKey=`, `sig=`, `Password=`, `Pwd=`.
    private mutating func assignment(_ equals: Int) {
        let start = equals + 1
        if ends("accountkey", at: equals) || ends("sharedaccesskey", at: equals) || ends("secret_access_key", at: equals) {
            let end = run(from: start, of: .base64)
            let kind = ends("secret_access_key", at: equals) ? "an AWS secret access key" : "an Azure account key"
            // The key of Microsoft's storage emulator is printed in its manual.
            if end - start >= 40, !starts("Eby8vdM0", at: start) { add(kind, start..<end) }
        } else if ends("sig", at: equals), equals > 3, "?&;\"' ".utf8.contains(bytes[equals - 4]) {
            let end = run(from: start, of: .percent)
            if end - start >= 40 { add("a shared access signature", start..<end) }
        } else if ends("password", at: equals) || ends("pwd", at: equals) {
            var end = start
            while end < bytes.count, !isEndOfValue(bytes[end]) { end += 1 }
            if CredentialText.isPassword(bytes[start..<end]) { add("a password", start..<end) }
        }
    }

    private func isEndOfValue(_ byte: UInt8) -> Bool { byte <= 0x20 || ";\"'`,&}|)".utf8.contains(byte) }

    /// `password: value` and the like in YAML.
    private mutating func entry(_ colon: Int) {
        guard colon + 1 < bytes.count, bytes[colon + 1] == 0x20, colon > 4 else { return }
        var end = colon
        if bytes[end - 1] == UInt8(ascii: "\"") || bytes[end - 1] == UInt8(ascii: "'") { end -= 1 }
        guard CredentialText.mayEndKey(bytes[end - 3], bytes[end - 2], bytes[end - 1]) else { return }
        var start = end
        while start > 0, Class.token.contains(bytes[start - 1]) { start -= 1 }
        guard start < end, let secrecy = CredentialText.secrecy(ofKey: bytes[start..<end]), let value = value(after: colon + 1) else { return }
        switch secrecy {
        case .password: if CredentialText.isPassword(bytes[value]) { add("a password", value) }
        case .token: if CredentialText.isToken(bytes[value]) { add("a secret", value) }
        }
    }

    /// A scalar on the same line, without its quotes.
    private func value(after start: Int) -> Range<Int>? {
        var start = start
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        guard start < bytes.count else { return nil }
        var end = start
        if bytes[start] == UInt8(ascii: "\"") || bytes[start] == UInt8(ascii: "'") {
            let quote = bytes[start]
            end = start + 1
            while end < bytes.count, bytes[end] != quote, bytes[end] != 0x0A { end += bytes[end] == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") ? 2 : 1 }
            return start + 1..<max(start + 1, min(end, bytes.count))
        }
        // Collections, block scalars, aliases and tags are no value that stands here.
        guard !"{[|>&*!#\n\r".utf8.contains(bytes[start]) else { return nil }
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D {
            if bytes[end] == UInt8(ascii: ","), end + 1 < bytes.count, bytes[end + 1] <= 0x20 { break }
            if bytes[end] == UInt8(ascii: "}") || (bytes[end] == UInt8(ascii: "#") && bytes[end - 1] == 0x20) { break }
            end += 1
        }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        return start..<end
    }

    /// `scheme://user:password@host`
    private mutating func address(_ sign: Int) {
        var colon: Int?
        var position = sign - 1
        let limit = max(2, sign - 200)
        while position >= limit, bytes[position] > 0x20, !"\"'`<>".utf8.contains(bytes[position]) {
            if bytes[position] == UInt8(ascii: "/") {
                guard bytes[position - 1] == UInt8(ascii: "/"), bytes[position - 2] == UInt8(ascii: ":"), let colon else { return }
                let (user, password) = (position + 1..<colon, colon + 1..<sign)
                if !user.isEmpty, CredentialText.isSecretOfAddress(bytes[password], user: bytes[user]) { add("a password in an address", password) }
                return
            }
            if bytes[position] == UInt8(ascii: ":") { colon = position }
            position -= 1
        }
    }

    private mutating func underscored(_ index: Int) {
        let start = index + 1
        if at(index - 2, "h"), index > 2, at(index - 3, "g"), "posur".utf8.contains(bytes[index - 1]) {
            note("a GitHub token", from: index - 3, to: run(from: start, of: .alphanumeric), lengths: 40...260)
        } else if ends("github_pat", at: index) {
            note("a GitHub token", from: index - 10, to: run(from: start, of: .token), lengths: 33...260)
        } else if ends("npm", at: index) {
            note("an npm token", from: index - 3, to: run(from: start, of: .alphanumeric), lengths: 40...40)
        } else if ends("hf", at: index) {
            note("a Hugging Face token", from: index - 2, to: run(from: start, of: .alphanumeric), lengths: 36...40)
        } else if ends("sk_live", at: index) || ends("rk_live", at: index) {
            note("a Stripe key", from: index - 7, to: run(from: start, of: .alphanumeric), lengths: 28...260)
        }
    }

    private mutating func dashed(_ index: Int) {
        let start = index + 1
        switch bytes[index - 1] {
        case UInt8(ascii: "t"):
            guard ends("glpat", at: index) else { return }
            note("a GitLab token", from: index - 5, to: run(from: start, of: .token), lengths: 26...260)
        case UInt8(ascii: "k") where bytes[index - 2] == UInt8(ascii: "s"):
            let end = run(from: start, of: .token)
            if CredentialText.isMixed(bytes[start..<end]) { note("an API key", from: index - 2, to: end, lengths: 23...260) }
        case UInt8(ascii: "Y"):
            guard ends("age-secret-key", at: index), at(start, "1") else { return }
            note("an age identity", from: index - 14, to: run(from: start, of: .upper), lengths: 60...80)
        case UInt8(ascii: "-"): privateKey(index)
        default:
            guard index > 3, starts("xox", at: index - 4) else { return }
            let end = run(from: start, of: .token)
            if bytes[start..<end].contains(where: { (0x30...0x39).contains($0) }) { note("a Slack token", from: index - 4, to: end, lengths: 20...260) }
        }
    }

    /// From `-----BEGIN PRIVATE KEY-----` to the end of the key.
    private mutating func privateKey(_ index: Int) {
        guard starts("BEGIN ", at: index + 1), ends("-----", at: index + 1) else { return }
        var end = index + 7
        while end < bytes.count, bytes[end] == 0x20 || (0x41...0x5A).contains(bytes[end]) { end += 1 }
        guard ends("private key", at: end), starts("-----", at: end) else { return }
        // Up to the dashes of its last line, or where text of another kind begins.
        var last = end + 5
        while last < bytes.count, Class.base64.contains(bytes[last]) || bytes[last] <= 0x20 || "\\n:,-".utf8.contains(bytes[last]) {
            if starts("-----END", at: last) { break }
            last += 1
        }
        if last - end > 40 { add("a private key", index - 4..<last) }
    }

    /// Client secrets of Microsoft Entra: three characters, a digit, `Q~`, and 31 to 34 more.
    private mutating func azureSecret(_ index: Int) {
        guard index >= 5, (0x30...0x39).contains(bytes[index - 2]), bytes[index - 5..<index - 2].allSatisfy({ Class.secret.contains($0) }) else { return }
        note("an Azure client secret", from: index - 5, to: run(from: index + 1, of: .secret), lengths: 37...40)
    }

    /// Three parts in base64, the first two of which begin as JSON objects do.
    private mutating func webToken(_ start: Int) {
        let first = run(from: start, of: .token)
        guard first - start > 10, at(first, "."), starts("eyJ", at: first + 1) else { return }
        let second = run(from: first + 1, of: .token)
        guard second - first > 10, at(second, ".") else { return }
        let end = run(from: second + 1, of: .token)
        if end - second > 16 { note("a JSON web token", from: start, to: end, lengths: 40...8192) }
    }
}

// MARK: Reading

extension CredentialScanner {
    enum Class {
        case upper, hex, alphanumeric, token, base64, percent, secret

        func contains(_ byte: UInt8) -> Bool {
            let isDigit = (0x30...0x39).contains(byte)
            let isLetter = (0x61...0x7A).contains(byte | 0x20)
            switch self {
            case .upper: return isDigit || (0x41...0x5A).contains(byte)
            case .hex: return isDigit || (0x61...0x66).contains(byte)
            case .alphanumeric: return isDigit || isLetter
            case .token: return isDigit || isLetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            case .base64: return isDigit || isLetter || "+/=".utf8.contains(byte)
            case .percent: return isDigit || isLetter || "%+/=".utf8.contains(byte)
            case .secret: return isDigit || isLetter || "_-~.".utf8.contains(byte)
            }
        }
    }

    private func run(from start: Int, of kind: Class) -> Int {
        var end = min(start, bytes.count)
        while end < bytes.count, kind.contains(bytes[end]) { end += 1 }
        return end
    }

    private func at(_ index: Int, _ byte: Unicode.Scalar) -> Bool { index >= 0 && index < bytes.count && bytes[index] == UInt8(ascii: byte) }

    private func starts(_ text: StaticString, at index: Int) -> Bool {
        index >= 0 && index + text.utf8CodeUnitCount <= bytes.count && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
    }

    /// Without regard to case; `text` is in lower case.
    private func ends(_ text: StaticString, at end: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end >= count else { return false }
        return (0..<count).allSatisfy { index in
            let byte = bytes[end - count + index]
            return ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == text.utf8Start[index]
        }
    }

    /// A token that is a word of its own, of a length that such tokens have.
    private mutating func note(_ kind: String, from start: Int, to end: Int, lengths: ClosedRange<Int>) {
        guard lengths.contains(end - start), start == 0 || !Class.token.contains(bytes[start - 1]), !CredentialText.isExample(bytes[start..<end])
        else { return }
        add(kind, start..<end)
    }

    private mutating func add(_ kind: String, _ range: Range<Int>) {
        // `password: ghp_...` is one finding, the first that was made.
        if let last = found.last, last.range.overlaps(range) { return }
        found.append(Credential(kind: kind, range: range))
    }
}
