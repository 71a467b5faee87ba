internal import Diagnostics
internal import Engine
package import Support

extension LineageSelection {
    package var json: JSONValue {
        [
            "focus": focus.map { ["dataset": .string($0.dataset.text), "column": $0.column.map { .string($0) } ?? .null] } ?? .null,
            "directions": .array([Lineage.Direction.up, .down].filter { directions.contains($0) }.map { $0 == .up ? "up" : "down" }),
            "datasets": .array(datasets.map(json)),
            "steps": .array(steps.map(json)),
            "gaps": .array(lineage.gaps.map { .string($0) }),
        ]
    }

    private func json(_ dataset: Dataset) -> JSONValue {
        [
            "name": .string(dataset.text), "kind": .string(dataset.kind),
            "columns": columns(of: dataset).map { .array($0.map { ["name": .string($0.name), "type": .string($0.type.sql)] }) } ?? .null,
        ]
    }

    private func json(_ step: LineageStep) -> JSONValue {
        [
            "pipeline": .string(step.name.pipeline), "activity": .string(step.name.activity), "type": .string(step.type),
            "inputs": .array(step.inputs.map { .string($0.text) }), "output": .string(step.output.text),
            "columns": step.columns.map { columns in
                .array(columns.map { ["name": .string($0.column.name), "type": .string($0.column.type.sql), "inputs": .array($0.inputs.map(json))] })
            } ?? .null,
            "rows": .array(step.rows.map(json)), "unknown": step.unknown.map { .string($0) } ?? .null,
            "path": .string(step.place.path), "line": .integer(Int64(step.place.start.line)),
        ]
    }

    private func json(_ input: LineageStep.Input) -> JSONValue {
        [
            "dataset": .string(input.column.dataset.text), "column": .string(input.column.name),
            "influences": .array(input.influence.single.map { .string($0.name) }),
        ]
    }
}
