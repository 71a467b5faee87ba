/// One argument of a command as help, completion and parser see it.
package struct ArgumentDeclaration: Sendable {
    package enum Form: Sendable, Equatable {
        /// `--name`, and `--no-name` where it can be negated.
        case flag(canNegate: Bool)
        /// `--name VALUE`.
        case option(valueName: String, repeats: Bool)
        /// A word without a name, by its place.
        case positional(minimum: Int, maximum: Int?)
    }

    /// What a shell offers for a value.
    package enum Completion: Sendable, Equatable {
        case none, file, directory
        case words([String])
        /// Asked from the program itself: `pipectl __complete KIND WORD`.
        case dynamic(kind: String)
    }

    package let form: Form
    /// Without dashes: `env`; of a positional argument the name in the usage line: `PIPELINE`.
    package let name: String
    package let short: Character?
    package let help: String
    package let defaultText: String?
    package let completion: Completion
    package let isHidden: Bool
    /// Refuses words that cannot be read as the argument's type, or too few of them.
    let check: @Sendable ([String]) throws(UsageError) -> Void

    /// `--env`, or `PIPELINE`.
    package var title: String { isPositional ? name : "--" + name }

    package var isPositional: Bool {
        if case .positional = form { true } else { false }
    }

    package var takesValue: Bool {
        if case .option = form { true } else { false }
    }
}
