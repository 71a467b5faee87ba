package import Support

/// Names of runs: `20261121-064503-7f3a9c`, the UTC time of the start and six random hexadecimal digits.
/// They sort by time, read aloud, and need no quoting in a path or a shell.
package enum RunIdentifier {
    package static func make(at start: Instant, entropy: UInt32) -> String {
        let digits = start.dateAndTime(separator: "-").filter { $0 != ":" }
        let date = digits.prefix { $0 != " " }.split(separator: "-")
        let hex = String(entropy & 0xFF_FFFF, radix: 16)
        return date.prefix(3).joined() + "-" + date[3] + "-" + String(repeating: "0", count: 6 - hex.count) + hex
    }
}
