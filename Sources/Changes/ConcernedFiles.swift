internal import AssetLoading
internal import Support

/// Finds the pipelines that a change of other files may concern, without parsing them: what is found needlessly is compared
/// and found to be equal.
struct ConcernedFiles {
    private let templates: Set<ExactText>
    /// SQL files that changed.
    private let sqlFiles: [String]

    /// - Parameters:
    ///   - sqlFiles: SQL files that changed.
    ///   - templates: names of templates that changed.
    ///   - bodies: every template on both sides.
    init(sqlFiles: [String], templates: Set<String>, bodies: [(name: String, mentions: FileMentions)]) {
        self.sqlFiles = sqlFiles
        var names = Set(templates.map(ExactText.init))
        for body in bodies where !sqlFiles.isEmpty && Self.mayName(sqlFiles, body.mentions) { names.insert(ExactText(body.name)) }
        // Templates use templates.
        var isGrowing = true
        while isGrowing, !names.isEmpty {
            isGrowing = false
            for body in bodies where !names.contains(ExactText(body.name)) && Self.uses(names, body.mentions) {
                names.insert(ExactText(body.name))
                isGrowing = true
            }
        }
        self.templates = names
    }

    var isEmpty: Bool { templates.isEmpty && sqlFiles.isEmpty }

    func concern(_ mentions: FileMentions) -> Bool {
        Self.uses(templates, mentions) || (!sqlFiles.isEmpty && Self.mayName(sqlFiles, mentions))
    }

    private static func uses(_ names: Set<ExactText>, _ mentions: FileMentions) -> Bool {
        guard !names.isEmpty else { return false }
        guard let used = mentions.templates else { return true }
        return used.contains { names.contains(ExactText($0)) }
    }

    /// What a path is relative to is not asked: one that ends so may be meant.
    private static func mayName(_ files: [String], _ mentions: FileMentions) -> Bool {
        if mentions.computesPath { return true }
        return mentions.sqlWords.contains { word in
            let name = word.utf8[(word.utf8.lastIndex(of: UInt8(ascii: "/")).map { word.utf8.index(after: $0) } ?? word.startIndex)...]
            guard files.contains(where: { $0.utf8.count >= name.count && $0.utf8.suffix(name.count).elementsEqual(name) }) else { return false }
            var end = FileSystem.normalise(word)
            while end.hasPrefix("../") { end.removeFirst(3) }
            return files.contains { $0.utf8.count >= end.utf8.count && $0.utf8.suffix(end.utf8.count).elementsEqual(end.utf8) }
        }
    }
}
