package import Expressions
internal import Support

/// A text with expressions in a field, and the type the field takes.
package struct FieldText: Sendable {
    package let text: DynamicText
    package let expected: ExpressionType
}

extension Dynamic {
    fileprivate var fieldTexts: [FieldText] {
        expression.map { [FieldText(text: $0, expected: Value.expressionType)] } ?? []
    }
}

extension DynamicValue {
    fileprivate var fieldTexts: [FieldText] { texts.map { FieldText(text: $0, expected: .any) } }
}

extension Activity {
    /// Every text with expressions in the activity itself: not in activities inside it, not in SQL files.
    package var fieldTexts: [FieldText] { kind.fieldTexts }
}

extension DataSource {
    package var fieldTexts: [FieldText] {
        let selected: Dynamic<String> =
            switch selection {
            case .table(let text), .query(let text), .path(let text): text
            }
        return (connection?.fieldTexts ?? []) + selected.fieldTexts
    }
}

extension ActivityKind {
    fileprivate var fieldTexts: [FieldText] {
        switch self {
        case .copy(let copy): copy.source.fieldTexts + copy.write.into.dynamicTexts.flatMap(\.fieldTexts)
        case .transform(let transform):
            transform.sources.flatMap(\.value.fieldTexts) + transform.write.into.dynamicTexts.flatMap(\.fieldTexts)
        case .lookup(let source, _): source.fieldTexts
        case .forEach(let loop):
            loop.items.expression.map { [FieldText(text: $0, expected: .array)] } ?? []
        case .if(let condition, _, _): condition.fieldTexts
        case .setVariable(_, let value), .appendVariable(_, let value): value.fieldTexts
        case .wait(let seconds): seconds.fieldTexts
        case .fail(let message, let errorCode): message.fieldTexts + (errorCode?.fieldTexts ?? [])
        case .pipeline(_, let parameters): parameters.flatMap(\.value.fieldTexts)
        case .publish(let publish): publish.tables.flatMap(\.fieldTexts)
        case .delete(.files(let connection, let path)): connection.fieldTexts + path.fieldTexts
        case .delete(.rows(let table, let condition)): table.fieldTexts + condition.text.fieldTexts
        }
    }
}
