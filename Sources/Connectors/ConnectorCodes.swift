package import Diagnostics

extension DiagnosticCode {
    package static let sourceNotFound = DiagnosticCode(
        "source-not-found", summary: "A pipeline reads a table that the live source does not have.",
        explanation: "`pipectl sources lock` asks the source of one environment for the columns of everything that pipelines read. Correct the name, or make the table there first. Where another environment has it, lock from that one with --env.",
        example: "source: { connection: erp, table: custmers }", fix: "source: { connection: erp, table: customers }")
    package static let sourceUnreadable = DiagnosticCode(
        "source-unreadable", summary: "A query or file that a pipeline reads cannot be read in the live source.",
        explanation: "`pipectl sources lock` and `check` describe queries and files in the source of one environment. The message is the engine's or the server's.",
        example: "source: { connection: erp, query: selec name from customers }",
        fix: "source: { connection: erp, query: select name from customers }")

    package static let allConnectors: [DiagnosticCode] = [sourceNotFound, sourceUnreadable]
}
