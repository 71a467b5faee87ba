package import Diagnostics

extension DiagnosticCode {
    package static let expressionSyntax = DiagnosticCode(
        "expression-syntax", summary: "The text between ${{ and }} is no expression.",
        explanation: """
            Expressions are those of Azure Data Factory: functions, literals, and properties of what they yield. Text is \
            written in single quotes, doubled within it. There are no operators; functions stand for them.
            """,
        example: "${{ params.count + 1 }}", fix: "${{ add(params.count, 1) }}")

    package static let expressionUnknownFunction = DiagnosticCode(
        "expression-unknown-function", summary: "There is no function of this name.",
        explanation: "Names of functions are compared without case. The documentation lists all of them.",
        example: "${{ upper('a') }}", fix: "${{ toUpper('a') }}")

    package static let expressionArgumentCount = DiagnosticCode(
        "expression-argument-count", summary: "A function is called with too few or too many arguments.",
        explanation: "Each function takes the arguments its signature shows; those with a question mark may be left out.",
        example: "${{ substring('abc') }}", fix: "${{ substring('abc', 0, 2) }}")

    package static let expressionArgumentType = DiagnosticCode(
        "expression-argument-type", summary: "An argument is of a type that the function does not take.",
        explanation: """
            The types of literals, parameters, variables and results are known before anything runs, and this one can \
            never fit. Convert the value with string(), int(), float(), bool() or json().
            """,
        example: "${{ add('1', 2) }}", fix: "${{ add(int('1'), 2) }}")

    package static let expressionAlwaysFails = DiagnosticCode(
        "expression-always-fails", summary: "A call with these constant arguments can only fail.",
        explanation: "All arguments are known, so the call was tried; it will fail in every run in the same way.",
        example: "${{ addToTime('2024-01-01', 1, 'Fortnight') }}", fix: "${{ addToTime('2024-01-01', 2, 'Week') }}")

    package static let expressionUnknownParameter = DiagnosticCode(
        "expression-unknown-parameter", summary: "There is no parameter of this name.",
        explanation: """
            `params.x` and `pipeline().parameters.x` name a parameter that the pipeline or template declares under \
            `parameters`; `pipeline().globalParameters.x` one of the project's.
            """,
        example: "${{ params.sinse }}", fix: "${{ params.since }}")

    package static let expressionUnknownVariable = DiagnosticCode(
        "expression-unknown-variable", summary: "There is no variable of this name.",
        explanation: """
            `variables('x')` names a variable the pipeline declares under `variables`; `environment().variables.x` one \
            of the environment file.
            """,
        example: "${{ variables('cuonter') }}", fix: "${{ variables('counter') }}")

    package static let expressionUnknownActivity = DiagnosticCode(
        "expression-unknown-activity", summary: "There is no activity of this name in the pipeline.",
        explanation: "`activity('x')` names an activity of the same pipeline that has ended when the expression is evaluated.",
        example: "${{ activity('lokup').output.firstRow }}", fix: "${{ activity('lookup').output.firstRow }}")

    package static let expressionActivityNotUpstream = DiagnosticCode(
        "expression-activity-not-upstream", summary: "The activity may not have ended when its output is read.",
        explanation: """
            An expression can read what an activity left only where that activity always ends first. Add it to \
            `dependsOn`, or read a table that it writes.
            """,
        example: "query: select ${{ activity('count').output.value }}",
        fix: "dependsOn: [ { activity: count, conditions: [succeeded] } ]")

    package static let expressionUnknownSecret = DiagnosticCode(
        "expression-unknown-secret", summary: "The environment's store has no secret of this name.",
        explanation: "`secret('x')` names a secret of the store of each environment in which the pipeline runs; case counts.",
        example: "${{ secret('erp-pasword') }}", fix: "pipectl secrets set erp-password --env prod")

    package static let expressionUnknownVault = DiagnosticCode(
        "expression-unknown-vault", summary: "The environment does not say which store stands for a vault.",
        explanation: """
            References as Azure and Databricks write them name a vault or a secret scope. `vaults` of the environment says \
            which encrypted store of the project stands for it.
            """,
        example: "password: \"@Microsoft.KeyVault(VaultName=kv-sales;SecretName=erp-password)\"",
        fix: "vaults: { kv-sales: secrets/prod.yml }")

    package static let expressionUnknownProperty = DiagnosticCode(
        "expression-unknown-property", summary: "The value has no property of this name.",
        explanation: "What pipeline(), trigger(), environment(), run() and activity('x') stand for has fixed properties.",
        example: "${{ pipeline().Run }}", fix: "${{ pipeline().RunId }}")

    package static let expressionNoItem = DiagnosticCode(
        "expression-no-item", summary: "item() is used where there is no item.",
        explanation: "item() is the element that a `forEach` or `filter` activity is at, and is known inside those only.",
        example: "query: select ${{ item() }}", fix: "type: forEach, with the activity in its `activities`")

    package static let expressionUnknownTimeZone = DiagnosticCode(
        "expression-unknown-time-zone", summary: "There is no time zone of this name.",
        explanation: "Time zones go by their IANA names (Europe/Berlin) or by those of Windows (W. Europe Standard Time).",
        example: "${{ convertFromUtc(utcNow(), 'Europe/Berln') }}", fix: "${{ convertFromUtc(utcNow(), 'Europe/Berlin') }}")

    package static let expressionDynamicName = DiagnosticCode(
        "expression-dynamic-name", .warning, summary: "A name is computed, so it cannot be checked beforehand.",
        explanation: """
            Which activities must have ended, and which secrets must exist, is found from the names in expressions. A \
            computed name is only found when the pipeline runs.
            """,
        example: "${{ secret(concat('erp-', params.name)) }}", fix: "${{ secret('erp-password') }}")

    package static let expressionTooLarge = DiagnosticCode(
        "expression-too-large", summary: "An expression is too deep or too large after templates were expanded.",
        explanation: "Each argument of a template takes the place of a parameter, so nested templates can multiply an expression.",
        example: "a template that passes concat(params.x, params.x) on to itself many times",
        fix: "compute the value once, with setVariable")

    package static let expressionFailed = DiagnosticCode(
        "expression-failed", summary: "An expression could not be evaluated.",
        explanation: "The values that were at hand when it was evaluated did not fit. The message says which part failed.",
        example: "${{ activity('lookup').output.firstRow.id }} where there is no row",
        fix: "${{ activity('lookup').output?.firstRow?.id }}")

    /// All codes of this module, in the order of the documentation.
    package static let allExpressions: [DiagnosticCode] = [
        expressionSyntax, expressionUnknownFunction, expressionArgumentCount, expressionArgumentType,
        expressionAlwaysFails, expressionUnknownParameter, expressionUnknownVariable, expressionUnknownActivity,
        expressionActivityNotUpstream, expressionUnknownSecret, expressionUnknownVault, expressionUnknownProperty, expressionNoItem,
        expressionUnknownTimeZone, expressionDynamicName, expressionTooLarge, expressionFailed,
    ]
}
