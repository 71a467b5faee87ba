// Codecs that many shapes use, made once.

extension Codec<Located<String>> {
    static let locatedText = Codec<String>.text.located
    static let locatedName = Codec<String>.name.located
}

extension Codec<Dynamic<String>> {
    static let dynamicText = Codec<String>.text.dynamic()
    static let dynamicName = Codec<String>.name.dynamic()
}

extension Codec<[Located<String>]> {
    static let textsOrOne = Codec<String>.text.located.list(orSingle: true)
}

extension Codec<Located<WriteMode>> {
    static let mode = Codec<WriteMode>.enumeration.located
}
