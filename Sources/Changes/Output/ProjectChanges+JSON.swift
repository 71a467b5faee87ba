package import Support

extension ProjectChanges {
    /// The stable form; docs/diff.md describes it.
    package var json: JSONValue {
        var object: JSONObject = [
            "version": 1,
            "changes": .array(changes.map(\.json)),
            "counts": [
                "breaking": .integer(Int64(breakingCount)), "weakened": .integer(Int64(weakenedCount)), "changes": .integer(Int64(changes.count)),
            ],
        ]
        if let impact { object["impact"] = impact.json }
        return .object(object)
    }
}

extension Change {
    var json: JSONValue {
        var object: JSONObject = ["kind": .string(kind), "action": .string(action.rawValue), "name": .string(name)]
        object.set("formerName", formerName)
        object.set("old", old)
        object.set("new", new)
        object.set("summary", words)
        object.set("path", path)
        object.set("line", line)
        if !marks.isEmpty { object["marks"] = .texts(marks.sorted().map(\.rawValue)) }
        if let columns { object["columns"] = .texts(columns.sorted()) }
        if !parts.isEmpty { object["parts"] = .array(parts.map(\.json)) }
        return .object(object)
    }
}

extension Impact {
    var json: JSONValue {
        [
            "reached": .array(
                reached.map { table in
                    var object: JSONObject = ["name": .string(table.name), "kind": .string(table.kind), "through": .texts(table.through)]
                    if let columns = table.columns { object["columns"] = .texts(columns) }
                    return .object(object)
                }),
            "pipelines": .texts(pipelines),
            "breaks": .array(
                breaks.map { broken in
                    var object: JSONObject = [
                        "table": .string(broken.table), "change": .string(broken.words), "readers": .texts(broken.readers),
                    ]
                    object.set("column", broken.column)
                    object.set("published", broken.published)
                    return .object(object)
                }),
            "gaps": .texts(gaps),
        ]
    }
}
