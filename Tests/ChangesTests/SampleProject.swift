import Support

/// A project as values, with every kind of asset in it.
struct SampleProject {
    /// By kind and name.
    var assets: [String: JSONValue]
    var sql: [String: String]

    static let standard = SampleProject(
        assets: [
            "project": [
                "apiVersion": "pipectl/v1", "kind": "Project", "name": "shop", "defaultEnvironment": "dev", "description": "All of it.",
                "folders": ["pipelines": "pipelines", "environments": "environments", "templates": "templates", "schemas": "schemas", "notebooks": "notebooks"],
                "layers": ["bronze", "silver", "gold"], "globalParameters": ["region": "eu", "limit": 5],
                "validation": ["rules": ["unused-parameter": "off"]],
            ],
            "environment dev": [
                "apiVersion": "pipectl/v1", "kind": "Environment", "name": "dev", "branch": "develop", "root": ".pipectl/dev", "protected": false,
                "engine": ["type": "duckdb", "memory": "75%", "threads": 4, "parallelActivities": 2],
                "vaults": ["kv-shop": "secrets/kv.yml"],
                "connections": [
                    "erp": [
                        "type": "postgres", "host": "db1", "port": 5432, "database": "erp", "user": "etl", "password": "${{ secret('erp-password') }}",
                        "schema": "sales", "sslMode": "require",
                    ],
                    "logs": ["type": "files", "root": "data"], "old": ["type": "sqlite", "path": "old.db"],
                ],
                "warehouse": ["type": "duckdb", "path": "warehouse.duckdb", "schema": "mart"], "variables": ["size": 3, "tag": "${{ env('TAG', 'x') }}"],
            ],
            "environment prod": [
                "apiVersion": "pipectl/v1", "kind": "Environment", "name": "prod", "branch": "main", "remote": "origin", "protected": true,
                "promotion": [
                    "from": "dev", "require": ["validated", "greenRun"], "approvals": ["count": 2, "as": "signedTag", "by": ["lead@example.com"]],
                ],
                "secrets": [
                    "store": "secrets/prod.yml",
                    "rotation": [
                        "erp-password": [
                            "policy": ["length": 40, "characters": "hex"], "overlap": "24h", "validFor": "90d",
                            "onRotate": ["type": "program", "command": ["tell", "erp"]], "test": ["erp"],
                        ]
                    ],
                ],
                "connections": ["erp": ["type": "postgres", "host": "db2", "database": "erp", "user": "etl"]],
            ],
            "template ingest": [
                "apiVersion": "pipectl/v1", "kind": "Template", "name": "ingest",
                "parameters": ["table": ["type": "string"], "mode": ["type": "string", "default": "append"]],
                "activities": [
                    [
                        "name": "copy", "type": "copy", "source": ["connection": "erp", "table": "${{ params.table }}", "incremental": ["column": "modified_at", "lookback": "1h", "key": ["id"]]],
                        "into": "bronze.${{ params.table }}", "mode": "${{ params.mode }}", "audit": true,
                    ]
                ],
            ],
            "pipeline sales": [
                "apiVersion": "pipectl/v1", "kind": "Pipeline", "name": "sales", "description": "Sales.", "concurrency": 2,
                "parameters": ["since": ["type": "date", "default": "2024-01-01", "description": "From here."]],
                "variables": ["seen": ["type": "integer", "default": 0]],
                "triggers": [["name": "nightly", "schedule": ["cron": "30 3 * * *", "timezone": "Europe/Berlin"]]],
                "activities": [
                    ["name": "orders", "template": "ingest", "parameters": ["table": "orders"]],
                    [
                        "name": "files", "type": "copy", "into": "bronze.visits", "mode": "append", "onSchemaChange": "fail", "timeout": "1h",
                        "retry": ["count": 2, "intervalSeconds": 5, "backoff": 2], "description": "Visits.",
                        "source": [
                            "connection": "logs", "path": "visits/*.csv",
                            "format": [
                                "type": "csv", "header": true, "delimiter": ";", "quote": "'", "escape": "'", "nullText": ["NA", "-"], "allText": false,
                                "encoding": "latin-1", "dateFormat": "%d.%m.%Y", "timestampFormat": "%d.%m.%Y %H", "columns": ["id": "BIGINT", "at": "DATE"],
                            ],
                        ],
                    ],
                    [
                        "name": "clean", "type": "transform", "query": "sql/clean.sql", "into": "silver.orders", "mode": "merge", "key": ["id"],
                        "sources": ["extra": ["connection": "erp", "query": "select id, note from extra"]],
                        "checks": [
                            ["notNull": ["id", "status"]], ["unique": ["id"]], ["accepted": ["column": "status", "values": ["open", "paid"], "onViolation": "drop"]],
                            ["relationship": ["column": "id", "to": "silver.customers.id", "onViolation": "quarantine"]],
                            ["range": ["column": "price", "min": 0, "max": 100]], ["expression": ["sql": "price > 0", "name": "priced"]],
                            ["rowCount": ["min": 1]], ["freshness": ["column": "at", "within": "2h"]], ["schema": ["columns": ["id": "BIGINT"]]],
                        ],
                    ],
                    ["name": "gold", "type": "transform", "query": "SELECT id, price * ${{ params.since }} AS price FROM silver.orders", "into": "gold.orders"],
                    ["name": "look", "type": "lookup", "source": ["connection": "erp", "query": "select max(id) from orders"], "firstRowOnly": true],
                    [
                        "name": "each", "type": "forEach", "items": ["a", "b"], "batchCount": 3,
                        "activities": [["name": "pause", "type": "wait", "seconds": 5], ["name": "note", "type": "setVariable", "variable": "seen", "value": 1]],
                    ],
                    [
                        "name": "choice", "type": "if", "condition": "${{ equals(variables('seen'), 1) }}",
                        "then": [["name": "stop", "type": "fail", "message": "no ${{ params.since }}", "errorCode": "7"]],
                        "else": [["name": "go", "type": "pipeline", "pipeline": "other", "parameters": ["n": 1]]],
                        "dependsOn": [["activity": "each", "conditions": ["succeeded", "skipped"]]],
                    ],
                    ["name": "purge", "type": "delete", "table": "silver.orders", "where": "at < current_date - 30"],
                    ["name": "sweep", "type": "delete", "connection": "logs", "path": "visits/old.csv"],
                    ["name": "show", "type": "publish", "tables": ["gold.orders"], "views": ["gold.v": "SELECT id FROM gold.orders"]],
                ],
            ],
            "pipeline other": [
                "apiVersion": "pipectl/v1", "kind": "Pipeline", "name": "other", "parameters": ["n": ["type": "int"]],
                "activities": [["name": "customers", "type": "transform", "query": "sql/customers.sql", "into": "silver.customers"]],
            ],
            "schema erp": [
                "apiVersion": "pipectl/v1", "kind": "SourceSchema", "connection": "erp",
                "tables": ["orders": ["columns": ["id": "BIGINT", "status": "VARCHAR", "modified_at": "TIMESTAMP"], "key": ["id"]]],
                "queries": [["query": "select id, note from extra", "columns": ["id": "BIGINT", "note": "VARCHAR"]]],
                "files": ["visits/*.csv": ["columns": ["id": "BIGINT"]]],
            ],
        ],
        sql: [
            "sql/clean.sql": "SELECT o.id, o.status, 1.5 AS price, modified_at AS at FROM bronze.orders AS o JOIN extra USING (id) WHERE status <> 'not  known -- x'",
            "sql/customers.sql": "SELECT DISTINCT id, '${{ params.n }}' AS label FROM bronze.orders WHERE id > ${{ params.n }}",
        ])

    /// Its files, in some style.
    func tree(seed: Int) -> MemoryTree {
        var style = RandomStyle(seed: seed)
        var contents: [String: String] = [:]
        let folders = ["environment": "environments", "template": "templates", "pipeline": "pipelines", "schema": "schemas"]
        for (name, asset) in assets.sorted(by: { $0.key < $1.key }) {
            let parts = name.split(separator: " ")
            guard parts.count == 2 else {
                contents["pipectl.yml"] = style.yaml(asset)
                continue
            }
            let file = style.chance.once(in: 2) ? "\(parts[1]).yml" : "\(parts[1])-\(Int.random(in: 0..<100, using: &style.chance)).yaml"
            contents["\(folders[String(parts[0])]!)/\(file)"] = style.yaml(asset)
        }
        for (path, text) in sql.sorted(by: { $0.key < $1.key }) { contents["pipelines/" + path] = style.sql(text) }
        return MemoryTree(contents: contents)
    }
}

/// One edit that changes what a project means.
struct Edit: CustomStringConvertible {
    let description: String
    let project: SampleProject

    /// An edit of every value in the project, and the removal of every key and item.
    static func all(of project: SampleProject) -> [Edit] {
        var edits: [Edit] = []
        for (name, asset) in project.assets.sorted(by: { $0.key < $1.key }) {
            for (words, changed) in variants(of: asset, at: name) {
                var copy = project
                copy.assets[name] = changed
                edits.append(Edit(description: words, project: copy))
            }
        }
        for (path, text) in project.sql.sorted(by: { $0.key < $1.key }) {
            for (old, new) in [("SELECT", "SELECT 1 AS one,"), ("bronze.orders", "bronze.visits"), ("not  known", "not known"), ("params.n", "params.m")] {
                guard text.contains(old) else { continue }
                var copy = project
                copy.sql[path] = text.replacing(old, with: new, maxReplacements: 1)
                edits.append(Edit(description: "\(path): \(new)", project: copy))
            }
        }
        return edits
    }

    /// Keys that say how a file is to be read.
    private static let fixed: Set<String> = ["apiVersion", "kind"]

    private static func variants(of value: JSONValue, at path: String) -> [(String, JSONValue)] {
        switch value {
        case .object(let object):
            return object.members.filter { !fixed.contains($0.key) }.flatMap { member -> [(String, JSONValue)] in
                let place = "\(path).\(member.key)"
                let inside = variants(of: member.value, at: place).map { words, new in
                    (words, JSONValue.object(JSONObject(object.members.map { ($0.key, $0.key == member.key ? new : $0.value) })))
                }
                return inside + [("\(place) removed", .object(JSONObject(object.members.filter { $0.key != member.key }.map { ($0.key, $0.value) })))]
            }
        case .array(let items):
            return items.indices.flatMap { index -> [(String, JSONValue)] in
                let place = "\(path)[\(index)]"
                var fewer = items
                fewer.remove(at: index)
                return variants(of: items[index], at: place).map { words, new in
                    var copy = items
                    copy[index] = new
                    return (words, .array(copy))
                } + [("\(place) removed", .array(fewer))]
            }
        case .string(let text): return [("\(path) is another", .string(other[text] ?? text + "x"))]
        case .integer(let number): return [("\(path) is another", .integer(number + 1))]
        case .bool(let flag): return [("\(path) is another", .bool(!flag))]
        default: return []
        }
    }

    /// Values of which not every text will do.
    private static let other = [
        "30 3 * * *": "30 4 * * *", "2024-01-01": "2024-01-02", "append": "overwrite", "merge": "append", "succeeded": "failed", "24h": "25h", "90d": "91d",
        "1h": "2h", "2h": "3h", "latin-1": "utf-16", "75%": "50%", "hex": "printable", "require": "prefer", "csv": "ndjson", "drop": "quarantine",
        "quarantine": "warn", "Europe/Berlin": "Europe/Paris", "off": "note", "date": "string", "int": "float", "string": "array",
    ]

    /// What is spelled out and would hold without: its removal changes nothing.
    static func isDefault(_ words: String) -> Bool {
        ["environment dev.protected removed", "environment dev.root removed", "environment dev.engine.type removed", ".connections.erp.port removed",
         "project.layers removed", ".allText removed", ".firstRowOnly removed", ".activities[0].mode removed",
         "folders removed", "folders.pipelines removed", "folders.environments removed", "folders.templates removed", "folders.schemas removed", "folders.notebooks removed",
         // The only activity of a template takes the name of its use.
         "template ingest.activities[0].name is another","variables.seen.default removed",
        ].contains { words.hasSuffix($0) }
    }
}
