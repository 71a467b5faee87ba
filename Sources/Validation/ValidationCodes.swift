package import Diagnostics

extension DiagnosticCode {
    package static let dependencyCycle = DiagnosticCode(
        "dependency-cycle", summary: "Activities wait for each other.",
        explanation: "Each would have to end before the other starts. The notes tell why each waits for the next: a dependsOn, a table it reads, an output it uses. Remove one of them.",
        example: "- { name: a, type: wait, seconds: 1, dependsOn: [{ activity: b }] }\n- { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a }] }",
        fix: "- { name: a, type: wait, seconds: 1 }\n- { name: b, type: wait, seconds: 1, dependsOn: [{ activity: a }] }")
    package static let unknownActivity = DiagnosticCode(
        "unknown-activity", summary: "dependsOn names an activity that is not in the same list.",
        explanation: "An activity can wait only for activities of its own list: those of the pipeline, or of the same forEach or branch.",
        example: "dependsOn: [{ activity: laod }]", fix: "dependsOn: [{ activity: load }]")
    package static let unknownVariable = DiagnosticCode(
        "unknown-variable", summary: "setVariable or appendVariable names a variable the pipeline does not declare.",
        explanation: "Declare it under `variables` with its type, or correct the name.",
        example: "- { name: a, type: setVariable, variable: totl, value: 1 }", fix: "variables: { total: { type: integer } }")
    package static let unknownConnection = DiagnosticCode(
        "unknown-connection", summary: "A connection is used that an environment does not have.",
        explanation: "Every environment in which the pipeline can run must declare the connection under `connections`.",
        example: "source: { connection: erpp, table: orders }", fix: "source: { connection: erp, table: orders }")
    package static let unknownTable = DiagnosticCode(
        "unknown-table", summary: "A table is read that nothing writes.",
        explanation: "Tables of the lake come from activities: some activity of the project must write the table. Tables of a database are named CONNECTION.TABLE or CONNECTION.SCHEMA.TABLE.",
        example: "select * from silver.ordres", fix: "select * from silver.orders")
    package static let unknownColumn = DiagnosticCode(
        "unknown-column", summary: "A query, key or check names a column that does not exist.",
        explanation: "The columns of every table follow from the queries that write it. The message names columns that come near.",
        example: "select custmer_id from silver.orders", fix: "select customer_id from silver.orders")
    package static let sqlSyntax = DiagnosticCode(
        "sql-syntax", summary: "A query is not SQL.",
        explanation: "The engine could not parse the text. A transform holds exactly one SELECT.",
        example: "selec 1", fix: "select 1")
    package static let sqlInvalid = DiagnosticCode(
        "sql-invalid", summary: "A query is SQL and cannot be run: types do not fit, a function does not exist, and the like.",
        explanation: "The query was compiled against the tables it reads, as the project defines them. The message is the engine's.",
        example: "select sum(name) from silver.customers", fix: "select count(name) from silver.customers")
    package static let sqlValueMisplaced = DiagnosticCode(
        "sql-value-misplaced", summary: "A value stands in SQL where it could become SQL.",
        explanation: "Between dollar quotes nothing can be escaped, and a value that holds the closing mark would end the text; in x'...' a value would be read as digits; after a backslash in E'...' its first letter would be escaped. Write the text in '...', or the expression without quotes.",
        example: "select $$batch ${{ params.batch }}$$ as note", fix: "select 'batch ${{ params.batch }}' as note")
    package static let secretMisplaced = DiagnosticCode(
        "secret-misplaced", summary: "A secret is used where its value would be kept or shown.",
        explanation: "Variables, messages, names of tables and paths end in the journal, the lake or the output. A secret may stand in the fields of a connection, in the SQL of a transform as a value of its own (it is bound, and no part of the text), in the query of a source and in the parameters of a pipeline. A run refuses also what was computed from a secret on the way.",
        example: "- { name: a, type: setVariable, variable: password, value: \"${{ secret('erp-password') }}\" }",
        fix: "select * from erp.public.users where hash = md5(${{ secret('salt') }} || name)")
    package static let unknownPipeline = DiagnosticCode(
        "unknown-pipeline", summary: "A pipeline is called that does not exist.",
        explanation: "Pipelines are found by the name inside their file.",
        example: "- { name: a, type: pipeline, pipeline: salse }", fix: "- { name: a, type: pipeline, pipeline: sales }")
    package static let pipelineCycle = DiagnosticCode(
        "pipeline-cycle", summary: "A pipeline calls itself, directly or through others.",
        explanation: "It would never end. Break the circle.")
    package static let unknownEnvironment = DiagnosticCode(
        "unknown-environment", summary: "An environment is named that does not exist.",
        explanation: "Environments are found by the name inside their file.",
        example: "defaultEnvironment: devel", fix: "defaultEnvironment: dev")
    package static let unknownLayer = DiagnosticCode(
        "unknown-layer", summary: "A table is written to a layer that the project does not have.",
        explanation: "Layers are listed in pipectl.yml under `layers`.",
        example: "into: slver.orders", fix: "into: silver.orders")
    package static let reservedName = DiagnosticCode(
        "reserved-name", summary: "A connection has the name of a layer, or one the engine uses itself.",
        explanation: "In SQL both would be written alike: bronze.orders. Rename the connection.",
        example: "connections: { bronze: { type: sqlite, path: a.db } }", fix: "connections: { erp: { type: sqlite, path: a.db } }")
    package static let expressionType = DiagnosticCode(
        "expression-type", summary: "An expression yields another type than the field takes.",
        explanation: "What the expression returns is known without running it, and does not fit.",
        example: "seconds: ${{ 'ten' }}", fix: "seconds: ${{ 10 }}")
    package static let noWarehouse = DiagnosticCode(
        "no-warehouse", .warning, isAdvice: true, summary: "A pipeline publishes, and an environment has no warehouse.",
        explanation: "The publish activity would fail in that environment. Add `warehouse` to the environment.",
        example: "kind: Environment\nname: dev", fix: "kind: Environment\nname: dev\nwarehouse: { type: duckdb, path: warehouse.duckdb }")

    package static let unknownSchema = DiagnosticCode(
        "unknown-schema", .note, summary: "Queries are not compiled, because the columns of what they read are not known.",
        explanation: "The columns of a source are known where they are declared, or locked in schemas/CONNECTION.yml. Until then mistakes in the queries that read it show only when they run.",
        example: "source: { connection: erp, table: orders }", fix: "pipectl sources lock --connection erp")
    package static let checkType = DiagnosticCode(
        "check-type", summary: "A check compares a column with values that its type cannot be compared with.",
        explanation: "The condition of the check was compiled against the query's columns, as a run would. Correct the values, or the column that is named.",
        example: "- range: { column: name, min: 0 }", fix: "- range: { column: quantity, min: 0 }")
    package static let unstorableColumn = DiagnosticCode(
        "unstorable-column", summary: "The rows of an activity have a column that a table of the lake cannot have.",
        explanation: "Tables of the lake are Delta tables: names of columns have no blanks and none of ,;{}()=, do not differ by case alone, and there is no INTERVAL, BIT or UNION. The columns that `audit` adds to a copy (_ingested_at, _run_id, _source), and those that quarantine adds to the rows it keeps (_reason, _quarantined_at, _quarantine_run_id), must not be there already.",
        example: "source: { connection: local, path: a.csv, format: { type: csv, columns: { country name: VARCHAR } } }",
        fix: "source: { connection: local, path: a.csv, format: { type: csv, columns: { country_name: VARCHAR } } }")

    package static let allValidation: [DiagnosticCode] = [
        dependencyCycle, unknownActivity, unknownVariable, unknownConnection, unknownTable, unknownColumn, sqlSyntax,
        sqlInvalid, sqlValueMisplaced, secretMisplaced, rotationWithoutValue, unknownPipeline, pipelineCycle, unknownEnvironment, unknownLayer, reservedName, expressionType, noWarehouse,
        unknownSchema, checkType, unstorableColumn,
        publishChangedColumns, schemaCheckFails, conflictingColumns,
    ] + allViews + allSchemas + allAdvice
}
