package import Diagnostics

/// A value with the place where it was written.
package struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
    package let value: Value
    package let range: SourceRange

    package init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }

    /// Equal where the values are: where something stands is not part of what it means.
    package static func == (a: Self, b: Self) -> Bool { a.value == b.value }
    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
