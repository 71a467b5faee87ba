import Support
import Testing
import YAML

@Suite struct CoreSchemaTests {
    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func nullIsNull(text: String) throws {
        let node = try #require(try root(of: "a: \(text)\n")["a"])
        #expect(node.kind == .null)
        #expect(node.isNull)
        #expect(node.text == text)
        #expect(node.string == nil)
    }

    @Test(arguments: [("true", true), ("True", true), ("TRUE", true), ("false", false), ("False", false), ("FALSE", false)])
    func booleans(text: String, value: Bool) throws {
        let node = try #require(try root(of: "a: \(text)")["a"])
        #expect(node.bool == value)
        #expect(node.string == nil)
    }

    @Test(arguments: [
        ("0", 0), ("12", 12), ("-7", -7), ("+7", 7), ("007", 7), ("0x1F", 31), ("0xff", 255), ("0o17", 15),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ] as [(String, Int64)])
    func integers(text: String, value: Int64) throws {
        let node = try #require(try root(of: "a: \(text)")["a"])
        #expect(node.integer == value)
        #expect(node.double == Double(value))
        #expect(node.json == .object(["a": .integer(value)])["a"])
    }

    @Test(arguments: [
        ("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000), ("1.5E-2", 0.015), (".5", 0.5), ("5.", 5), ("5.e1", 50),
        ("-.5", -0.5), ("+1.0", 1), (".inf", .infinity), ("-.INF", -.infinity), ("+.Inf", .infinity),
        ("9223372036854775808", 9_223_372_036_854_775_808), ("0xFFFFFFFFFFFFFFFFF", 295147905179352825855.0),
        ("0o7777777777777777777777777", 37778931862957161709567.0),
    ] as [(String, Double)])
    func doubles(text: String, value: Double) throws {
        let node = try #require(try root(of: "a: \(text)")["a"])
        #expect(node.double == value)
        #expect(node.integer == nil)
        #expect(node.string == nil)
    }

    @Test(arguments: [".nan", ".NaN", ".NAN"])
    func notANumber(text: String) throws {
        #expect(try root(of: text).double?.isNaN == true)
    }

    @Test(arguments: [
        "yes", "no", "on", "off", "Yes", "NO", "y", "n", "nULL", "tRUE", "1_000", "2024-01-01", "12:30", "0b11", "1.2.3",
        "+", "-x", ".", "+.", ".e1", "1e", "1e+", "0x", "0o", "0o8", "0xg", "-0x1F", "+.nan", "inf", "nan", "NaN", "1,5", "- 1",
        "0.0.0.0", "1 2", "Null value", "+-1", "0X1F", ".infx",
    ].filter { $0 != "- 1" })
    func textStaysText(text: String) throws {
        let node = try #require(try root(of: "a: \(text)")["a"])
        #expect(node.string == text)
        #expect(node.json == .string(text))
        #expect(node.bool == nil)
        #expect(node.integer == nil)
        #expect(node.double == nil)
    }

    @Test(arguments: ["null", "true", "12", "1.5", "~", ""])
    func quotedIsText(text: String) throws {
        for quoted in ["'\(text)'", "\"\(text)\""] {
            let node = try #require(try root(of: "a: \(quoted)")["a"])
            #expect(node.string == text)
            #expect(node.kind == .scalar)
            #expect(!node.isPlain)
        }
    }

    @Test func blocksAreText() throws {
        let node = try #require(try root(of: "a: |-\n  12\n")["a"])
        #expect(node.string == "12")
        #expect(node.style == .literal)
    }

    @Test func tagsDecide() throws {
        let root = try root(of: "[!!str 12, !!int \"12\", !!float 1, !!bool 'true', !!null '', ! 5, !!str , !!seq [], !!map {}]")
        let items = root.items
        #expect(items[0].string == "12")
        #expect(items[0].tag == "tag:yaml.org,2002:str")
        #expect(items[1].integer == 12)
        #expect(items[2].double == 1 && items[2].integer == nil)
        #expect(items[3].bool == true)
        #expect(items[4].kind == .null)
        #expect(items[5].string == "5")
        #expect(items[6].string == "" && items[6].kind == .scalar)
        #expect(items[7].kind == .sequence && items[8].kind == .mapping)
        #expect(items[8].tag == "tag:yaml.org,2002:map")
    }
}
