package import Support

extension DiagnosticReport {
    /// `{"diagnostics": [...], "summary": {"errors": 0, ...}, "waived": [...]}`, as docs/diagnostics.schema.json says.
    package var json: JSONValue {
        [
            "diagnostics": .array(diagnostics.map(\.json)),
            "summary": [
                "errors": .integer(Int64(errors)), "warnings": .integer(Int64(warnings)), "notes": .integer(Int64(notes)),
                "waived": .integer(Int64(waived.count)),
            ],
            "waived": .array(
                waived.map { diagnostic, reason in
                    guard var object = diagnostic.json.asObject else { preconditionFailure("a finding is a JSON object") }
                    object["reason"] = .string(reason)
                    return .object(object)
                }),
        ]
    }
}

extension Diagnostic {
    /// All members are always there; `null` where there is no place, help or asset.
    package var json: JSONValue {
        [
            "code": .string(code.name),
            "severity": .string(severity.rawValue),
            "message": .string(message),
            "path": range.map { .string($0.path) } ?? .null,
            "start": range?.start.json ?? .null,
            "end": range?.end.json ?? .null,
            "labels": .array(
                labels.map { label in
                    [
                        "path": .string(label.range.path), "start": label.range.start.json, "end": label.range.end.json,
                        "message": .string(label.text),
                    ]
                }),
            "notes": .array(notes.map(JSONValue.string)),
            "help": help.map(JSONValue.string) ?? .null,
            "asset": asset.map(JSONValue.string) ?? .null,
        ]
    }
}

extension SourcePosition {
    var json: JSONValue {
        ["line": .integer(Int64(line)), "column": .integer(Int64(column)), "offset": .integer(Int64(offset))]
    }
}
