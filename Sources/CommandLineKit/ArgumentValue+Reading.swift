internal import Support

extension ArgumentValue {
    static func read(_ word: String, for title: String) throws(UsageError) -> Self {
        if let value = Self(argument: word) { return value }
        let near = Suggestion.nearest(to: word, in: allWords)
        throw UsageError(
            "'\(word)' is not valid for '\(title)': expected \(expectation)", help: near.map { "did you mean '\($0)'?" })
    }

    static var completion: ArgumentDeclaration.Completion { allWords.isEmpty ? .none : .words(allWords) }
}
