internal import Crypto
internal import Support

/// Base64, data URIs and percent encoding. Binary content is an object `{ "$content-type", "$content" }` whose content
/// is in base64, as Data Factory passes it between activities.
enum EncodingFunctions {
    static let table: [FunctionDefinition] = [
        text("base64", "The text in base64.", base64, .string, .object),
        .init(
            "base64ToBinary", .conversion, "Binary content for base64.", [.init("value", .string)], returns: .object,
            .pure(base64ToBinary)),
        text("base64ToString", "The text that was put into base64.", base64ToString),
        .init(
            "binary", .conversion, "Binary content for a text.", [.init("value", .string)], returns: .object, .pure(binary)),
        text("dataUri", "A data URI for the text.", dataUri),
        .init(
            "dataUriToBinary", .conversion, "Binary content for a data URI.", [.init("value", .string)], returns: .object,
            .pure(dataUriToBinary)),
        text("dataUriToString", "The text in a data URI.", dataUriToString),
        text("decodeBase64", "The text that was put into base64; base64ToString by its older name.", base64ToString),
        .init(
            "decodeDataUri", .conversion, "Binary content for a data URI; dataUriToBinary by its older name.",
            [.init("value", .string)], returns: .object, .pure(dataUriToBinary)),
        text("decodeUriComponent", "The text with %-escapes decoded.", decodeURIComponent),
        text("encodeUriComponent", "The text with %-escapes for what a URI does not allow.", encodeURIComponent),
        .init(
            "scramSha256", .conversion, "What PostgreSQL keeps of the password: ALTER ROLE takes it in the password's place, and no log shows that.",
            [.init("password", .string)], returns: .string, .contextual(scramSha256)),
        text("uriComponent", "The text with %-escapes for what a URI does not allow.", encodeURIComponent),
        .init(
            "uriComponentToBinary", .conversion, "Binary content for a text with %-escapes.", [.init("value", .string)],
            returns: .object, .pure(uriComponentToBinary)),
        text("uriComponentToString", "The text with %-escapes decoded.", decodeURIComponent),
    ]

    private static func text(
        _ name: String, _ summary: String, _ function: @escaping @Sendable (FunctionArguments) throws(FunctionFailure) -> JSONValue,
        _ first: ExpressionType = .string, _ second: ExpressionType = .string
    ) -> FunctionDefinition {
        .init(name, .conversion, summary, [.init("value", first, second)], returns: .string, .pure(function))
    }

    @Sendable static func base64(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        guard let object = a[0].asObject else { return .string(Base64.encode(a.text(0).utf8)) }
        guard let content = object["$content"]?.asString else { throw "the object is no binary content" }
        return .string(content)
    }

    @Sendable static func scramSha256(_ a: FunctionArguments, _ context: any EvaluationContext) throws(FunctionFailure) -> JSONValue {
        let verifier: String?
        do throws(CryptoError) {
            verifier = try ScramVerifier.sha256(of: SensitiveBytes(a.text(0).utf8))
        } catch {
            throw "libcrypto cannot be used: \(detail: error.message)"
        }
        guard let verifier else { throw "the password has other characters than printable ASCII, or none" }
        return .string(verifier)
    }

    @Sendable static func base64ToString(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(try string(try decoded(a.text(0))))
    }

    @Sendable static func base64ToBinary(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        content(try decoded(a.text(0)))
    }

    @Sendable static func binary(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        content(Array(a.text(0).utf8))
    }

    @Sendable static func dataUri(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string("data:text/plain;charset=utf-8;base64," + Base64.encode(a.text(0).utf8))
    }

    @Sendable static func dataUriToString(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(try string(try dataURI(a.text(0)).bytes))
    }

    @Sendable static func dataUriToBinary(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (type, bytes) = try dataURI(a.text(0))
        return content(bytes, type: type)
    }

    @Sendable static func encodeURIComponent(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in a.text(0).utf8 {
            // The unreserved characters of RFC 3986.
            if (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || (0x30...0x39).contains(byte) || "-_.~".utf8.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        guard result.count <= ExpressionLimits.textLength else { throw TextFunctions.tooLong }
        return .string(String(decoding: result, as: UTF8.self))
    }

    @Sendable static func decodeURIComponent(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(try string(percentDecoded(a.text(0))))
    }

    @Sendable static func uriComponentToBinary(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        content(percentDecoded(a.text(0)))
    }

    private static func content(_ bytes: [UInt8], type: String = "application/octet-stream") -> JSONValue {
        ["$content-type": .string(type), "$content": .string(Base64.encode(bytes))]
    }

    private static func decoded(_ text: String) throws(FunctionFailure) -> [UInt8] {
        guard let bytes = Base64.decode(text) else { throw "\(value: text) is not base64" }
        return bytes
    }

    private static func string(_ bytes: [UInt8]) throws(FunctionFailure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw "the content is not UTF-8 text" }
        return text
    }

    /// What is no escape stays as it is, as in .NET.
    private static func percentDecoded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let high = Character(Unicode.Scalar(bytes[position + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(bytes[position + 2])).hexDigitValue
            {
                result.append(UInt8(high << 4 | low))
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }

    /// `data:[type][;charset=...][;base64],content` (RFC 2397).
    private static func dataURI(_ text: String) throws(FunctionFailure) -> (type: String, bytes: [UInt8]) {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.lowercased().hasPrefix("data:"), parts.count == 2 else { throw "\(value: text) is no data URI" }
        var header = parts[0].dropFirst(5)
        let isBase64 = header.lowercased().hasSuffix(";base64")
        if isBase64 { header = header.dropLast(7) }
        let content = String(parts[1])
        return (header.isEmpty ? "text/plain" : String(header), isBase64 ? try decoded(content) : percentDecoded(content))
    }
}

/// RFC 4648, section 4, with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = 0
            for i in 0..<3 { group = group << 8 | (i < count ? Int(bytes[start + i]) : 0) }
            for i in 0..<4 {
                result.append(i <= count ? alphabet[group >> (18 - 6 * i) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// nil where the text is no base64; white space in it is skipped.
    static func decode(_ text: String) -> [UInt8]? {
        var digits = text.utf8.filter { !($0 == 0x20 || (0x09...0x0D).contains($0)) }
        guard digits.count % 4 == 0 else { return nil }
        var padding = 0
        while padding < 2, digits.last == UInt8(ascii: "=") {
            digits.removeLast()
            padding += 1
        }
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits = 0
        var count = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            bits = (bits << 6 | Int(value)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(bits >> count & 0xFF))
            }
        }
        return result
    }
}
