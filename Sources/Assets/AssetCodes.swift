package import Diagnostics

extension DiagnosticCode {
    package static let unknownKey = DiagnosticCode(
        "unknown-key", summary: "A mapping holds a key that does not belong there.",
        explanation: """
            Every key has a meaning; one that nobody reads is nearly always a typing error, and ignoring it would run \
            something else than what was meant. Correct the spelling, or remove the key. `pipectl schema` prints the \
            JSON Schema that tells editors which keys exist.
            """,
        example: "activities:\n  - name: load\n    typ: copy", fix: "activities:\n  - name: load\n    type: copy")
    package static let missingKey = DiagnosticCode(
        "missing-key", summary: "A key that is required is missing.",
        explanation: "The thing cannot be understood without this key. Add it.",
        example: "kind: Pipeline\nactivities: []", fix: "apiVersion: pipectl/v1\nkind: Pipeline\nname: sales\nactivities: []")
    package static let wrongType = DiagnosticCode(
        "wrong-type", summary: "A value is of another type than the key takes.",
        explanation: "A list stands where one value belongs, text where a number belongs, and the like. Values are not converted silently.",
        example: "retry: { count: three }", fix: "retry: { count: 3 }")
    package static let invalidValue = DiagnosticCode(
        "invalid-value", summary: "A value has the right type and is still not possible.",
        explanation: "Some keys take only certain words, or values within bounds. The message says which.",
        example: "mode: replace", fix: "mode: overwrite")
    package static let invalidName = DiagnosticCode(
        "invalid-name", summary: "A name cannot be used as the name of an asset.",
        explanation: "Names start with a letter or _ and go on with letters, digits, _, - and . (at most 128 bytes), so that they work in file names, expressions and on the command line.",
        example: "name: my pipeline", fix: "name: my_pipeline")
    package static let invalidTableName = DiagnosticCode(
        "invalid-table-name", summary: "A table of the lake is not named LAYER.NAME.",
        explanation: "Tables of the lake have exactly two parts: the layer and the name.",
        example: "into: orders", fix: "into: silver.orders")
    package static let invalidCombination = DiagnosticCode(
        "invalid-combination", summary: "Keys are used together that exclude each other, or one lacks the other it needs.",
        explanation: "The message names the keys. Keep those that say what is meant.",
        example: "source: { connection: erp, table: a, query: select 1 }", fix: "source: { connection: erp, table: a }")
    package static let valueNotStatic = DiagnosticCode(
        "value-not-static", summary: "An expression stands where the value must be known before anything runs.",
        explanation: "Names, modes, keys and the like decide what a pipeline is, and are checked before it runs; only parameters of a template may appear in them.",
        example: "mode: ${{ variables('mode') }}", fix: "mode: append")
    package static let unknownTemplate = DiagnosticCode(
        "unknown-template", summary: "A template is used that does not exist.",
        explanation: "Templates are the files in the templates folder, found by the name inside the file.",
        example: "- { name: orders, template: ingets }", fix: "- { name: orders, template: ingest }")
    package static let templateCycle = DiagnosticCode(
        "template-cycle", summary: "A template uses itself, directly or through others.",
        explanation: "Its expansion would never end. Break the circle.",
        example: "kind: Template\nname: a\nactivities:\n  - { name: x, template: a }", fix: "kind: Template\nname: a\nactivities:\n  - { name: x, type: wait, seconds: 1 }")
    package static let templateTooLarge = DiagnosticCode(
        "template-too-large", summary: "A pipeline becomes too large when its templates are put in.",
        explanation: """
            Templates inside templates multiply: five, each with ten uses of the next, are 100,000 activities. A pipeline may \
            have 10,000 activities that come from templates. Use fewer, or run the same activities for each item of a list \
            with `forEach`.
            """,
        example: "# templates/year.yml uses month 12 times, that uses day 31 times, that uses hour 24 times, which has 2 activities\n- { name: all, template: year }",
        fix: "- name: all\n  type: forEach\n  items: ${{ range(0, 8928) }}\n  activities:\n    - { name: hour, template: hour, parameters: { number: \"${{ item() }}\" } }")
    package static let unknownParameter = DiagnosticCode(
        "unknown-parameter", summary: "A value is given for a parameter that does not exist.",
        explanation: "The template or pipeline declares its parameters under `parameters`. Correct the name, or declare it.",
        example: "parameters: { tabel: orders }", fix: "parameters: { table: orders }")
    package static let missingParameter = DiagnosticCode(
        "missing-parameter", summary: "A parameter without default gets no value.",
        explanation: "Give it a value where the template or pipeline is used, or declare a default.",
        example: "- { name: orders, template: ingest }", fix: "- { name: orders, template: ingest, parameters: { table: orders } }")

    package static let allAssets: [DiagnosticCode] = [
        unknownKey, missingKey, wrongType, invalidValue, invalidName, invalidTableName, invalidCombination, valueNotStatic,
        unknownTemplate, templateCycle, templateTooLarge, unknownParameter, missingParameter,
    ]
}
