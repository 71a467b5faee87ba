package import Support

extension DiagnosticReport {
    /// `{"diagnostics": [...], "summary": {"errors": 0, "notes": 0, "warnings": 0}}`.
    package var json: JSONValue {
        [
            "diagnostics": .array(diagnostics.map(\.json)),
            "summary": [
                "errors": .integer(Int64(errors)), "warnings": .integer(Int64(warnings)), "notes": .integer(Int64(notes)),
            ],
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
