internal import Diagnostics
internal import Expressions
internal import Support
internal import YAML

extension Activity {
    private static let placeholder = Activity(
        name: Located("unnamed", at: SourceRange(path: "")), description: nil, dependsOn: [], retry: .none, timeout: nil,
        kind: .wait(seconds: Dynamic(.literal(0), at: SourceRange(path: ""))), range: SourceRange(path: ""), call: nil)

    /// Activities of a pipeline, or of another activity. Uses of templates are expanded by `TemplateExpansion`.
    package static let listCodec = Codec<[Activity]>.reference("activities", placeholder: []) { list }

    /// The shape itself, for `$defs` of the JSON Schema.
    package static let list = Codec<[Activity]>(
        schema: .array(.oneOf([single.schema, TemplateCall.codec.schema])), placeholder: []
    ) { input, context in
        guard let items = Codec<DecodingItem>.items.decode(input, context) else { return nil }
        return items.flatMap { item -> [Activity] in
            guard let members = Codec<Activity>.members(of: item.input, context) else {
                context.lose(nil, isTemplate: false)
                return []
            }
            if members["template"] != nil {
                guard let expanded = TemplateCall.codec.decode(item.input, context).flatMap(context.expand) else {
                    context.lose(members, isTemplate: true)
                    return []
                }
                return expanded
            }
            guard let activity = single.decode(item.input, context) else {
                context.lose(members, isTemplate: false)
                return []
            }
            return [activity]
        }
    }

    private static let single = Codec<Activity>.tagged(
        "activity", "One step of a pipeline.", tag: "type", cases: cases)

    private static func activity(
        _ type: String, _ documentation: String, _ kind: @escaping @Sendable (ObjectReader) -> ActivityKind
    ) -> TaggedCase<Activity> {
        TaggedCase(type, documentation) { r in
            Activity(
                name: r.required("name", Codec<Located<String>>.locatedName, "Name of the activity, unique in its pipeline."),
                description: r.optional("description", .text, "What it is for, for readers."),
                dependsOn: r.defaulted(
                    "dependsOn", dependencies, "Activities that must end first, beside those whose tables it reads.", default: []),
                retry: r.defaulted("retry", retry, "What to do after a failure.", default: .none),
                timeout: r.optional("timeout", Codec<Duration>.duration.located, "Longest time one attempt may take."),
                kind: kind(r), range: r.range, call: nil)
        }
    }

    private static let dependency = Codec<Dependency>.object("dependency", "An activity that must end first.") { r in
        let name = r.required("activity", Codec<Located<String>>.locatedText, "Its name.")
        return Dependency(
            activity: name,
            conditions: r.defaulted(
                "conditions", Codec<Dependency.Condition>.enumeration.located.list(orSingle: true), "How it must have ended.",
                default: [Located(.succeeded, at: name.range)], shown: ["succeeded"]),
            conditionsRange: r.range(of: "conditions"))
    }

    /// An activity's name alone means that it must have succeeded.
    private static let dependencyOrName = Codec<Dependency>(
        schema: .oneOf([dependency.schema, Codec<String>.text.schema]), placeholder: dependency.placeholder
    ) { input, context in
        switch input.shape {
        case .mapping: return dependency.decode(input, context)
        case .scalar: break
        case .sequence, .null: return Codec<Dependency>.mismatch("the name of an activity, or a mapping", input, context)
        }
        return Codec<Located<String>>.locatedText.decode(input, context).map {
            Dependency(activity: $0, conditions: [Located(.succeeded, at: $0.range)], conditionsRange: nil)
        }
    }

    static let dependencies = Codec<[Dependency]>.reference("dependencies", placeholder: []) { dependencyList }

    /// The shape itself, for `$defs` of the JSON Schema.
    static let dependencyList = dependencyOrName.list(orSingle: true)

    private static let retry = Codec<Retry>.object("retry", "What to do after a failure.") { r in
        Retry(
            count: r.required("count", .integer(), "Further attempts."),
            interval: .seconds(r.defaulted("intervalSeconds", .integer(), "Pause before the next attempt.", default: 30, shown: 30)),
            backoff: r.defaulted(
                "backoff", Codec<Double>.number.check { (1...100).contains($0) ? nil : "backoff lies between 1 and 100" },
                "Factor by which the pause grows.", default: 1, shown: 1),
            range: r.range)
    }

    private static let cases: [TaggedCase<Activity>] = [
        activity("copy", "Copies a table, query or files into a table.") { r in
            let copy = ActivityKind.Copy(
                source: r.required("source", DataSource.codec, "What is read."), write: TableWrite(r),
                audit: r.defaulted(
                    "audit", .boolean, "Adds the columns _ingested_at, _run_id and _source.", default: false, shown: false))
            refuseLosingIncrement(copy, r)
            return .copy(copy)
        },
        activity("transform", "Writes the result of one SELECT into a table.") { r in
            .transform(
                .init(
                    query: r.required("query", SQLSource.codec, "The SELECT, or the path of a .sql file."),
                    sources: r.defaulted(
                        "sources", DataSource.codec.dictionary(keyCheck: Codec<String>.problemWithName),
                        "Inputs that are no tables, by the name the query uses.", default: []),
                    write: TableWrite(r)))
        },
        activity("lookup", "Reads a few rows for later activities: activity('NAME').output.") { r in
            let source = r.required("source", DataSource.codec, "What is read.")
            refuseIncrement(source, in: "a lookup", r)
            return .lookup(
                source: source,
                firstRowOnly: r.defaulted(
                    "firstRowOnly", .boolean, "Output one row as `firstRow` instead of all as `value`.", default: true, shown: true))
        },
        activity("forEach", "Runs activities once for each item of a list.") { r in
            let items = r.required("items", items, "The list.")
            return .forEach(
                .init(
                    items: items.dynamic, literalItems: items.literal,
                    batchCount: r.defaulted(
                        "batchCount", .integer(minimum: 1), "How many items at a time.", default: 1, shown: 1),
                    activities: r.required("activities", listCodec, "What runs for each item; item() is the item.")))
        },
        activity("if", "Runs one of two lists of activities.") { r in
            .if(
                condition: r.required("condition", Codec<Bool>.boolean.dynamic(), "Which: true runs `then`."),
                then: r.defaulted("then", listCodec, "Runs where the condition is true.", default: []),
                otherwise: r.defaulted("else", listCodec, "Runs where it is false.", default: []))
        },
        activity("setVariable", "Sets a variable of the pipeline.") { r in
            .setVariable(
                name: r.required("variable", Codec<Located<String>>.locatedText, "The variable."),
                value: r.required("value", .dynamicValue, "Its new value."))
        },
        activity("appendVariable", "Adds a value to an array variable of the pipeline.") { r in
            .appendVariable(
                name: r.required("variable", Codec<Located<String>>.locatedText, "The variable."),
                value: r.required("value", .dynamicValue, "The value to add."))
        },
        activity("wait", "Waits.") { r in
            .wait(seconds: r.required("seconds", Codec<Int>.integer().dynamic(), "How long."))
        },
        activity("fail", "Ends the pipeline with an error.") { r in
            .fail(
                message: r.required("message", Codec<Dynamic<String>>.dynamicText, "What the error says."),
                errorCode: r.optional("errorCode", Codec<Dynamic<String>>.dynamicText, "Its code."))
        },
        activity("pipeline", "Runs another pipeline and waits for it.") { r in
            .pipeline(
                name: r.required("pipeline", Codec<Located<String>>.locatedName, "The pipeline."),
                parameters: r.defaulted(
                    "parameters", Codec<DynamicValue>.dynamicValue.dictionary(), "Its parameters.", default: []))
        },
        activity("publish", "Replaces tables of the warehouse by tables of the lake, each as a whole, and makes its views.") { r in
            let tables = Codec<String>.text.dynamic().list(orSingle: true)
            let views = r.defaulted(
                "views", SQLSource.codec.dictionary(keyCheck: LakeName.problemWithView),
                "Views of the warehouse by LAYER.NAME: each the SELECT, or the path of a .sql file, over published tables and other views.", default: [])
            // Views may stand alone: what they read is published elsewhere.
            let named =
                r.isDescribing || r.has("views")
                ? r.defaulted("tables", tables, "Tables of the lake: LAYER.NAME.", default: [])
                : r.required("tables", tables, "Tables of the lake: LAYER.NAME.")
            if named.isEmpty, views.isEmpty, r.has("tables") || r.has("views"), !r.isDescribing {
                r.report(.invalidValue, "publish names no table", at: r.has("tables") ? "tables" : "views")
            }
            return .publish(.init(tables: named, views: views))
        },
        activity("delete", "Deletes files of a connection, or rows of a lake table.") { r in
            let connection = r.optional("connection", Codec<Dynamic<String>>.dynamicName, "A connection of type files.")
            let path = r.optional("path", Codec<Dynamic<String>>.dynamicText, "File or pattern below the connection's root.")
            let table = r.optional("table", Codec<Dynamic<String>>.dynamicText, "Table of the lake: LAYER.NAME.")
            let condition = r.optional("where", DynamicCondition.codec, "SQL condition of the rows that go.")
            if let connection, let path, table == nil, condition == nil { return .delete(.files(connection: connection, path: path)) }
            if let table, let condition, connection == nil, path == nil { return .delete(.rows(table: table, condition: condition)) }
            if !r.isDescribing {
                r.report(.invalidCombination, "delete takes \"connection\" and \"path\", or \"table\" and \"where\"")
            }
            let nothing = Dynamic(.literal(""), at: r.range)
            return .delete(.rows(table: nothing, condition: DynamicCondition(text: nothing, written: nil)))
        },
    ]

    /// What was read before has to stay: an incremental copy adds to its table, or merges into it, and keeps its mark there.
    private static func refuseLosingIncrement(_ copy: ActivityKind.Copy, _ r: ObjectReader) {
        guard copy.source.incremental != nil else { return }
        if copy.write.mode.value == .overwrite {
            r.report(
                .invalidCombination, "an incremental source with mode \"overwrite\" would throw away what was read before",
                at: r.has("mode") ? "mode" : "source", help: "set mode: append, or merge with a key")
        }
        if case .database = copy.write.into {
            r.report(.invalidCombination, "an incremental source is copied into a table of the lake, which keeps how far it was read", at: "into")
        }
    }

    private static func refuseIncrement(_ source: DataSource, in what: String, _ r: ObjectReader) {
        guard source.incremental != nil else { return }
        r.report(.invalidCombination, "\(what) reads its source whole: \"incremental\" belongs to a copy", at: "source")
    }

    private struct Items: Sendable {
        let dynamic: Dynamic<JSONValue>
        let literal: [JSONValue]?
    }

    private static let items = Codec<Items>(
        schema: .dynamic(.array(.any)), placeholder: Items(dynamic: Dynamic(.literal([]), at: SourceRange(path: "")), literal: [])
    ) { input, context in
        if case .dynamic(let text, let node) = input { return Items(dynamic: Dynamic(.expression(text), at: node.range), literal: nil) }
        guard let list = Codec<JSONValue>.constant.list().decode(input, context) else { return nil }
        return Items(dynamic: Dynamic(.literal(.array(list)), at: input.range), literal: list)
    }
}

/// An input passed through, to be decoded once it is known what it is.
private struct DecodingItem: @unchecked Sendable { let input: DecodingInput }

extension Codec where Value == DecodingItem {
    fileprivate static let item = Codec(
        schema: .any, placeholder: DecodingItem(input: .constant(.null, SourceRange(path: "")))
    ) { input, _ in DecodingItem(input: input) }
    fileprivate static let items = item.list()
}

extension SQLSource {
    private static let nothing = SQLText(
        DynamicText(literal: "", range: SourceRange(path: "")), range: SourceRange(path: ""), position: { _ in .start })

    /// One word that is no call is a path, anything else the query itself: the shortest SELECT has a blank.
    private static func isPath(_ text: String) -> Bool {
        text.hasSuffix(".sql") || !text.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "(") }
    }

    /// Template arguments are not put into the text here: in SQL an argument is a value, never text to paste.
    static let codec = Codec<SQLSource>(
        schema: .string(pattern: nil, values: nil), placeholder: .inline(nothing), resolves: false
    ) { input, context in
        let resolved = context.resolve(input)
        if case .node(let node) = input, node.kind == .scalar, let written = node.text, node.mayHoldExpression {
            let (dynamic, _) = DynamicText.parse(written, path: node.range.path, position: node.positions())
            guard case .constant(.string(let text), _) = resolved, dynamic.wholeExpression != nil || text.hasSuffix(".sql") else {
                let text = SQLText(dynamic, range: node.range, position: { node.position(ofByte: $0) })
                return .inline(context.arguments.map { text.substituting($0) } ?? text)
            }
        }
        guard let text = Codec<String>.text.decode(resolved, context) else { return nil }
        if isPath(text) { return .file(Located(text, at: input.range), arguments: context.arguments, call: context.call) }
        let dynamic = DynamicText(literal: text, range: input.range)
        guard case .node(let node) = resolved else {
            return .inline(SQLText(dynamic, range: input.range, position: { _ in input.range.start }))
        }
        return .inline(SQLText(dynamic, range: input.range, position: { node.position(ofByte: $0) }))
    }
}
