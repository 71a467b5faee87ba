package import Support

/// A value an expression yielded. What was computed from a secret, in whatever way, is sensitive: it must not be shown,
/// logged or stored in clear.
package struct EvaluatedValue: Sendable, Hashable {
    package var value: JSONValue
    package var isSensitive: Bool

    package init(_ value: JSONValue, isSensitive: Bool = false) {
        self.value = value
        self.isSensitive = isSensitive
    }

    func tainted(by other: Bool) -> EvaluatedValue { EvaluatedValue(value, isSensitive: isSensitive || other) }
}
