/// An argument of a command and the type of what it gives. Declared once: help, completion and reading follow from it.
///
///     static let environment = Argument<String?>.option("env", short: "e", value: "NAME", help: "Environment")
///     ...
///     let name = arguments[Self.environment]
package struct Argument<Value: Sendable>: Sendable {
    package let declaration: ArgumentDeclaration
    /// The value of the words that were given; none where the argument is absent.
    let decode: @Sendable ([String]) throws(UsageError) -> Value

    private init(
        _ form: ArgumentDeclaration.Form, _ name: String, short: Character?, help: String, defaultText: String?,
        completion: ArgumentDeclaration.Completion, isHidden: Bool,
        decode: @escaping @Sendable ([String]) throws(UsageError) -> Value
    ) {
        self.decode = decode
        declaration = ArgumentDeclaration(
            form: form, name: name, short: short, help: help, defaultText: defaultText, completion: completion,
            isHidden: isHidden, check: { (words) throws(UsageError) in _ = try decode(words) })
    }
}

/// Type-erased, so that a specification can list arguments of several types.
package protocol AnyArgument: Sendable {
    var declaration: ArgumentDeclaration { get }
}

extension Argument: AnyArgument {}

// MARK: Flags and options

extension Argument where Value == Bool {
    package static func flag(
        _ name: String, short: Character? = nil, help: String, isHidden: Bool = false
    ) -> Self {
        Self(
            .flag(canNegate: false), name, short: short, help: help, defaultText: nil, completion: .none,
            isHidden: isHidden, decode: { (words) throws(UsageError) in !words.isEmpty })
    }

    /// `--name` and `--no-name`; the last one counts.
    package static func flag(
        _ name: String, short: Character? = nil, default standard: Bool, help: String
    ) -> Self {
        Self(
            .flag(canNegate: true), name, short: short, help: help, defaultText: standard ? "yes" : "no",
            completion: .none, isHidden: false,
            decode: { (words) throws(UsageError) in words.last.map { $0 == "true" } ?? standard })
    }
}

extension Argument {
    /// An option that may be left out.
    package static func option<Word: ArgumentValue>(
        _ name: String, short: Character? = nil, value: String, help: String,
        completion: ArgumentDeclaration.Completion? = nil, isHidden: Bool = false
    ) -> Self where Value == Word? {
        Self(
            .option(valueName: value, repeats: false), name, short: short, help: help, defaultText: nil,
            completion: completion ?? Word.completion, isHidden: isHidden,
            decode: { (words) throws(UsageError) in
                guard let word = words.last else { return nil }
                return try Word.read(word, for: "--" + name)
            })
    }
}

extension Argument where Value: ArgumentValue {
    package static func option(
        _ name: String, short: Character? = nil, value: String, default standard: Value, help: String,
        completion: ArgumentDeclaration.Completion? = nil, isHidden: Bool = false
    ) -> Self {
        Self(
            .option(valueName: value, repeats: false), name, short: short, help: help, defaultText: standard.word,
            completion: completion ?? Value.completion, isHidden: isHidden,
            decode: { (words) throws(UsageError) in
                guard let word = words.last else { return standard }
                return try Value.read(word, for: "--" + name)
            })
    }

    package static func requiredOption(
        _ name: String, short: Character? = nil, value: String, help: String,
        completion: ArgumentDeclaration.Completion? = nil
    ) -> Self {
        Self(
            .option(valueName: value, repeats: false), name, short: short, help: help + " (required)", defaultText: nil,
            completion: completion ?? Value.completion, isHidden: false,
            decode: { (words) throws(UsageError) in
                guard let word = words.last else { throw UsageError("the option '--\(name)' is required") }
                return try Value.read(word, for: "--" + name)
            })
    }
}

extension Argument {
    /// An option that may be given several times.
    package static func options<Word: ArgumentValue>(
        _ name: String, short: Character? = nil, value: String, help: String,
        completion: ArgumentDeclaration.Completion? = nil
    ) -> Self where Value == [Word] {
        Self(
            .option(valueName: value, repeats: true), name, short: short, help: help, defaultText: nil,
            completion: completion ?? Word.completion, isHidden: false,
            decode: { (words) throws(UsageError) in
                var values: [Word] = []
                for word in words { values.append(try Word.read(word, for: "--" + name)) }
                return values
            })
    }
}

// MARK: Positional arguments

extension Argument where Value: ArgumentValue {
    package static func positional(
        _ name: String, help: String, completion: ArgumentDeclaration.Completion? = nil
    ) -> Self {
        Self(
            .positional(minimum: 1, maximum: 1), name, short: nil, help: help, defaultText: nil,
            completion: completion ?? Value.completion, isHidden: false,
            decode: { (words) throws(UsageError) in
                guard let word = words.first else { throw UsageError("\(name) is missing") }
                return try Value.read(word, for: name)
            })
    }
}

extension Argument {
    package static func optionalPositional<Word: ArgumentValue>(
        _ name: String, help: String, completion: ArgumentDeclaration.Completion? = nil
    ) -> Self where Value == Word? {
        Self(
            .positional(minimum: 0, maximum: 1), name, short: nil, help: help, defaultText: nil,
            completion: completion ?? Word.completion, isHidden: false,
            decode: { (words) throws(UsageError) in
                guard let word = words.first else { return nil }
                return try Word.read(word, for: name)
            })
    }

    /// All the words that are left; the last argument of its command.
    package static func positionals<Word: ArgumentValue>(
        _ name: String, minimum: Int = 0, help: String, completion: ArgumentDeclaration.Completion? = nil, isHidden: Bool = false
    ) -> Self where Value == [Word] {
        Self(
            .positional(minimum: minimum, maximum: nil), name, short: nil, help: help, defaultText: nil,
            completion: completion ?? Word.completion, isHidden: isHidden,
            decode: { (words) throws(UsageError) in
                guard words.count >= minimum else { throw UsageError("\(name) is missing") }
                var values: [Word] = []
                for word in words { values.append(try Word.read(word, for: name)) }
                return values
            })
    }
}
