import Crypto
import Dispatch
import Sops
import Synchronization
import Testing

/// Every byte of a file that the tool wrote counts.
@Suite struct SopsTextTests {
    /// What is made of one byte.
    static func changes(of byte: UInt8) -> [[UInt8]] {
        let flipped = [0x01, 0x20, 0x80].map { [byte ^ $0] }
        let replaced = " \n0\"#:".utf8.map { [$0] }.filter { $0 != [byte] }
        let inserted = " \n0\"#-a".utf8.map { [$0, byte] }
        return flipped + replaced + inserted + [[], [byte, byte]]
    }

    /// A file with comments, lists, nested mappings, values in the clear that the MAC of SOPS leaves out, and two recipients.
    @Test(arguments: [SopsFormat.yaml, .json])
    func everyChangeIsRefused(_ format: SopsFormat) throws {
        let foreign = try #require(open(try SopsJudge.made(format, macOnlyEncrypted: true), format).opened)
        let bytes = try foreign.applying([SopsChange(keys: ["empty"], value: text("full"))], at: later).file.bytes
        try #require(open(bytes, format).opened != nil)
        let accepted = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: bytes.count + 1) { i in
            let changes = i < bytes.count ? Self.changes(of: bytes[i]) : [[0x0A], [0x20], [0x23]]
            for change in changes {
                var changed = bytes
                changed.replaceSubrange(i..<min(i + 1, bytes.count), with: change)
                if changed != bytes, open(changed, format).opened != nil { accepted.withLock { $0.append("byte \(i): \(change)") } }
            }
        }
        #expect(accepted.withLock { $0 } == [])
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
