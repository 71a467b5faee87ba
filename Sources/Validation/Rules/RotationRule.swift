internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// What an environment says of the rotation of its secrets: names of secrets and connections.
enum RotationRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        scope.environments.flatMap { file -> [Diagnostic] in
            let environment = file.asset
            let names = scope.frame.secretNames(of: environment)
            return (environment.secrets?.rotation ?? []).flatMap { rotation -> [Diagnostic] in
                var found: [Diagnostic] = []
                if let names, !names.contains(rotation.name) {
                    found.append(
                        Diagnostic(
                            .expressionUnknownSecret, "the store of environment \"\(environment.name.value)\" has no secret '\(rotation.name)'",
                            at: rotation.key.range, help: Suggestion.nearest(to: rotation.name, in: names.sorted()).map { "did you mean '\($0)'?" } ?? "add it to the store"))
                }
                var used = rotation.value.test ?? []
                if case .sql(let connection, let text)? = rotation.value.onRotate {
                    used.append(connection)
                    found += text.misplacedInStatement.map {
                        Diagnostic(.sqlValueMisplaced, $0.reason, at: $0.range, help: "leave out the quotes: the value becomes a literal")
                    }
                    if !text.references.secrets.contains(where: { $0.name == rotation.name && $0.vault == nil }) {
                        found.append(
                            Diagnostic(
                                .rotationWithoutValue, "the statement does not use secret('\(rotation.name)'), so the new value gets nowhere", at: text.range,
                                help: "write ${{ secret('\(rotation.name)') }} where the new value belongs"))
                    }
                }
                for connection in used {
                    guard let declared = environment.connections.first(where: { $0.name == connection.value }) else {
                        let near = Suggestion.nearest(to: connection.value, in: environment.connections.map(\.name))
                        found.append(
                            Diagnostic(
                                .unknownConnection, "environment \"\(environment.name.value)\" has no connection \"\(connection.value)\"", at: connection.range,
                                help: near.map { "did you mean \"\($0)\"?" }))
                        continue
                    }
                    if !declared.value.isDatabase {
                        found.append(
                            Diagnostic(
                                .unknownConnection, "connection \"\(connection.value)\" is a folder, and a rotation needs a database", at: connection.range))
                    }
                }
                return found.map { finding in
                    var finding = finding
                    finding.asset = "environment \(environment.name.value)"
                    return finding
                }
            }
        }
    }
}

extension DiagnosticCode {
    static let rotationWithoutValue = DiagnosticCode(
        "rotation-without-value", summary: "A rotation's SQL does not use the new value.",
        explanation: "In `onRotate` the expression secret('NAME') of the rotated secret is its new value. A statement without it leaves the system with the old one.",
        example: "onRotate: { type: sql, connection: erp, sql: \"ALTER ROLE etl PASSWORD ${{ secret('other') }}\" }",
        fix: "onRotate: { type: sql, connection: erp, sql: \"ALTER ROLE etl PASSWORD ${{ secret('erp-password') }}\" }")
}
