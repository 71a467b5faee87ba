import Support

/// Numbers that are the same for the same seed.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

/// Writes YAML and SQL in a way of its own each time: order of keys, quotes, blocks and flows, comments, ends of lines.
struct RandomStyle {
    var chance: Chance
    /// Columns are told by their order.
    static let ordered: Set<String> = ["columns"]

    init(seed: Int) { chance = Chance(seed) }

    mutating func yaml(_ value: JSONValue) -> String {
        var text = chance.once(in: 2) ? "# made up\n" : ""
        text += block(value, indent: 0, key: "")
        return chance.once(in: 2) ? text.replacing("\n", with: "\r\n") : text
    }

    private mutating func block(_ value: JSONValue, indent: Int, key: String) -> String {
        let pad = String(repeating: " ", count: indent)
        switch value {
        case .object(let object) where !object.isEmpty && (indent == 0 || !chance.once(in: 3)):
            return members(object, key).map { member in
                let comment = chance.once(in: 4) ? pad + "# about \(member.key)\n" : ""
                let value = block(member.value, indent: indent + 2, key: member.key)
                return comment + pad + scalar(member.key) + ":" + (value.hasPrefix("\n") ? value : " " + value)
            }.joined().withBreak(indent > 0)
        case .array(let items) where !items.isEmpty && !chance.once(in: 3):
            return items.map { item in
                let text = block(item, indent: indent + 2, key: "")
                guard text.hasPrefix("\n") else { return pad + "- " + text }
                // The first key stands behind the dash.
                let lines = text.dropFirst()
                return lines.hasPrefix(pad + "  #") ? pad + "-\n" + lines : pad + "- " + lines.dropFirst(indent + 2)
            }.joined().withBreak(true)
        default: return flow(value, key) + (chance.once(in: 5) ? "   # so" : "") + "\n"
        }
    }

    private mutating func flow(_ value: JSONValue, _ key: String) -> String {
        switch value {
        case .object(let object): "{ " + members(object, key).map { scalar($0.key) + ": " + flow($0.value, $0.key) }.joined(separator: ", ") + " }"
        case .array(let items): "[" + items.map { flow($0, "") }.joined(separator: ", ") + "]"
        case .string(let text): scalar(text)
        default: value.text()
        }
    }

    private mutating func members(_ object: JSONObject, _ key: String) -> [(key: String, value: JSONValue)] {
        Self.ordered.contains(key) ? object.members : object.members.shuffled(using: &chance)
    }

    private mutating func scalar(_ text: String) -> String {
        let isPlain = text.first?.isLetter == true && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-" || $0 == "/" }
            && !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
        switch Int.random(in: 0..<3, using: &chance) {
        case 0 where isPlain: return text
        case 1: return JSONValue.string(text).text()
        default: return "'" + text.replacing("'", with: "''") + "'"
        }
    }

    /// Blanks, comments and ends of lines between the words of SQL.
    mutating func sql(_ text: String) -> String {
        var result = chance.once(in: 2) ? "-- made up\n" : ""
        var inText = false
        var depth = 0
        for character in text {
            if character == "'" { inText.toggle() }
            // Expressions have a language of their own.
            depth += character == "{" ? 1 : character == "}" ? -1 : 0
            guard character == " ", !inText, depth == 0 else {
                result.append(character)
                continue
            }
            result += [" ", "\n", "  \t", " /* so */ ", "\n-- and\n"].randomElement(using: &chance)!
        }
        if chance.once(in: 2) { result += "\n;\n" }
        return chance.once(in: 2) ? result.replacing("\n", with: "\r\n") : result
    }
}

extension String {
    fileprivate func withBreak(_ isWanted: Bool) -> String { isWanted ? "\n" + self : self }
}
