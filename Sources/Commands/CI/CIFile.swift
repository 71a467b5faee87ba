/// A file of a CI service.
struct CIFile: Sendable {
    /// From the top of the repository.
    let path: String
    let text: String
    /// Of a file that is not this project's alone, and is never replaced: what tells that it does what is needed, and how that is said.
    let shared: (mark: String, need: String)?

    init(_ path: String, _ text: String, shared: (mark: String, need: String)? = nil) {
        self.path = path
        self.text = text
        self.shared = shared
    }

    /// The first line of a project's file. Only these two know how it is worded.
    static func head(_ service: CIService, folder: String) -> String {
        "Made by `pipectl init --ci \(service.rawValue)` from the environments of \(folder.isEmpty ? "the project" : inFolder + folder)\(end)"
    }

    /// The folder that a file was made for, where it was made for one below the top.
    static func folder(ofHead text: some StringProtocol) -> String? {
        let line = text.prefix { !$0.isNewline }
        guard let start = line.firstRange(of: inFolder), line.hasSuffix(end) else { return nil }
        return String(line[start.upperBound...].dropLast(end.count))
    }

    private static let inFolder = "the project in "
    private static let end = "; --force makes it anew."
}
