package import Diagnostics
internal import Expressions
internal import Support
internal import YAML

/// How one kind of value is read from a file, and the shape that `pipectl schema` prints for it: one declaration for both.
package struct Codec<Value: Sendable>: Sendable {
    package let schema: SchemaNode
    /// Stands for a value that could not be read, so that the rest is still looked at.
    package let placeholder: Value
    private let resolves: Bool
    private let read: @Sendable (DecodingInput, DecodingContext) -> Value?

    /// - Parameter resolves: expressions are parsed, and a template's arguments put in their place, before `read` sees
    ///   the input.
    package init(
        schema: SchemaNode, placeholder: Value, resolves: Bool = true,
        read: @escaping @Sendable (DecodingInput, DecodingContext) -> Value?
    ) {
        self.schema = schema
        self.placeholder = placeholder
        self.resolves = resolves
        self.read = read
    }

    /// nil after a problem was reported.
    package func decode(_ input: DecodingInput, _ context: DecodingContext) -> Value? {
        read(resolves ? context.resolve(input) : input, context)
    }

    package func map<New: Sendable>(_ transform: @escaping @Sendable (Value) -> New) -> Codec<New> {
        Codec<New>(schema: schema, placeholder: transform(placeholder)) { input, context in
            decode(input, context).map(transform)
        }
    }

    /// A further condition on the value; returns a problem in words or nil.
    package func check(_ problem: @escaping @Sendable (Value) -> String?) -> Codec {
        Codec(schema: schema, placeholder: placeholder) { input, context in
            guard let value = decode(input, context) else { return nil }
            if let message = problem(value) {
                context.report(.invalidValue, message, at: input.range)
                return nil
            }
            return value
        }
    }
}

extension Codec where Value: Hashable {
    package var located: Codec<Located<Value>> {
        Codec<Located<Value>>(schema: schema, placeholder: Located(placeholder, at: SourceRange(path: ""))) { input, context in
            decode(input, context).map { Located($0, at: input.range) }
        }
    }
}

extension Codec {
    /// Reports that something else was expected; gives nil, to be returned.
    static func mismatch(_ expected: String, _ input: DecodingInput, _ context: DecodingContext) -> Value? {
        if case .dynamic(let text, _) = input {
            context.report(
                .valueNotStatic, "expected \(expected), found an expression that is known only when it runs",
                at: text.expressions.first?.range ?? input.range,
                help: "write the value itself, or use a template parameter")
        } else {
            context.report(.wrongType, "expected \(expected), found \(input.description)", at: input.range)
        }
        return nil
    }

    /// A value that may be an expression instead.
    package func dynamic() -> Codec<Dynamic<Value>> where Value: DynamicConvertible {
        Codec<Dynamic<Value>>(
            schema: .dynamic(schema), placeholder: Dynamic(.literal(placeholder), at: SourceRange(path: ""))
        ) { input, context in
            if case .dynamic(let text, let node) = input { return Dynamic(.expression(text), at: node.range) }
            return decode(input, context).map { Dynamic(.literal($0), at: input.range) }
        }
    }

    /// A list; problems in one item do not hide those in others.
    package func list(orSingle: Bool = false) -> Codec<[Value]> {
        let schema: SchemaNode = orSingle ? .oneOf([.array(self.schema), self.schema]) : .array(self.schema)
        return Codec<[Value]>(schema: schema, placeholder: []) { input, context in
            switch input {
            case .node(let node) where node.kind == .sequence:
                return node.items.compactMap { decode(.node($0), context) }
            case .constant(.array(let items), let range):
                return items.compactMap { decode(.constant($0, range), context) }
            default:
                if orSingle { return decode(input, context).map { [$0] } }
                return Codec<[Value]>.mismatch("a list", input, context)
            }
        }
    }

    /// A mapping with keys of the user's choice, in the order of the file.
    package func dictionary(
        keyCheck: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> Codec<[MapEntry<Value>]> {
        Codec<[MapEntry<Value>]>(schema: .map(schema), placeholder: []) { input, context in
            switch input {
            case .node(let node) where node.kind == .mapping:
                return node.pairs.compactMap { pair in
                    guard let key = pair.key.text else {
                        context.report(.wrongType, "a key must be text", at: pair.key.range)
                        return nil
                    }
                    if let problem = keyCheck(key) { context.report(.invalidValue, problem, at: pair.key.range) }
                    return decode(.node(pair.value), context).map {
                        MapEntry(key: Located(key, at: pair.key.range), value: $0, valueRange: pair.value.range)
                    }
                }
            case .node(let node) where node.kind == .null:
                return []
            case .constant(.object(let object), let range):
                return object.members.compactMap { member in
                    if let problem = keyCheck(member.key) { context.report(.invalidValue, problem, at: range) }
                    return decode(.constant(member.value, range), context).map {
                        MapEntry(key: Located(member.key, at: range), value: $0, valueRange: range)
                    }
                }
            default: return Codec<[MapEntry<Value>]>.mismatch("a mapping", input, context)
            }
        }
    }

    /// Defers the declaration, for shapes that hold themselves.
    package static func reference(
        _ name: String, placeholder: Value, _ codec: @escaping @Sendable () -> Codec<Value>
    ) -> Codec<Value> {
        Codec(schema: .reference(name), placeholder: placeholder) { input, context in codec().decode(input, context) }
    }
}

/// One member of a mapping with free keys.
package struct MapEntry<Value: Sendable>: Sendable {
    package let key: Located<String>
    package let value: Value
    package let valueRange: SourceRange

    package init(key: Located<String>, value: Value, valueRange: SourceRange) {
        self.key = key
        self.value = value
        self.valueRange = valueRange
    }

    package var name: String { key.value }
}

extension Array {
    /// The value under that key, where the array is a decoded mapping.
    package func value<Value>(named name: String) -> Value? where Element == MapEntry<Value> {
        first { $0.name == name }?.value
    }
}
