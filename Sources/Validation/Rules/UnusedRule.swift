internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions

/// Parameters and variables that a pipeline declares and nothing looks at.
enum UnusedRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        let pipeline = scope.pipeline
        // An activity that could not be read may be the one that uses them.
        guard !pipeline.parameters.isEmpty || !pipeline.variables.isEmpty, scope.file.lostActivities.isEmpty else { return [] }
        let parameters = pipeline.parameters.filter { !NameUse.parameter($0.name, isReadIn: scope.file.bytes) }
        // Where a value that is set names its own variable, that is no use of it.
        let own = scope.readByTheirOwnValue
        let variables = pipeline.variables.filter { own.contains($0.name.lowercased()) || !NameUse.variable($0.name, isReadIn: scope.file.bytes) }
        guard !parameters.isEmpty || !variables.isEmpty else { return [] }
        // The file itself does not read them: SQL files and templates may.
        let references = scope.references
        guard references.computedNames.isEmpty else { return [] }
        return unused(parameters, references, scope) + unused(variables, references, scope)
    }

    private static func unused(
        _ parameters: [MapEntry<ParameterDeclaration>], _ references: ExpressionReferences, _ scope: PipelineScope
    ) -> [Diagnostic] {
        let used = Set(references.parameters.map { $0.name.lowercased() })
        return parameters.filter { !used.contains($0.name.lowercased()) }.map {
            scope.finding(
                .unusedParameter, "nothing uses parameter \"\($0.name)\"", at: $0.key.range,
                help: "remove it, or use it: pipeline().parameters.\($0.name)")
        }
    }

    private static func unused(
        _ variables: [MapEntry<VariableDeclaration>], _ references: ExpressionReferences, _ scope: PipelineScope
    ) -> [Diagnostic] {
        let read = Set(references.variables.map { $0.name.lowercased() })
        var written: [String: SourceRange] = [:]
        scope.pipeline.forEachActivity { activity in
            switch activity.kind {
            case .setVariable(let name, _), .appendVariable(let name, _):
                if written[name.value.lowercased()] == nil { written[name.value.lowercased()] = name.range }
            default: break
            }
        }
        return variables.filter { !read.contains($0.name.lowercased()) }.map { variable in
            let place = written[variable.name.lowercased()]
            return scope.finding(
                .unusedVariable, place == nil ? "nothing uses variable \"\(variable.name)\"" : "variable \"\(variable.name)\" is set and never read",
                at: variable.key.range, labels: place.map { [.init($0, "set here")] } ?? [],
                help: place == nil ? "remove it" : "remove it and what sets it, or read it: variables('\(variable.name)')")
        }
    }
}

extension PipelineScope {
    /// What all expressions of the pipeline refer to, those in its SQL files and in templates it uses included.
    var references: ExpressionReferences {
        var references = ExpressionReferences()
        pipeline.forEachActivity { activity in
            var own = ExpressionReferences()
            for field in activity.fieldTexts { own.merge(field.text.references) }
            // What a variable is set from is no use of it, so that one which only counts itself up is unused.
            if let name = activity.kind.setVariableName { own.forget(variable: name) }
            references.merge(own)
            if case .transform(let transform) = activity.kind, let text = file.sql(of: transform.query) {
                references.merge(text.dynamic.references)
            }
        }
        return references
    }
}

extension PipelineScope {
    /// Variables whose own values are what they are set to, in lower case.
    fileprivate var readByTheirOwnValue: Set<String> {
        guard !pipeline.variables.isEmpty else { return [] }
        var names: Set<String> = []
        pipeline.forEachActivity { activity in
            guard let name = activity.kind.setVariableName else { return }
            let reads = activity.fieldTexts.contains { $0.text.references.variables.contains { $0.name.lowercased() == name } }
            if reads { names.insert(name) }
        }
        return names
    }
}

extension ActivityKind {
    /// In lower case, of what sets a variable.
    fileprivate var setVariableName: String? {
        switch self {
        case .setVariable(let name, _), .appendVariable(let name, _): name.value.lowercased()
        default: nil
        }
    }
}

/// Whether a text reads a name, told from its bytes alone: quick, and rather yes than no.
enum NameUse {
    /// `parameters.NAME`, `params?.NAME`, `['NAME']`.
    static func parameter(_ name: String, isReadIn bytes: [UInt8]) -> Bool {
        isAnywhere(name, in: bytes) { bytes, start in
            var position = back(over: " \t", in: bytes, from: start)
            if position > 0, bytes[position - 1] == UInt8(ascii: "'") { return isBracket(bytes, before: position - 1) }
            guard position > 0, bytes[position - 1] == UInt8(ascii: ".") else { return false }
            position = back(over: " \t?", in: bytes, from: position - 1)
            return ends("parameters", in: bytes, at: position) || ends("params", in: bytes, at: position)
        }
    }

    /// `variables('NAME')`.
    static func variable(_ name: String, isReadIn bytes: [UInt8]) -> Bool {
        isAnywhere(name, in: bytes) { bytes, start in
            guard start > 0, bytes[start - 1] == UInt8(ascii: "'") else { return false }
            // In a scalar in single quotes the quote is written twice.
            let quote = back(over: "'", in: bytes, from: start)
            let parenthesis = back(over: " \t", in: bytes, from: quote)
            guard parenthesis > 0, bytes[parenthesis - 1] == UInt8(ascii: "(") else { return false }
            return ends("variables", in: bytes, at: back(over: " \t", in: bytes, from: parenthesis - 1))
        }
    }

    private static func isBracket(_ bytes: UnsafeBufferPointer<UInt8>, before quote: Int) -> Bool {
        let position = back(over: "' \t", in: bytes, from: quote)
        return position > 0 && bytes[position - 1] == UInt8(ascii: "[")
    }

    private static func back(over skipped: StaticString, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let skipped = UnsafeBufferPointer(start: skipped.utf8Start, count: skipped.utf8CodeUnitCount)
        var position = start
        while position > 0, skipped.contains(bytes[position - 1]) { position -= 1 }
        return position
    }

    private static func ends(_ word: StaticString, in bytes: UnsafeBufferPointer<UInt8>, at end: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        return end >= count && (0..<count).allSatisfy { bytes[end - count + $0] | 0x20 == word.utf8Start[$0] }
    }

    /// Names are compared without case; what is not ASCII is compared exactly.
    private static func isAnywhere(
        _ name: String, in bytes: [UInt8], where isUse: (UnsafeBufferPointer<UInt8>, Int) -> Bool
    ) -> Bool {
        let wanted = Array(name.utf8).map(folded)
        guard let first = wanted.first else { return true }
        return bytes.withUnsafeBufferPointer { bytes in
            guard bytes.count >= wanted.count else { return false }
            for start in 0...bytes.count - wanted.count where folded(bytes[start]) == first {
                guard (1..<max(1, wanted.count)).allSatisfy({ folded(bytes[start + $0]) == wanted[$0] }) else { continue }
                let end = start + wanted.count
                if end < bytes.count, isWord(bytes[end]) { continue }
                if isUse(bytes, start) { return true }
            }
            return false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}

extension DiagnosticCode {
    static let unusedParameter = DiagnosticCode(
        "unused-parameter", .warning, isAdvice: true, summary: "A parameter is declared and nothing uses it.",
        explanation: "Who sets it expects an effect, and there is none. Use it in an expression or in SQL, or remove it.",
        example: "parameters: { since: { type: date } }\nactivities:\n  - { name: a, type: wait, seconds: 1 }",
        fix: "activities:\n  - { name: a, type: wait, seconds: 1 }")
    static let unusedVariable = DiagnosticCode(
        "unused-variable", .warning, isAdvice: true, summary: "A variable is declared, and nothing reads it.",
        explanation: "A variable that is only set has no effect, also where its new value is made of the old one. Read it with variables('NAME'), or remove it and the activities that set it.",
        example: "variables: { total: { type: integer } }\nactivities:\n  - { name: a, type: setVariable, variable: total, value: 1 }",
        fix: "variables: { total: { type: integer } }\nactivities:\n  - { name: a, type: setVariable, variable: total, value: 1 }\n  - { name: b, type: wait, seconds: \"${{ variables('total') }}\" }")
}
