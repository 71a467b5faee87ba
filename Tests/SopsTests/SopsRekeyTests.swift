import Age
import Crypto
import Diagnostics
import Foundation
import Sops
import Support
import Testing

@Suite struct SopsRekeyTests {
    @Test(arguments: [SopsFormat.yaml, .json])
    func aNewDataKey(_ format: SopsFormat) throws {
        let (bytes, identity, _) = try SopsJudge.madeWithKeys(format)
        let (mine, next) = (try AgeIdentity.generate(), try AgeIdentity.generate())
        let file = try #require(opened(bytes, format, with: identity).opened)
        let rekeyed = try file.rekeyed(to: [mine.recipient, next.recipient], at: later)
        #expect(rekeyed.values.map(\.value) == file.values.map(\.value))
        // Nobody who knows the old key opens it, and no ciphertext is the old one.
        #expect(opened(rekeyed.file.bytes, format, with: identity).messages.joined().hasPrefix("no identity opens this file"))
        #expect(SopsFile.read(rekeyed.file.bytes, path: "a", format: format).file?.open(dataKey: SopsJudge.key).opened == nil)
        let judged = try SopsJudge.opened(rekeyed.file.bytes, format, with: next)
        #expect(judged["key"]?.asString != SopsJudge.hexKey)
        #expect(judged["recipients"] == [.string("\(mine.recipient)"), .string("\(next.recipient)")])
        #expect(try judged["values"] == SopsJudge.opened(bytes, format, with: identity)["values"])
        // Everything else is as it was.
        #expect(skeleton(rekeyed.file.bytes) == skeleton(bytes).replacing("3.9.4", with: "3.9.4+pipectl"))
        #expect(Set(ciphertexts(bytes)).isDisjoint(with: ciphertexts(rekeyed.file.bytes)))
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func oneMoreRecipient(_ format: SopsFormat) throws {
        let (bytes, identity, recipients) = try SopsJudge.madeWithKeys(format)
        let more = try AgeIdentity.generate()
        let file = try #require(opened(bytes, format, with: identity).opened)
        let added = try file.adding(recipients: [more.recipient], at: later)
        for who in [identity, more] {
            let judged = try SopsJudge.opened(added.file.bytes, format, with: who)
            #expect(judged["key"]?.asString == SopsJudge.hexKey)
            #expect(judged["recipients"] == .array((recipients + ["\(more.recipient)"]).map { .string($0) }))
        }
        // The code over all values is the only ciphertext that is new.
        #expect(zip(ciphertexts(bytes), ciphertexts(added.file.bytes)).filter { $0 != $1 }.count == 1)
        #expect(throws: SopsError.self) { try added.adding(recipients: [identity.recipient], at: later) }
        #expect(throws: SopsError.self) { try added.rekeyed(to: [], at: later) }
        let fewer = try added.rekeyed(to: [more.recipient], at: later)
        #expect(fewer.file.metadata.recipients.map(\.recipient) == ["\(more.recipient)"])
    }

    @Test func whoOpensIt() throws {
        let identity = try AgeIdentity.generate()
        let made = try SopsFile.create(path: "a.yml", format: .yaml, recipients: [identity.recipient], at: later)
        let file = try made.applying([SopsChange(keys: ["a"], value: text("b"))], at: later).file
        #expect(file.open(with: AgeKeyUnwrapper(identities: [identity])).opened?[["a"]] == text("b"))
        let stranger = AgeKeyUnwrapper(identities: [try AgeIdentity.generate()])
        let (none, findings) = file.open(with: stranger)
        #expect(none == nil && findings.map(\.message) == ["no identity opens this file; it is encrypted for \(identity.recipient)"])
        // A data key that is damaged is another matter.
        let broken = SopsRecipientKey(recipient: "\(identity.recipient)", armored: try Age.encryptArmored(SensitiveBytes([1, 2]), to: [identity.recipient]))
        #expect(try AgeKeyUnwrapper(identities: [identity]).unwrap(broken)?.count == 2)
        let text = String(decoding: file.bytes, as: UTF8.self)
        let key = file.metadata.recipients[0].armored.split(separator: "\n").joined(separator: "\n            ")
        let short = text.replacing(key, with: broken.armored.split(separator: "\n").joined(separator: "\n            "))
        #expect(opened(Array(short.utf8), .yaml, with: identity).messages == ["the data key for \(identity.recipient) has 2 bytes; a data key has 32"])
    }

    private func opened(_ bytes: [UInt8], _ format: SopsFormat, with identity: AgeIdentity) -> (opened: OpenedSopsFile?, messages: [String]) {
        let (file, problems) = SopsFile.read(bytes, path: "a", format: format)
        guard let file else { return (nil, problems.map(\.message)) }
        let (opened, findings) = file.open(with: AgeKeyUnwrapper(identities: [identity]))
        return (opened, findings.map(\.message))
    }

    private func ciphertexts(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).matches(of: /ENC\[[^\]]*\]/).map { String($0.output) }
    }

    /// The text without ciphertexts, recipients and time.
    private func skeleton(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
            .replacing(#/ENC\[[^\]]*\]/#, with: "ENC")
            .replacing(#/age1[a-z0-9]+/#, with: "age1")
            .replacing(#/['"]?-----BEGIN[^:]*-----END AGE ENCRYPTED FILE-----(\\n|\s*['"])*/#, with: "armor")
            .replacing(#/20\d\d-\d\d-\d\dT[0-9:]*Z/#, with: "time")
            // Lists of recipients may be spaced and quoted otherwise.
            .replacing(#/enc: \|-?/#, with: "enc:").replacing(#/[\s]+/#, with: "")
    }
}
