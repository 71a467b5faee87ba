internal import Crypto

/// The text a file begins with (C2SP age, "Header"). One header has one encoding, so what was parsed need not be kept.
struct AgeHeader: Sendable, Hashable {
    var stanzas: [AgeStanza]
    var authenticationCode: [UInt8]

    private static let version = "age-encryption.org/v1"

    /// What the code is computed of: all up to and with `---`.
    static func authenticated(_ stanzas: [AgeStanza]) -> [UInt8] {
        var text = Array("\(version)\n".utf8)
        for stanza in stanzas {
            text += Array("-> \(stanza.arguments.joined(separator: " "))\n".utf8)
            // The last line is shorter than the others, and empty where all are full.
            let body = Base64.unpadded.encode(stanza.body)
            for start in stride(from: 0, through: body.count, by: 64) {
                text += body[start..<min(start + 64, body.count)]
                text.append(UInt8(ascii: "\n"))
            }
        }
        return text + Array("---".utf8)
    }

    static func code(of stanzas: [AgeStanza], fileKey: SensitiveBytes) throws(AgeError) -> [UInt8] {
        try crypto { () throws(CryptoError) in
            let key = try Hash.sha256.derivedKey(from: fileKey, salt: [], info: "header")
            return try Hash.sha256.authenticationCode(of: authenticated(stanzas), key: key).withBytes { Array($0) }
        }
    }

    var encoded: [UInt8] {
        Self.authenticated(stanzas) + [UInt8(ascii: " ")] + Base64.unpadded.encode(authenticationCode) + [UInt8(ascii: "\n")]
    }

    /// The header of a file, and where its payload begins.
    static func parse(_ file: [UInt8]) throws(AgeError) -> (header: AgeHeader, payload: Int) {
        var lines = HeaderLines(file: file)
        let first = try lines.next()
        guard first.elementsEqual(version.utf8) else {
            guard first.starts(with: "age-encryption.org/".utf8) else { throw failure("this is no age file") }
            throw failure("this version of the format is not supported")
        }
        var stanzas: [AgeStanza] = []
        while true {
            let line = try lines.next()
            guard line.starts(with: "---".utf8) else {
                stanzas.append(try stanza(line, &lines))
                continue
            }
            guard !stanzas.isEmpty else { throw failure("the header has no recipients") }
            guard line.starts(with: "--- ".utf8), let code = Base64.unpadded.decode(line.dropFirst(4)), code.count == 32 else {
                throw failure("the last line of the header is malformed")
            }
            return (AgeHeader(stanzas: stanzas, authenticationCode: code), lines.position)
        }
    }

    private static func stanza(_ line: ArraySlice<UInt8>, _ lines: inout HeaderLines) throws(AgeError) -> AgeStanza {
        guard line.starts(with: "-> ".utf8) else { throw failure("a recipient of the header is malformed") }
        let arguments = line.dropFirst(3).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard arguments.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (33...126).contains($0) } }) else {
            throw failure("the arguments of a recipient are malformed")
        }
        var body: [UInt8] = []
        while true {
            let line = try lines.next()
            guard line.count <= 64, let bytes = Base64.unpadded.decode(line) else {
                throw failure("the body of a recipient is malformed")
            }
            body += bytes
            if line.count < 64 { break }
        }
        return AgeStanza(arguments: arguments.map { String(decoding: $0, as: UTF8.self) }, body: body)
    }

    static func failure(_ message: String) -> AgeError { AgeError(.header, message) }
}

/// Lines that end with a line feed; one without is an error.
private struct HeaderLines {
    let file: [UInt8]
    private(set) var position = 0

    mutating func next() throws(AgeError) -> ArraySlice<UInt8> {
        guard let end = file[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw AgeHeader.failure("the header has no end")
        }
        defer { position = end + 1 }
        return file[position..<end]
    }

    init(file: [UInt8]) { self.file = file }
}
