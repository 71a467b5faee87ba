import Diagnostics
import Foundation
import Sops
import Testing

/// What is not exactly as it was written is refused, with the key and without a value.
@Suite struct SopsRefusalTests {
    private func refusal(_ format: SopsFormat = .yaml, _ edit: (inout [String]) -> Void) throws -> String {
        var lines = String(decoding: try SopsJudge.made(format), as: UTF8.self).components(separatedBy: "\n")
        edit(&lines)
        let (opened, messages) = open(Array(lines.joined(separator: "\n").utf8), format)
        #expect(opened == nil)
        return messages.joined(separator: "; ")
    }

    private func place(_ key: String, _ lines: [String]) -> Int { lines.firstIndex { $0.contains(key) }! }

    @Test func renamedMovedAndReordered() throws {
        let moved = "cannot be decrypted: it was changed, renamed or moved"
        #expect(try refusal { $0[place("port:", $0)].replace("port", with: "bort") } == "database.bort \(moved)")
        #expect(try refusal { lines in
            let line = lines.remove(at: place("password:", lines))
            lines.insert("    " + line, at: place("port:", lines))
        } == "database.password \(moved)")
        let mac = "the code over all values does not fit: values were added, removed, reordered or changed"
        #expect(try refusal { $0.swapAt(place("port:", $0), place("ratio:", $0)) } == mac)
        #expect(try refusal { $0.remove(at: place("tls:", $0)) } == mac)
        #expect(try refusal { lines in let place = place("hosts:", lines); lines.swapAt(place + 1, place + 2) } == mac)
        #expect(try refusal { $0[place("count_unencrypted", $0)] = "count_unencrypted: 13" } == mac)
        #expect(try refusal { $0.insert("#" + $0[0].dropFirst().replacing("data:", with: "data:AAAA"), at: 0) } == "an encrypted comment was changed or moved")
    }

    @Test func damaged() throws {
        #expect(try refusal { $0[place("port:", $0)].removeLast() } == "database.port is damaged: it is not an encrypted value in full")
        #expect(try refusal { $0[place("port:", $0)].replace(",iv:", with: "!,iv:") } == "database.port is damaged: it is not an encrypted value in full")
        #expect(try refusal { $0[place("port:", $0)] = "    port: hunter2" } == "database.port is not encrypted, and should be")
        #expect(try refusal { $0[place("port:", $0)] = "    port: 5432" } == "database.port is not encrypted, and should be")
        #expect(try refusal { $0[place("lastmodified:", $0)].replace("12:00", with: "13:00") }.contains("sops.lastmodified was changed"))
        #expect(try refusal { $0[place("lastmodified:", $0)] = "    lastmodified: today" }.contains("sops.lastmodified is not a time"))
        #expect(try refusal { $0[place("mac:", $0)] = "    mac: none" } == "sops.mac is missing or damaged")
    }

    @Test func notThisFormat() throws {
        #expect(try refusal { $0.removeSubrange(place("sops:", $0)...) } == "this file has no sops key: it is not encrypted")
        #expect(try refusal { $0.insert("<<<<<<< HEAD", at: 2) } == "an unfinished merge is marked here")
        #expect(try refusal { $0.append($0[place("password:", $0)]) }.contains("password"))
        #expect(try refusal(.json) { $0.insert($0[place("password", $0)], at: 2) }.contains("duplicate key"))
        #expect(try refusal { $0.append("    shamir_threshold: 2") }.contains("shamir_threshold 2"))
        #expect(try refusal { $0.append("    encrypted_regex: ^x") }.contains("more than one rule"))
        #expect(try refusal { $0.append("    unencrypted_comment_regex: x") }.contains("not supported"))
        #expect(try refusal { lines in
            let place = place("empty:", lines)
            lines[place] = "empty: &e ''\nagain: *e"
        }.contains("no aliases"))
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func recipientsAreStrict(_ format: SopsFormat) throws {
        let (bytes, _, recipients) = try SopsJudge.madeWithKeys(format)
        func message(_ old: String, _ new: String) -> String {
            let text = String(decoding: bytes, as: UTF8.self)
            return open(Array(text.replacing(old, with: new).utf8), format).messages.joined()
        }
        #expect(message(recipients[0], recipients[1]) == "`\(recipients[1])` is a recipient twice")
        let end = recipients[0].hasSuffix("q") ? "p" : "q"
        #expect(message(recipients[0], recipients[0].dropLast() + end).contains("is no age recipient"))
        #expect(message(recipients[0], "ssh-ed25519 AAAA").contains("is no age recipient"))
        #expect(message("BEGIN AGE ENCRYPTED", "BEGIN AGE encrypted").contains("is damaged: malformed armor"))
        #expect(message("3.9.4", "3.9.4 +pipectl") == "sops.version is not a version such as 3.10.0")
        #expect(message("3.9.4", "3.9.4+other") == "sops.version is not a version such as 3.10.0")
        #expect(message("3.9.4", "3.9.4+pipectl") == "the text of the file was changed since it was written")
    }
}
