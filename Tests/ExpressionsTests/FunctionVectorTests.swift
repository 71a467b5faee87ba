import Expressions
import Support
import Testing

/// Vectors per function. Those of Microsoft's pages ("Expressions and functions in Azure Data Factory", "Reference guide
/// to workflow expression functions") are among them, except where a page contradicts itself or the calendar.
@Suite struct FunctionVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let expression: String
        let value: JSONValue
        init(_ expression: String, _ value: JSONValue) { (self.expression, self.value) = (expression, value) }
        var testDescription: String { expression }
    }

    func verify(_ vector: Vector) throws {
        let found = try value(vector.expression)
        #expect(found.text(.canonical) == vector.value.text(.canonical))
    }

    @Test(arguments: [
        Vector("concat('Hello', 'World')", "HelloWorld"), Vector("concat('Baba', '''s ', 'book store')", "Baba's book store"),
        Vector("concat('n', 1, true, null, 2.5, createArray(1))", "n1True2.5[1]"),
        Vector("endsWith('hello world', 'world')", true), Vector("endsWith('hello world', 'universe')", false),
        Vector("endsWith('HELLO', 'llo')", true), Vector("startsWith('hello world', 'HELLO')", true),
        Vector("startsWith('hello world', 'greetings')", false), Vector("startsWith('', '')", true),
        Vector("guid()", "c2ecc88d-88c8-4096-912c-d6f2e2b138ce"), Vector("guid('P')", "(c2ecc88d-88c8-4096-912c-d6f2e2b138ce)"),
        Vector("guid('N')", "c2ecc88d88c84096912cd6f2e2b138ce"), Vector("guid('B')", "{c2ecc88d-88c8-4096-912c-d6f2e2b138ce}"),
        Vector("guid('X')", "{0xc2ecc88d,0x88c8,0x4096,{0x91,0x2c,0xd6,0xf2,0xe2,0xb1,0x38,0xce}}"),
        Vector("indexOf('hello world', 'world')", 6), Vector("indexOf('Hello', 'ELL')", 1), Vector("indexOf('a', 'b')", -1),
        Vector("indexOf('abc', '')", 0), Vector("indexOf('\u{1F600}b', 'b')", 2), Vector("indexOf('straße', 'E')", 5),
        Vector("lastIndexOf('hello world', 'world')", 6), Vector("lastIndexOf('hello world hello World', 'world')", 18),
        Vector("lastIndexOf('a', 'b')", -1), Vector("nthIndexOf('123456789123465789', '1', 1)", 0),
        Vector("nthIndexOf('123456789123465789', '1', 2)", 9), Vector("nthIndexOf('123456789123465789', '12', 2)", 9),
        Vector("nthIndexOf('123456789123465789', '6', 4)", -1), Vector("nthIndexOf('123456789123465789', '1', -1)", 9),
        Vector("nthIndexOf('aXbx', 'x', -2)", 1), Vector("nthIndexOf('a', 'a', 0)", -1),
        Vector("replace('the old string', 'old', 'new')", "the new string"), Vector("replace('aA', 'A', '')", "a"),
        Vector("replace('aaa', 'aa', 'b')", "ba"), Vector("split('a_b_c', '_')", ["a", "b", "c"]),
        Vector("split('a_b_c', ' ')", ["a_b_c"]), Vector("split('', ',')", [""]), Vector("split('a,,b,', ',')", ["a", "", "b", ""]),
        Vector("substring('hello world', 6, 5)", "world"), Vector("substring('abc', 1)", "bc"), Vector("substring('abc', 3, 0)", ""),
        Vector("toLower('Hello World')", "hello world"), Vector("toUpper('Hello World')", "HELLO WORLD"),
        Vector("toUpper('äß')", "Äß"), Vector("trim(' Hello World  ')", "Hello World"), Vector("trim('\u{00A0}\t')", ""),
    ])
    func text(_ vector: Vector) throws { try verify(vector) }

    @Test(arguments: [
        Vector("contains('hello world', 'world')", true), Vector("contains('hello world', 'universe')", false),
        Vector("contains('Hello', 'h')", false), Vector("contains(createArray(1, 2), 2)", true),
        Vector("contains(createArray('a'), 'A')", false), Vector("contains(json('{\"a\":null}'), 'a')", true),
        Vector("empty('')", true), Vector("empty('abc')", false), Vector("empty(null)", true), Vector("empty(json('{}'))", true),
        Vector("first('hello')", "h"), Vector("first(createArray(0, 1, 2))", 0), Vector("first(json('[]'))", nil),
        Vector("last('abcd')", "d"), Vector("last(createArray(0, 1, 2, 3))", 3),
        Vector("intersection(createArray(1, 2, 3), createArray(101, 2, 1, 10), createArray(6, 8, 1, 2))", [1, 2]),
        Vector("intersection(json('{\"a\":1,\"b\":2}'), json('{\"b\":3,\"c\":4}'))", ["b": 3]),
        Vector("join(createArray('a', 'b', 'c'), '.')", "a.b.c"), Vector("join(json('[1,null,true]'), '-')", "1--True"),
        Vector("length('abcd')", 4), Vector("length(createArray(0, 1, 2, 3))", 4), Vector("length('\u{1F600}')", 2),
        Vector("skip(createArray(0, 1, 2, 3), 1)", [1, 2, 3]), Vector("skip(createArray(1), 5)", []),
        Vector("take('abcde', 3)", "abc"), Vector("take(createArray(0, 1, 2, 3, 4), 3)", [0, 1, 2]),
        Vector("union(createArray(1, 2, 3), createArray(1, 2, 10, 101))", [1, 2, 3, 10, 101]),
        Vector("union(json('{\"a\":1}'), json('{\"a\":2,\"b\":3}'))", ["a": 2, "b": 3]), Vector("union(json('[1]'), json('[1.0]'))", [1]),
    ])
    func collections(_ vector: Vector) throws { try verify(vector) }

    @Test(arguments: [
        Vector("and(true, true)", true), Vector("and(false, true)", false), Vector("and(equals(1, 1), equals(1, 2))", false),
        Vector("and(true, true, false)", false), Vector("or(true, false)", true), Vector("or(false, false)", false),
        Vector("or(true, equals(div(1, 0), 1))", true), Vector("and(false, equals(div(1, 0), 1))", false),
        Vector("equals(true, 1)", true), Vector("equals(false, 1)", false), Vector("equals('abc', 'abcd')", false),
        Vector("equals('a', 'A')", false), Vector("equals(1, 1.0)", true), Vector("equals(null, null)", true),
        Vector("equals(json('{\"a\":[1]}'), json('{\"a\":[1.0]}'))", true), Vector("equals('1', 1)", false),
        Vector("equals(9007199254740993, 9007199254740992)", false),
        Vector("greater(10, 5)", true), Vector("greater('apple', 'banana')", false), Vector("greaterOrEquals(5, 5)", true),
        Vector("greaterOrEquals('apple', 'banana')", false), Vector("less(5, 10)", true), Vector("less('banana', 'apple')", false),
        Vector("lessOrEquals(10, 10)", true), Vector("lessOrEquals('apply', 'apple')", false), Vector("less(1, 1.5)", true),
        Vector("if(equals(1, 1), 'yes', 'no')", "yes"), Vector("if(false, div(1, 0), 2)", 2), Vector("not(false)", true),
        Vector("not(equals(1, 1))", false), Vector("NOT(TRUE)", false),
    ])
    func logic(_ vector: Vector) throws { try verify(vector) }

    @Test(arguments: [
        Vector("add(1, 1.5)", 2.5), Vector("add(1, 2)", 3), Vector("sub(10.5, .5)", 10.0), Vector("mul(1, 2)", 2),
        Vector("mul(1.5, 2)", 3.0), Vector("div(10, 5)", 2), Vector("div(11, 5)", 2), Vector("div(-11, 5)", -2),
        Vector("div(11, 5.0)", 2.2), Vector("mod(3, 2)", 1), Vector("mod(-5, 2)", -1), Vector("mod(4, -3)", 1),
        Vector("mod(-9223372036854775808, -1)", 0), Vector("mod(5.5, 2)", 1.5), Vector("max(1, 2, 3)", 3),
        Vector("max(createArray(1, 2, 3))", 3), Vector("min(1, 2, 3)", 1), Vector("min(createArray(1, 2, 3))", 1),
        Vector("max(1, 2.5)", 2.5), Vector("rand(1, 5)", 4), Vector("range(1, 4)", [1, 2, 3, 4]), Vector("range(5, 0)", []),
        Vector("length(range(0, 100000))", 100_000),
    ])
    func math(_ vector: Vector) throws { try verify(vector) }

    @Test(arguments: [
        Vector("array('hello')", ["hello"]), Vector("createArray('h', 'e', 'l', 'l', 'o')", ["h", "e", "l", "l", "o"]),
        Vector("createArray()", []), Vector("bool(1)", true), Vector("bool(0)", false), Vector("bool('True')", true),
        Vector("coalesce(null, true, false)", true), Vector("coalesce(null, 'hello', 'world')", "hello"),
        Vector("coalesce(null, null, null)", nil), Vector("coalesce('', div(1, 0))", ""), Vector("float('10.333')", 10.333),
        Vector("float('1e3')", 1000.0), Vector("int('10')", 10), Vector("int(' -7 ')", -7), Vector("int(2.0)", 2),
        Vector("json('[1, 2, 3]')", [1, 2, 3]), Vector("json('{\"fullName\": \"Sophia Owen\"}')", ["fullName": "Sophia Owen"]),
        Vector("json(null)", [:]), Vector("json('\"a\"')", "a"), Vector("string(10)", "10"), Vector("string(null)", ""),
        Vector("string(true)", "True"), Vector("string(1.0)", "1"), Vector("string(0.1)", "0.1"), Vector("string(json('{ \"a\" : [1] }'))", "{\"a\":[1]}"),
        Vector("base64('hello')", "aGVsbG8="), Vector("base64ToString('aGVsbG8=')", "hello"), Vector("decodeBase64('aGVsbG8=')", "hello"),
        Vector("base64('')", ""), Vector("base64ToString('')", ""), Vector("base64(binary('hello'))", "aGVsbG8="),
        Vector("binary('hello')", ["$content-type": "application/octet-stream", "$content": "aGVsbG8="]),
        Vector("base64ToBinary('aGVsbG8=')", ["$content-type": "application/octet-stream", "$content": "aGVsbG8="]),
        Vector("dataUri('hello')", "data:text/plain;charset=utf-8;base64,aGVsbG8="),
        Vector("dataUriToString('data:text/plain;charset=utf-8;base64,aGVsbG8=')", "hello"), Vector("dataUriToString('data:,a%20b')", "a b"),
        Vector("dataUriToBinary('data:image/png;base64,AAH/')", ["$content-type": "image/png", "$content": "AAH/"]),
        Vector("encodeUriComponent('https://contoso.com')", "https%3A%2F%2Fcontoso.com"),
        Vector("uriComponent('a b~é')", "a%20b~%C3%A9"), Vector("decodeUriComponent('https%3A%2F%2Fcontoso.com')", "https://contoso.com"),
        Vector("uriComponentToString('100%25 %zz %-1%2')", "100% %zz %-1%2"),
        Vector("uriComponentToBinary('%00')", ["$content-type": "application/octet-stream", "$content": "AA=="]),
    ])
    func conversions(_ vector: Vector) throws { try verify(vector) }

    @Test(arguments: [
        ("div(1, 0)", "div: the divisor is 0"), ("mod(1, 0)", "mod: the divisor is 0"), ("div(1.5, 0.0)", "div: the divisor is 0"),
        ("add(9223372036854775807, 1)", "add: the result for 9223372036854775807 and 1 does not fit in 64 bits"),
        ("mul(4611686018427387904, 2)", "mul: the result for 4611686018427387904 and 2 does not fit in 64 bits"),
        ("sub(-9223372036854775808, 1)", "sub: the result for -9223372036854775808 and 1 does not fit in 64 bits"),
        ("div(-9223372036854775808, -1)", "div: the result for -9223372036854775808 and -1 does not fit in 64 bits"),
        ("mul(1e300, 1e300)", "mul: the result for 1e+300 and 1e+300 is no finite number"),
        ("range(0, 1000000000)", "range: the count 1000000000 is not between 0 and 100000"), ("range(0, -1)", "range: the count -1 is not between 0 and 100000"),
        ("range(9223372036854775807, 5)", "range: the numbers do not fit in 64 bits"),
        ("rand(5, 5)", "rand: minValue 5 is not less than maxValue 5"), ("int('abc')", "int: 'abc' is no whole number of 64 bits"),
        ("int(1.5)", "int: 1.5 is no whole number of 64 bits"), ("float('nan')", "float: 'nan' is no number"), ("bool('yes')", "bool: 'yes' is neither true nor false"),
        ("replace('a', '', 'b')", "replace: the text to replace is empty"), ("guid('Q')", "guid: there is no format 'Q' of identifiers; there are N, D, B, P and X"),
        ("substring('abc', 4, 1)", "substring: startIndex 4 is not between 0 and the length of the text"),
        ("substring('abc', 1, 3)", "substring: startIndex 1 and length 3 do not lie within the text"),
        ("substring('\u{1F600}', 1, 1)", "substring: the text would be cut within a character"),
        ("take('abc', -1)", "take: the count -1 is negative"), ("min(json('[]'))", "min: the array is empty"), ("max(createArray('a'))", "max: 'a' is no number"),
        ("greater(1, 'a')", "greater: a number and a text cannot be compared"), ("union(createArray(1), json('{}'))", "union: arrays and objects cannot be mixed"),
        ("base64ToString('a')", "base64ToString: 'a' is not base64"), ("base64ToString('/w==')", "base64ToString: the content is not UTF-8 text"),
        ("json('{')", "json: this is no JSON, at byte 1: expected a key"),
        ("toUpper(null)", "toUpper takes a string as text, not null"), ("add('1', 2)", "add takes an integer or a float as summand1, not a string"),
        ("if(1, 2, 3)", "if takes a boolean as condition, not an integer"), ("not('true')", "not takes a boolean as expression, not a string"),
        ("concat()", "concat takes at least 1 argument, not 0"), ("nope(1)", "there is no function 'nope'"),
    ])
    func failures(_ expression: String, _ message: String) throws {
        #expect(try failure(expression) == message)
    }

    @Test func everyFunctionIsDocumented() {
        #expect(FunctionTable.all.count > 90)
        #expect(Set(FunctionTable.names.map { $0.lowercased() }).count == FunctionTable.all.count)
        for function in FunctionTable.all {
            #expect(!function.summary.isEmpty && function.summary.hasSuffix("."), "\(function.name)")
            #expect(function.signature.hasPrefix(function.name + "("))
        }
        #expect(FunctionTable.named("SUBSTRING")?.signature == "substring(text, startIndex, length?)")
    }
}
