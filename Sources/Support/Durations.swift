/// Lengths of time as users write and read them.
package enum Durations {
    /// Parses `90s`, `15m`, `1h30m`, `2d`, `250ms`; a bare number is seconds. nil where the text is none.
    package static func parse(_ text: String) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text).flatMap { $0 < countLimit ? .seconds($0) : nil }
        }
        var total = Duration.zero
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = String(rest.prefix { $0.isASCII && $0.isNumber })
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let count = Int64(number), count < countLimit else { return nil }
            switch unit {
            case "ms": total += .milliseconds(count)
            case "s": total += .seconds(count)
            case "m": total += .seconds(count * 60)
            case "h": total += .seconds(count * 3600)
            case "d": total += .seconds(count * 86400)
            default: return nil
            }
        }
        return total
    }

    /// Above any sensible number of seconds, and low enough for sums not to overflow.
    private static let countLimit: Int64 = 1 << 40

    /// `0.42s`, `12.3s`, `3m 05s`, `2h 04m`.
    package static func text(_ duration: Duration) -> String {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        if seconds < 0 { return "-" + text(.zero - duration) }
        // The limits are where the rounded number would get a digit more.
        if seconds < 9.995 { return fixed(seconds, 2) + "s" }
        if seconds < 59.95 { return fixed(seconds, 1) + "s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60)m \(Digits.padded(whole % 60, 2))s" }
        return "\(whole / 3600)h \(Digits.padded(whole / 60 % 60, 2))m"
    }

    /// As users write it: `90s`, `15m`, `1h30m`.
    package static func written(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let milliseconds = duration.components.attoseconds / 1_000_000_000_000_000
        guard seconds >= 0, milliseconds >= 0 else { return "-" + written(.zero - duration) }
        let counts = [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"), (milliseconds, "ms")]
        let parts = counts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }
        return parts.isEmpty ? "0s" : parts.joined()
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 2 ? 100 : 10
        let scaled = Int((value * Double(scale)).rounded())
        return "\(scaled / scale).\(Digits.padded(scaled % scale, digits))"
    }
}
