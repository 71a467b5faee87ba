internal import CommandLineKit
internal import Diagnostics

/// Parts of the files of CI services.
enum CIText {
    /// How pipectl gets onto the machine: the one place of each service's files that a team adapts.
    static let installation = """
        How pipectl gets onto the machine. Where it is on the PATH in the version named, nothing is done: a machine or an image
        that was set up for it is the fastest way. Otherwise $PIPECTL_ARCHIVES/pipectl-VERSION.tar.gz is fetched, an archive
        that you provide, and compared with $PIPECTL_SHA256. For another way change this step, and only this one.
        """

    /// - Parameters:
    ///   - folder: where the program goes, as the shell names it.
    ///   - publish: puts that folder on the PATH of the steps that follow.
    static func install(folder: String, publish: String) -> String {
        """
        if [ "$(pipectl version 2>/dev/null | head -n 1)" != "pipectl $PIPECTL_VERSION" ]; then
          : "${PIPECTL_ARCHIVES:?there is no pipectl $PIPECTL_VERSION on the PATH, and no variable PIPECTL_ARCHIVES says where archives are}"
          folder="\(folder)"
          mkdir -p "$folder"
          curl --fail --silent --show-error --location --output "$folder/archive.tar.gz" "$PIPECTL_ARCHIVES/pipectl-$PIPECTL_VERSION.tar.gz"
          echo "$PIPECTL_SHA256  $folder/archive.tar.gz" | sha256sum --check --quiet
          tar -xzf "$folder/archive.tar.gz" -C "$folder"
          \(publish)
        fi
        """
    }

    /// What means nothing to YAML, to a shell and to the services may stand in their files: letters and digits of any script,
    /// blanks within names, and a few signs.
    static func checkFolder(_ path: String, _ what: String, signs: String = "._-+@") throws(CommandFailure) {
        let isSafe = path.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .decimalNumber: true
            default: scalar == " " || scalar == "/" || signs.unicodeScalars.contains(scalar)
            }
        }
        let blank = UInt8(ascii: " ")
        if isSafe, path.utf8.split(separator: UInt8(ascii: "/")).allSatisfy({ $0.first != blank && $0.last != blank }) { return }
        throw CommandFailure(
            "\(what), \"\(VisibleText.escaped(path))\", cannot be written into CI files",
            help: "use letters, digits and \(signs) in its name, and blanks between them", .failure)
    }

    /// A key with lines below it, or nothing where there are none.
    static func block(_ key: String, _ lines: [String]) -> String { lines.isEmpty ? "" : "\n\(key):\n" + lines.joined(separator: "\n").indented(by: 2) }

    /// A value of one line, where YAML reads it as it is, or a block.
    static func literal(_ text: String) -> String { YAMLScalar.quoted(text) == text ? text : "|\n" + text.indented(by: 2) }
}

extension String {
    /// Its lines, but for empty ones, further to the right.
    func indented(by count: Int) -> String {
        let space = String(repeating: " ", count: count)
        return split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : space + $0 }.joined(separator: "\n")
    }

    /// Its lines as a comment.
    func commented() -> String {
        split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# " + $0 }.joined(separator: "\n")
    }
}
