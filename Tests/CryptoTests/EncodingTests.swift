import Crypto
import Testing

/// Every text that is decoded is the one encoding of its bytes.
@Suite struct EncodingTests {
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")])
    func base64(_ plain: String, _ text: String) {
        #expect(Base64.padded.encoded(Array(plain.utf8)) == text)
        #expect(Base64.padded.decode(text.utf8) == Array(plain.utf8))
        let bare = String(text.prefix { $0 != "=" })
        #expect(Base64.unpadded.encoded(Array(plain.utf8)) == bare)
        #expect(Base64.unpadded.decode(bare.utf8) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", "Zm9v====", "Z", "Z===", "====", "Zm-_", "=Zg=", "Zg==Zg=="])
    func otherPaddedTextIsRefused(_ text: String) { #expect(Base64.padded.decode(text.utf8) == nil) }

    @Test(arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm9v ", "Zm9vY"])
    func otherBareTextIsRefused(_ text: String) { #expect(Base64.unpadded.decode(text.utf8) == nil) }

    @Test(arguments: ["A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"])
    func bech32Examples(_ text: String) throws {
        let decoded = try #require(Bech32.decode(text.utf8))
        #expect(Bech32.encode(prefix: decoded.prefix, decoded.bytes) == Array(text.utf8))
    }

    @Test(arguments: ["A12uEL5L", "a12uel5m", "10a06t8", "1qzzfhee", "de1lg7wt\u{7F}", "li1dgmt3", "x1b4n0q5v", "", "age1"])
    func otherBech32IsRefused(_ text: String) { #expect(Bech32.decode(text.utf8) == nil) }
}
