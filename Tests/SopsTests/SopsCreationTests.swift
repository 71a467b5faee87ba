import Age
import Diagnostics
import Foundation
import Sops
import Support
import Testing

@Suite struct SopsCreationTests {
    @Test(arguments: [SopsFormat.yaml, .json])
    func aNewFileIsFilled(_ format: SopsFormat) throws {
        let identity = try AgeIdentity.generate()
        let empty = try SopsFile.create(
            path: "secrets/prod.yml", format: format, recipients: [identity.recipient], selection: .encryptedRegex("^(password|user)$"),
            macOnlyEncrypted: true, at: later)
        let filled = try empty.applying(
            [
                SopsChange(keys: ["erp", "password"], value: text("a\nb")), SopsChange(keys: ["erp", "host"], value: text("db")),
                SopsChange(keys: ["password"], value: .float(1e-7)),
            ], at: later)
        let judged = try SopsJudge.opened(filled.file.bytes, format, with: identity)["values"]
        #expect(judged == [["erp.password", "a\nb"], ["erp.host", "db"], ["password", "0.0000001"]])
        #expect(filled.file.metadata.recipients.map(\.recipient) == ["\(identity.recipient)"])
        #expect(throws: SopsError.self) { try SopsFile.create(path: "a", format: format, recipients: [], at: later) }
    }

    @Test func theFirstRuleThatMatchesCounts() throws {
        let text = """
            creation_rules:
              - path_regex: secrets/prod\\.ya?ml$
                age: age1a, age1b,
                encrypted_regex: ^data$
              - path_regex: ^shared/
                key_groups: [ { age: [age1c, age1c] } ]
                mac_only_encrypted: true
              - age: [age1d]
            """
        let rules = try #require(SopsCreationRules.read(Array(text.utf8), path: ".sops.yaml").rules)
        #expect(rules.rule(for: "x/secrets/prod.yml")?.recipients == ["age1a", "age1b"])
        #expect(rules.rule(for: "x/secrets/prod.yml")?.selection == .encryptedRegex("^data$"))
        #expect(rules.rule(for: "shared/a.json")?.recipients == ["age1c"])
        #expect(rules.rule(for: "shared/a.json")?.macOnlyEncrypted == true)
        #expect(rules.rule(for: "other")?.recipients == ["age1d"])
    }

    @Test(arguments: [
        ("- pgp: ABC", "a creation rule with pgp cannot be used here"), ("- path_regex: '('\n  age: age1a", "path_regex is not a regular expression"),
        ("- path_regex: x", "a creation rule needs an age recipient"),
        ("- key_groups: [{age: [a]}, {age: [b]}]", "key_groups is supported with one group of age recipients"),
    ])
    func aRuleIsRefused(_ rule: String, _ message: String) {
        let (rules, diagnostics) = SopsCreationRules.read(Array("creation_rules:\n\(rule)\n".utf8), path: ".sops.yaml")
        #expect(rules == nil && diagnostics.map(\.message) == [message])
    }
}
