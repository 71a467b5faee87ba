/// What was given on the command line, checked against its declaration.
package struct ParsedArguments: Sendable {
    /// Words by the title of their argument: `--env`, `PIPELINE`.
    private var words: [String: [String]] = [:]
    private var declared: Set<String>

    init(declarations: [ArgumentDeclaration]) { declared = Set(declarations.map(\.title)) }

    mutating func append(_ word: String, to declaration: ArgumentDeclaration) {
        words[declaration.title, default: []].append(word)
    }

    mutating func declare(_ declarations: [ArgumentDeclaration]) { declared.formUnion(declarations.map(\.title)) }

    func words(of declaration: ArgumentDeclaration) -> [String] { words[declaration.title] ?? [] }

    /// The value of an argument that the command declares.
    package subscript<Value>(argument: Argument<Value>) -> Value {
        precondition(declared.contains(argument.declaration.title), "\(argument.declaration.title) is not declared")
        do {
            return try argument.decode(words(of: argument.declaration))
        } catch {
            preconditionFailure("\(argument.declaration.title) was not checked: \(error)")
        }
    }

    /// Whether the argument was given, as against taken from its default.
    package func isGiven(_ argument: some AnyArgument) -> Bool { !words(of: argument.declaration).isEmpty }
}
