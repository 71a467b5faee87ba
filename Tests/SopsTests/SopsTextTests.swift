import Crypto
import Dispatch
import Sops
import Synchronization
import Testing

/// Every byte of a file that the tool wrote counts.
@Suite struct SopsTextTests {
    /// What is made of one byte: some of it inside long words, which are base 64, and more of it at their ends and between them.
    static func changes(of i: Int, in bytes: [UInt8]) -> [[UInt8]] {
        guard i < bytes.count else { return [[0x0A], [0x20], [0x23]] }
        let byte = bytes[i]
        let inside = [[byte ^ 0x01], [], [0x0A, byte]]
        func isWord(_ i: Int) -> Bool { bytes.indices.contains(i) && (bytes[i] | 0x20 >= 0x61 && bytes[i] | 0x20 <= 0x7A || (0x30...0x39).contains(bytes[i])) }
        if (i - 2...i + 2).allSatisfy(isWord), i % 16 != 0 { return i % 2 == 0 ? [inside[0]] : inside }
        return inside + [0x20, 0x80].map { [byte ^ $0] } + " \n0\"#:".utf8.map { [$0] } + " 0\"#-a".utf8.map { [$0, byte] } + [[byte, byte]]
    }

    /// Makes the changes of each byte of a text, on all processors.
    static func eachChange(of bytes: [UInt8], upTo end: Int? = nil, _ body: @Sendable (_ changed: [UInt8], _ what: String) -> Void) {
        DispatchQueue.concurrentPerform(iterations: end ?? bytes.count + 1) { i in
            for change in Self.changes(of: i, in: bytes) {
                var changed = bytes
                changed.replaceSubrange(i..<min(i + 1, bytes.count), with: change)
                if changed != bytes { body(changed, "byte \(i): \(change)") }
            }
        }
    }

    private func expectNoChangeIsAccepted(_ bytes: [UInt8], _ format: SopsFormat) throws {
        try #require(open(bytes, format).opened != nil)
        let accepted = Mutex<[String]>([])
        Self.eachChange(of: bytes) { changed, what in
            if open(changed, format).opened != nil { accepted.withLock { $0.append(what) } }
        }
        #expect(accepted.withLock { $0 } == [])
    }

    /// A file with comments, lists, nested mappings, values in the clear that the MAC of SOPS leaves out, and two recipients.
    @Test(arguments: [SopsFormat.yaml, .json])
    func everyChangeIsRefused(_ format: SopsFormat) throws {
        let foreign = try #require(open(try SopsJudge.made(format, macOnlyEncrypted: true), format).opened)
        try expectNoChangeIsAccepted(foreign.applying([SopsChange(keys: ["empty"], value: text("full"))], at: later).file.bytes, format)
    }

    /// A file of lines that need no reader of YAML: names, nested names, values in the clear, comments.
    private func plainLines(_ version: String = "3.10.0+pipectl") throws -> [UInt8] {
        let made = try #require(open(try SopsJudge.made(.yaml, macOnlyEncrypted: true)).opened)
        let emptied = try made.applying(
            [["hosts"], ["empty"], ["nothing"], ["share_unencrypted"]].map { SopsChange(keys: $0, value: nil) }
                + [SopsChange(keys: ["db", "versions", "1a"], value: text("v")), SopsChange(keys: ["db", "attributes_unencrypted", "enabled"], value: text("true"))],
            at: later)
        return Array(String(decoding: emptied.file.bytes, as: UTF8.self).replacing("3.9.4+pipectl", with: version).utf8)
    }

    @Test func everyChangeOfPlainLinesIsRefused() throws {
        let foreign = try #require(open(try plainLines("3.9.4")).opened)
        let bytes = try foreign.applying([SopsChange(keys: ["password"], value: text("other"))], at: later).file.bytes
        try expectNoChangeIsAccepted(bytes, .yaml)
    }

    /// The short way to read lines and the reader of YAML give the same values, or both refuse.
    @Test func bothReadersAgree() throws {
        let bytes = try plainLines("3.9.4")
        // Armor says nothing of lines and keys.
        let armor = try #require(bytes.firstRange(of: Array("-----BEGIN".utf8))).lowerBound
        try #require(open(bytes).opened != nil)
        let differing = Mutex<[String]>([])
        Self.eachChange(of: bytes, upTo: armor) { changed, what in
            // The mark of a document is nothing that lines are known for.
            let (short, long) = (open(changed).opened, open(Array("---\n".utf8) + changed).opened)
            let isEqual = short?.values.map(\.keys) == long?.values.map(\.keys) && short?.values.map(\.value) == long?.values.map(\.value)
            if !isEqual { differing.withLock { $0.append(what) } }
        }
        #expect(differing.withLock { $0 } == [])
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func whatSopsWritesHasItsOwnGuarantee(_ format: SopsFormat) throws {
        var foreign = try SopsJudge.made(format)
        foreign.append(0x0A)
        #expect(open(foreign, format).opened?.file.metadata.isTextBound == false)
    }

    @Test func theMarkDoesNotVanish() throws {
        let made = try SopsJudge.made(.yaml, macOnlyEncrypted: true)
        let bytes = try #require(open(made).opened).applying([SopsChange(keys: ["empty"], value: text("full"))], at: later).file.bytes
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(open(Array(text.replacing("    version: ", with: "    #ersion: ").utf8)).messages.joined().contains("sops.version is missing"))
    }
}
