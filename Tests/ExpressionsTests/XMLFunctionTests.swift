import Expressions
import Support
import Testing

@Suite struct XMLFunctionTests {
    static let items = """
        <?xml version="1.0"?><produce><item><name expired="true">Gala</name><type>apple</type><count>20</count></item>\
        <item><name expired="false">Honeycrisp</name><type>apple</type><count>10</count></item></produce>
        """
    static let file = "<?xml version=\"1.0\"?> <file xmlns=\"https://contoso.com\"> <location>Paris</location> </file>"

    func find(_ xml: String, _ path: String) throws -> JSONValue {
        var context = values()
        context.parameters = ["xml": EvaluatedValue(.string(xml)), "path": EvaluatedValue(.string(path))]
        return try evaluate("xpath(xml(params.xml), params.path)", context).value
    }

    @Test(arguments: [
        ("/produce/item/name", ["<name expired=\"true\">Gala</name>", "<name expired=\"false\">Honeycrisp</name>"]),
        ("/produce/item[1]/name", "<name expired=\"true\">Gala</name>"), ("/produce/item[last()]/name/text()", "Honeycrisp"),
        ("//name[@expired]", ["<name expired=\"true\">Gala</name>", "<name expired=\"false\">Honeycrisp</name>"]),
        ("//name[@expired = 'true']", "<name expired=\"true\">Gala</name>"), ("//item[count > 15]/name/text()", "Gala"),
        ("//item[name='Honeycrisp']/count/text()", "10"), ("sum(/produce/item/count)", 30), ("count(//item)", 2), ("string(//name)", "Gala"),
        ("//@expired", ["true", "false"]), ("//item[position()=2]/name/../count/text()", "10"), ("/produce/*[2]/type/text()", "apple"),
        ("//item[not(name='Gala') and type='apple']/name/text()", "Honeycrisp"), ("//nothing", []), ("count(//item) = 2", true),
        ("concat(string(//name), '-', count(//item))", "Gala-2"), ("//item[starts-with(name, 'Ga')]/count/text()", "20"), ("name(/*)", "produce"),
    ] as [(String, JSONValue)])
    func paths(_ path: String, _ wanted: JSONValue) throws {
        #expect(try find(Self.items, path) == wanted)
    }

    @Test(arguments: [
        "/*[name()=\"file\"]/*[name()=\"location\"]",
        "/*[local-name()=\"file\" and namespace-uri()=\"https://contoso.com\"]/*[local-name()=\"location\"]",
    ])
    func namespaces(_ path: String) throws {
        #expect(try find(Self.file, path) == "<location xmlns=\"https://contoso.com\">Paris</location>")
        #expect(try find(Self.file, "string(\(path))") == "Paris")
    }

    @Test func xmlFromJSON() throws {
        #expect(try value("xml('<name>Sophia Owen</name>')") == "<name>Sophia Owen</name>")
        #expect(try value("xml(json('{ \"name\": \"Sophia Owen\" }'))") == "<name>Sophia Owen</name>")
        #expect(
            try value("xml(json('{\"person\": {\"@id\": 1, \"name\": \"A & <B>\", \"city\": null, \"tag\": [1, true]}}'))")
                == "<person id=\"1\"><name>A &amp; &lt;B&gt;</name><city /><tag>1</tag><tag>true</tag></person>")
        #expect(try failure("xml(json('{\"a\": 1, \"b\": 2}'))") == "xml: XML has one root, but the object has 2 members")
        #expect(try failure("xml(json('{\"a\": [1]}'))") == "xml: the root of XML cannot be an array")
        #expect(try failure("xml(json('{\"a b\": 1}'))") == "xml: 'a b' is no name of an element or attribute")
    }

    @Test func jsonFromXML() throws {
        let xml = """
            <?xml version="1.0"?> <root> <person id="1"> <name>Sophia &#x41;&amp;</name> <occupation>Engineer</occupation> </person> \
            <person id="2"><name><![CDATA[<b>]]></name><none/></person> </root>
            """
        #expect(
            try value("json(xml('\(xml)'))") == [
                "?xml": ["@version": "1.0"],
                "root": [
                    "person": [
                        ["@id": "1", "name": "Sophia A&", "occupation": "Engineer"], ["@id": "2", "name": "<b>", "none": nil],
                    ]
                ],
            ])
    }

    @Test(arguments: [
        ("<a>", "xml: this is no XML: nothing closes the element <a>, at byte 3"), ("<a></b>", "xml: this is no XML: another name closes the element <a>, at byte 6"),
        ("<a/><b/>", "xml: this is no XML: there is something after the root element, at byte 4"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "xml: this is no XML: document types are not supported, at byte 1"),
        ("<a>&nbsp;</a>", "xml: this is no XML: only the entities amp, lt, gt, quot and apos are supported, at byte 3"),
        ("<a b=\"1\" b=\"2\"/>", "xml: this is no XML: an attribute is there twice <b>, at byte 14"), ("<a>&#0;</a>", "xml: this is no XML: this is no reference to a character, at byte 7"),
    ])
    func malformed(_ xml: String, _ message: String) throws {
        var context = values()
        context.parameters = ["xml": EvaluatedValue(.string(xml))]
        #expect(try failure("xml(params.xml)", context) == message)
    }

    @Test func depthIsLimited() throws {
        var context = values()
        context.parameters = ["xml": EvaluatedValue(.string(String(repeating: "<a>", count: 200_000)))]
        #expect(try failure("xml(params.xml)", context) == "xml: this is no XML: elements are nested deeper than 128 levels, at byte 387")
        #expect(try failure("xpath('<a/>', '\(String(repeating: "(", count: 5000))')").contains("nested too deeply"))
    }

    @Test(arguments: ["child::a", "/a | /b", "id('x')", "/a[", "//", "a b", "/a['x", "count(1)"])
    func unsupportedPaths(_ path: String) throws {
        var context = values()
        context.parameters = ["path": EvaluatedValue(.string(path))]
        #expect(try failure("xpath('<a/>', params.path)", context).hasPrefix("xpath: "))
    }
}
