internal import Support

/// A type that can be read from one word of the command line.
package protocol ArgumentValue: Sendable {
    init?(argument: String)
    /// What is expected, for messages: `a whole number`.
    static var expectation: String { get }
    /// All possible words where they can be listed, else empty.
    static var allWords: [String] { get }
    /// The word that stands for the value, for showing defaults.
    var word: String { get }
}

extension ArgumentValue {
    package static var allWords: [String] { [] }
    package var word: String { "\(self)" }
}

extension ArgumentValue where Self: CaseIterable & RawRepresentable, RawValue == String {
    package init?(argument: String) { self.init(rawValue: argument) }
    package static var expectation: String { "one of " + allWords.joined(separator: ", ") }
    package static var allWords: [String] { allCases.map(\.rawValue) }
    package var word: String { rawValue }
}

extension String: ArgumentValue {
    package init?(argument: String) { self = argument }
    package static var expectation: String { "text" }
}

extension Int: ArgumentValue {
    package init?(argument: String) { self.init(argument) }
    package static var expectation: String { "a whole number" }
}

extension Double: ArgumentValue {
    package init?(argument: String) {
        guard let value = Double(argument), value.isFinite else { return nil }
        self = value
    }
    package static var expectation: String { "a number" }
}

extension Duration: ArgumentValue {
    package init?(argument: String) {
        guard let value = Durations.parse(argument) else { return nil }
        self = value
    }
    package static var expectation: String { "a length of time such as 90s, 15m or 1h30m" }
    package var word: String { Durations.text(self) }
}

/// `name=value`.
package struct Assignment: ArgumentValue, Hashable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }

    package static var expectation: String { "NAME=VALUE" }
    package var word: String { "\(name)=\(value)" }
}
