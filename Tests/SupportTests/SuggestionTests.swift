import Support
import Testing

@Suite struct SuggestionTests {
    static let names = ["customers", "orders", "order_lines", "products", "id"]

    @Test(arguments: [
        ("custmers", "customers"), ("CUSTOMERS", "customers"), ("ordres", "orders"), ("order_line", "order_lines"),
        ("prodcuts", "products"), ("od", "id"), ("zzz", nil), ("", nil), ("x", nil), ("customers_by_territory_and_month", nil),
    ] as [(String, String?)])
    func nearest(_ name: String, _ expected: String?) {
        #expect(Suggestion.nearest(to: name, in: Self.names) == expected)
    }

    @Test func firstOfEqualsWins() {
        #expect(Suggestion.nearest(to: "tast", in: ["test", "taste", "toast"]) == "test")
    }

    @Test func nothingInCommonIsNoSuggestion() {
        #expect(Suggestion.nearest(to: "a", in: ["b", ""]) == nil)
        #expect(Suggestion.nearest(to: "a", in: ["ab"]) == "ab")
    }

    @Test func swappedNeighboursAreOneEdit() {
        #expect(Suggestion.nearest(to: "ab", in: ["ba"]) == "ba")
    }

    @Test func exactText() {
        #expect(ExactText("\u{e9}") != ExactText("e\u{301}"))
        #expect(ExactText("a") == ExactText("a"))
        #expect(Set([ExactText("a"), ExactText("a"), ExactText("\u{e9}"), ExactText("e\u{301}")]).count == 3)
        #expect([ExactText("é"), ExactText("b"), ExactText("Z")].sorted().map(\.text) == ["Z", "b", "é"])
    }
}
