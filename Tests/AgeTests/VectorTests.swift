import Age
import Crypto
import Foundation
import Testing

private let vectors = ProcessInfo.processInfo.environment["PIPECTL_AGE_VECTORS"]

/// The test vectors of the format (https://github.com/C2SP/CCTV, folder age/testdata), where PIPECTL_AGE_VECTORS names their
/// folder, those that are compressed unpacked. Hybrid keys are not supported.
@Suite(.enabled(if: vectors != nil, "PIPECTL_AGE_VECTORS names no folder"))
struct VectorTests {
    @Test(arguments: try vectors.map { try FileManager.default.contentsOfDirectory(atPath: $0).sorted() } ?? [])
    func outcomeIsAsDescribed(_ name: String) throws {
        let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try #require(vectors) + "/" + name)))
        var (fields, rest) = ([String: [String]](), data[...])
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let colon = try #require(line.range(of: ": "))
            fields[String(line[..<colon.lowerBound]), default: []].append(String(line[colon.upperBound...]))
        }
        try #require(fields["compressed"] == nil, "unpack it first")
        if fields["identity", default: []].contains(where: { $0.hasPrefix("AGE-SECRET-KEY-PQ-") }) { return }
        var keys: [any AgeUnwrapping] = fields["passphrase", default: []].map { AgePassphrase(SensitiveBytes($0.utf8)) }
        for text in fields["identity", default: []] { keys.append(try AgeIdentity(parsing: SensitiveBytes(text.utf8))) }
        var outcome = "success"
        do {
            let file = Array(rest)
            let plaintext = fields["armored"] == nil ? try Age.decrypt(file, with: keys) : try Age.decrypt(armored: file, with: keys)
            let digest = try plaintext.withBytes { (bytes) throws(CryptoError) in try Hash.sha256.digest(bytes) }
            #expect(digest.map { String(format: "%02x", $0) }.joined() == fields["payload"]?.first)
        } catch let error as AgeError {
            outcome = switch error.kind {
            case .armor: "armor failure"
            case .header: "header failure"
            case .noMatch: "no match"
            case .headerAuthentication: "HMAC failure"
            case .payload: "payload failure"
            case .identity, .recipient, .crypto: "\(error)"
            }
        }
        #expect(outcome == fields["expect"]?.first)
    }
}
