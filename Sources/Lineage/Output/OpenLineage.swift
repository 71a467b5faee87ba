internal import Assets
internal import Engine
package import Support
internal import Validation

/// A selection as OpenLineage job events: what an activity reads and writes, without a run (spec 2-0-2, `JobEvent`).
package struct OpenLineage: Sendable {
    private let selection: LineageSelection
    private let project: String
    private let version: String
    private let time: Instant

    private static let specification = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"

    /// - Parameter time: the events' own; whoever asks for the same twice passes the same.
    package init(_ selection: LineageSelection, project: String, version: String, time: Instant) {
        self.selection = selection
        self.project = project
        self.version = version
        self.time = time
    }

    package var producer: String { "https://github.com/pipectl/pipectl/tree/v\(version)" }

    /// One event an activity. What publishes several tables is one activity, too.
    package var events: [JSONValue] {
        var byName: [LineageStep.Name: [LineageStep]] = [:]
        for step in selection.steps { byName[step.name, default: []].append(step) }
        return byName.keys.sorted().map { event($0, byName[$0] ?? []) }
    }

    private func event(_ name: LineageStep.Name, _ steps: [LineageStep]) -> JSONValue {
        let inputs = Set(steps.flatMap(\.inputs)).sorted()
        return [
            "eventTime": .string(time.description), "producer": .string(producer), "schemaURL": .string(Self.specification),
            "job": [
                "namespace": .string("pipectl://" + Self.part(project)), "name": .string("\(name.pipeline).\(name.activity)"),
                "facets": .object(jobFacets(steps)),
            ],
            "inputs": .array(inputs.map { dataset($0, [:]) }),
            "outputs": .array(steps.map { dataset($0.output, columnLineage($0)) }),
        ]
    }

    private func facet(_ name: String, _ version: String, _ members: JSONObject) -> JSONValue {
        var object = members
        object["_producer"] = .string(producer)
        object["_schemaURL"] = .string("https://openlineage.io/spec/facets/\(version)/\(name).json#/$defs/\(name)")
        return .object(object)
    }

    private func jobFacets(_ steps: [LineageStep]) -> JSONObject {
        guard let first = steps.first else { return [:] }
        var facets: JSONObject = [
            "jobType": facet(
                "JobTypeJobFacet", "2-0-4",
                ["processingType": "BATCH", "integration": "PIPECTL", "jobType": .string(first.type.uppercased())])
        ]
        if let sql = first.sql { facets["sql"] = facet("SQLJobFacet", "1-1-0", ["query": .string(sql), "dialect": "duckdb"]) }
        return facets
    }

    private func dataset(_ dataset: Dataset, _ more: JSONObject) -> JSONValue {
        var facets = more
        if let columns = selection.lineage.columns(of: dataset) {
            facets["schema"] = facet(
                "SchemaDatasetFacet", "1-2-0",
                ["fields": .array(columns.enumerated().map { index, column in
                    ["name": .string(column.name), "type": .string(column.type.sql), "ordinal_position": .integer(Int64(index + 1))]
                })])
        }
        facets["dataSource"] = facet(
            "DatasourceDatasetFacet", "1-0-1", ["name": .string(Self.source(dataset)), "uri": .string(namespace(dataset))])
        var object = identity(dataset)
        object["facets"] = .object(facets)
        return .object(object)
    }

    private func columnLineage(_ step: LineageStep) -> JSONObject {
        guard let columns = step.columns else { return [:] }
        var fields = JSONObject()
        for column in columns { fields[column.column.name] = ["inputFields": .array(column.inputs.map(field))] }
        return [
            "columnLineage": facet(
                "ColumnLineageDatasetFacet", "1-2-0", ["fields": .object(fields), "dataset": .array(step.rows.map(field))])
        ]
    }

    private func field(_ input: LineageStep.Input) -> JSONValue {
        var object = identity(input.column.dataset)
        object["field"] = .string(input.column.name)
        object["transformations"] = .array(input.influence.single.map { influence in
            ["type": influence.isDirect ? "DIRECT" : "INDIRECT", "subtype": .string(Self.subtype(influence))]
        })
        return .object(object)
    }

    private static func subtype(_ influence: Influence) -> String {
        influence == .groupBy ? "GROUP_BY" : influence.name.uppercased()
    }

    private func identity(_ dataset: Dataset) -> JSONObject {
        ["namespace": .string(namespace(dataset)), "name": .string(Self.name(dataset))]
    }

    /// Where a dataset lies differs from environment to environment; what it is called in the project does not.
    private func namespace(_ dataset: Dataset) -> String { "pipectl://\(Self.part(project))/\(Self.part(Self.source(dataset)))" }

    private static func source(_ dataset: Dataset) -> String {
        switch dataset {
        case .table(.lake): "lake"
        case .table(.database(let connection, _)), .files(let connection, _), .query(let connection, _): connection
        case .warehouse, .table(.view): "warehouse"
        }
    }

    private static func name(_ dataset: Dataset) -> String {
        switch dataset {
        case .table(.lake(let name)), .table(.view(let name)), .warehouse(let name): name.text
        case .table(.database(_, let table)): table
        case .files(_, let path): path
        case .query(_, let asker): "query of \(asker)"
        }
    }

    /// A part of a URI (RFC 3986).
    private static func part(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 46, 95, 126].contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            result += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.utf8.count < 2 ? "0" : "") + hex
        }
        return result
    }
}
