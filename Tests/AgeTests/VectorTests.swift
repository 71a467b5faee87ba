import Age
import Crypto
import Foundation
import Testing

private let folder = ProcessInfo.processInfo.environment["PIPECTL_AGE_VECTORS"]

/// A vector: fields, and the age file behind them.
struct AgeVector {
    private(set) var fields: [String: [String]] = [:]
    let file: [UInt8]

    init(_ name: String) throws {
        var rest = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try #require(folder) + "/" + name)))[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let colon = try #require(line.range(of: ": "))
            fields[String(line[..<colon.lowerBound]), default: []].append(String(line[colon.upperBound...]))
        }
        file = Array(rest)
    }

    /// Hybrid keys are not supported.
    var isConcerned: Bool { !fields["identity", default: []].contains { $0.hasPrefix("AGE-SECRET-KEY-PQ-") } }

    static func names() throws -> [String] {
        guard let folder else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { try AgeVector($0).isConcerned }
    }
}

/// The test vectors of the format (https://github.com/C2SP/CCTV, folder age/testdata), where PIPECTL_AGE_VECTORS names a folder with
/// them, those that are compressed unpacked; `acceptance/vectors/run` makes it.
@Suite(.enabled(if: folder != nil, "PIPECTL_AGE_VECTORS names no folder"))
struct VectorTests {
    @Test(arguments: try AgeVector.names())
    func outcomeIsAsDescribed(_ name: String) throws {
        let vector = try AgeVector(name)
        let fields = vector.fields
        try #require(fields["compressed"] == nil, "unpack it first")
        var keys: [any AgeUnwrapping] = fields["passphrase", default: []].map { AgePassphrase(SensitiveBytes($0.utf8)) }
        for text in fields["identity", default: []] { keys.append(try AgeIdentity(parsing: SensitiveBytes(text.utf8))) }
        var outcome = "success"
        do {
            let file = vector.file
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
