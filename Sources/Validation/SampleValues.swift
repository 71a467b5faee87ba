internal import Assets
internal import Expressions
internal import Support

/// SQL with sample values in the place of expressions.
struct SampledSQL: Sendable {
    /// What a run makes of it, as far as the values' types are known.
    private(set) var rendered: RenderedSQL
    /// The same with other samples, for what the first leaves open; those of untyped values first, as text and as number.
    private(set) var others: [RenderedSQL]
    /// The type of a value is known only when it runs.
    let isUntyped: Bool
    /// A text is put between quotes that is known only when it runs: whether it fits cannot be told.
    let guessesInQuotes: Bool
    /// The name of a table or column is known only when it runs.
    let guessesNames: Bool
    /// The first samples are no SQL in their places, others are.
    private(set) var isForced = false

    init(_ text: SQLText, _ types: SQLValueTypes) {
        let samples = SampleValues(types: types)
        var (isUntyped, guessesText, guessesInQuotes, guessesNames) = (false, false, false, false)
        rendered = text.render { slot in
            switch samples.knowledge(of: slot) {
            case .typed: break
            case .untyped: isUntyped = true
            case .anyText:
                switch slot.place {
                case .literal: guessesText = true
                case .text: guessesInQuotes = true
                case .name: guessesNames = true
                }
            }
            return samples.value(for: slot, .null)
        }
        var ways: [SampleValues.Untyped] = isUntyped ? [.text, .number] : []
        if guessesText { ways.append(.neutral) }
        others = ways.map { way in text.render { slot in samples.value(for: slot, way) } }
        self.isUntyped = isUntyped
        self.guessesInQuotes = guessesInQuotes
        self.guessesNames = guessesNames
    }

    /// Takes another of the samples, because the first ones are no SQL where they stand.
    mutating func force(_ index: Int) {
        rendered = others[index]
        others.removeSubrange(...index)
        isForced = true
    }
}

/// Sample values, in exactly the form in which a run puts values into SQL.
struct SampleValues {
    /// What stands for a value whose type is not known.
    enum Untyped { case null, text, number, neutral }

    enum Knowledge { case typed, anyText, untyped }

    /// No table or column has this name.
    static let unknownName = "${{ }}"

    let types: SQLValueTypes

    func knowledge(of slot: SQLSlot) -> Knowledge {
        if known(slot) != nil { return .typed }
        guard slot.place != .name else { return .anyText }
        switch types.type(of: slot) {
        case .string?: return .anyText
        case nil, .array?: return slot.place == .literal ? .untyped : .anyText
        case .int?, .float?, .bool?, .date?, .timestamp?, .object?: return .typed
        }
    }

    func value(for slot: SQLSlot, _ way: Untyped) -> TypedValue {
        let sample = sample(for: slot, way)
        return TypedValue(sample.json, sample.type, isSensitive: slot.namesSecret)
    }

    private func sample(for slot: SQLSlot, _ way: Untyped) -> TypedValue {
        let type = types.type(of: slot)
        if let known = known(slot) { return TypedValue(known, type) }
        guard slot.place != .name else { return TypedValue(.string(Self.unknownName)) }
        let sample: JSONValue =
            switch type {
            case .string?: way == .neutral && slot.place == .literal ? .null : ""
            case .int?: 1
            case .float?: 1.5
            case .bool?: true
            case .date?: "2000-01-01"
            case .timestamp?: "2000-01-01T00:00:00"
            case .object?: [:]
            case .array?:
                switch way {
                case .null, .neutral: []
                case .text: [""]
                case .number: [1]
                }
            case nil where slot.place == .text: ""
            case nil:
                switch way {
                case .null, .neutral: .null
                case .text: ""
                case .number: 1
                }
            }
        return TypedValue(sample, type)
    }

    /// A value that stands in the files. What is empty tells nothing.
    private func known(_ slot: SQLSlot) -> JSONValue? {
        if let constant = slot.expression.constant { return constant }
        guard let value = types.parameter(slot)?.defaultValue else { return nil }
        switch value {
        case .null, .string(""), .array([]): return nil
        default: return value
        }
    }
}
