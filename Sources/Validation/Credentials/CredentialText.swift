/// Whether a text may be a secret: what stands in for one, a name or a word is none.
enum CredentialText {
    typealias Text = Slice<UnsafeBufferPointer<UInt8>>

    enum Secrecy { case password, token }

    private static let passwords = ["password", "passwd", "pwd", "passphrase"]
    private static let tokens = ["secret", "token", "apikey", "accountkey", "accesskey", "secretkey", "privatekey", "sas", "connectionstring"]

    /// Whether a key that ends in these letters may be one of those: most are told apart by them.
    @inline(__always)
    static func mayEndKey(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
        switch (a | 0x20, b | 0x20, c | 0x20) {
        case (0x6F, 0x72, 0x64), (0x73, 0x77, 0x64), (0x70, 0x77, 0x64), (0x61, 0x73, 0x65): true  // ord swd pwd ase
        case (0x72, 0x65, 0x74), (0x6B, 0x65, 0x6E), (0x6B, 0x65, 0x79), (0x73, 0x61, 0x73), (0x69, 0x6E, 0x67): true  // ret ken key sas ing
        default: false
        }
    }

    /// What a key of YAML calls its value; nil where it is nothing secret.
    static func secrecy(ofKey key: Text) -> Secrecy? {
        guard (3...40).contains(key.count), !key.elementsEqual("key".utf8) else { return nil }
        // `client_secret`, `clientSecret` and `client-secret` are one name.
        let name = String(decoding: key.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }, as: UTF8.self).lowercased()
        if passwords.contains(where: name.hasSuffix) { return .password }
        return tokens.contains { $0 == "sas" ? name == $0 : name.hasSuffix($0) } ? .token : nil
    }

    /// A password is anything but a word, a name, or what stands in for one.
    static func isPassword(_ text: Text) -> Bool {
        guard (4...256).contains(text.count), !isPlaceholder(text), !isName(text), !isExample(text) else { return false }
        // Two kinds of characters at least: `varchar` and `true` are no passwords.
        return kinds(text) >= 2 && !text.contains(UInt8(ascii: "("))
    }

    /// A token is long and has letters and digits in no order that words have.
    static func isToken(_ text: Text) -> Bool {
        guard text.count >= 16, text.count <= 4096, !isPlaceholder(text), !isName(text), !isExample(text), text.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        return isMixed(text) || (text.count >= 32 && entropy(text) > 3)
    }

    static func isSecretOfAddress(_ text: Text, user: Text) -> Bool {
        // `postgres:postgres@localhost` opens nothing that matters.
        (1...128).contains(text.count) && !isPlaceholder(text) && !isExample(text) && !text.elementsEqual(user) && !text.contains(UInt8(ascii: "{"))
    }

    /// Letters and digits, with more than a few different ones.
    static func isMixed(_ text: Text) -> Bool {
        let digits = text.count { (0x30...0x39).contains($0) }
        let letters = text.count { (0x61...0x7A).contains($0 | 0x20) }
        return digits >= 2 && letters >= 2 && entropy(text) > 3
    }

    /// `${{ ... }}`, `$VARIABLE`, or what stands for a secret.
    static func isPlaceholder(_ text: Text) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        return "$%@?:{[<(".utf8.contains(first) || last == UInt8(ascii: ">") || standsForSecret(text)
    }

    /// `<password>`, `****`, `changeme`.
    static func standsForSecret(_ text: Text) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == UInt8(ascii: "<") && last == UInt8(ascii: ">") { return true }
        if text.allSatisfy({ $0 == first }) || text.starts(with: "ENC[".utf8) || text.starts(with: "...".utf8) { return true }
        let word = String(decoding: text.prefix(64), as: UTF8.self).lowercased()
        return words.contains(word) || stands.contains { word.contains($0) }
    }

    static func standsForSecret(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { standsForSecret($0[...]) }
    }

    /// Words in texts that stand for a secret.
    private static let words: Set<String> = ["password", "passwd", "pwd", "pass", "secret", "token", "key", "none", "null"]
    private static let stands = [
        "changeme", "change-me", "change_me", "placeholder", "redacted", "your-", "your_", "dummy", "secret(", "env(",
    ]

    static func isExample(_ text: Text) -> Bool {
        let word = String(decoding: text.prefix(256), as: UTF8.self).lowercased()
        return word.contains("example") || word.contains("xxxxxx") || word.contains("000000000000") || word.contains("123456789")
    }

    /// `erp-password`, `secrets/prod.yml`, `a.b`: lower-case words with something between them.
    private static func isName(_ text: Text) -> Bool {
        var hasSeparator = false
        for byte in text {
            switch byte {
            case 0x61...0x7A: continue
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"): hasSeparator = true
            case 0x30...0x39: guard hasSeparator else { return false }
            default: return false
            }
        }
        return hasSeparator && longestDigitRun(text) <= 4 && text.split(whereSeparator: { "-_./".utf8.contains($0) }).allSatisfy { isWord($0) }
    }

    /// Letters, then perhaps a number: `orders2024`.
    private static func isWord(_ part: Text) -> Bool {
        let letters = part.prefix { $0 > 0x39 }
        return part.count <= 20 && part.dropFirst(letters.count).allSatisfy { $0 <= 0x39 }
    }

    private static func longestDigitRun(_ text: Text) -> Int {
        var longest = 0
        var current = 0
        for byte in text {
            current = (0x30...0x39).contains(byte) ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }

    /// Lower case, upper case, digits, others.
    private static func kinds(_ text: Text) -> Int {
        var kinds: Set<Int> = []
        for byte in text {
            switch byte {
            case 0x61...0x7A: kinds.insert(0)
            case 0x41...0x5A: kinds.insert(1)
            case 0x30...0x39: kinds.insert(2)
            case 0x20, 0x28, 0x29, 0x2C: break
            default: kinds.insert(3)
            }
        }
        return kinds.count
    }

    /// In bits a character.
    private static func entropy(_ text: Text) -> Double {
        var counts = Array(repeating: 0, count: 256)
        for byte in text { counts[Int(byte)] += 1 }
        // The sum of n * log2(n), by whole numbers: exactness does not matter here.
        let total = Double(text.count)
        return counts.reduce(0.0) { sum, count in
            guard count > 0 else { return sum }
            return sum + Double(count) / total * logarithm(total / Double(count))
        }
    }

    /// Base 2, to two digits.
    private static func logarithm(_ value: Double) -> Double {
        var (value, result, step) = (value, 0.0, 1.0)
        while value >= 2 {
            value /= 2
            result += 1
        }
        for _ in 0..<8 {
            value *= value
            step /= 2
            if value >= 2 {
                value /= 2
                result += step
            }
        }
        return result
    }
}
