import Testing

@testable import Supervision

@Suite struct SuggestionTests {
    @Test(
        "the closest name is suggested",
        arguments: [
            ("rabit", "rabbit"), ("rabbti", "rabbit"), ("Rabbit", "rabbit"), ("rabbit_bakup", "rabbit_backup"),
            ("waren", "warren"), ("x", nil), ("postgres", nil),
        ])
    func closest(_ written: String, _ expected: String?) {
        #expect(Suggestion.closest(to: written, among: ["warren", "rabbit", "rabbit_1", "rabbit_backup"]) == expected)
    }

    @Test("of equally close names the first in the alphabet is suggested")
    func ties() {
        #expect(Suggestion.closest(to: "rabbit_", among: ["rabbit_2", "rabbit_1"]) == "rabbit_1")
    }

    @Test("nothing is suggested where there is nothing")
    func empty() {
        #expect(Suggestion.closest(to: "rabbit", among: []) == nil)
    }

    @Test(
        "the edit distance counts changes",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1),
            ("kitten", "sitting", 3),
        ])
    func distance(_ left: String, _ right: String, _ expected: Int) {
        #expect(Suggestion.editDistance(Array(left), Array(right)) == expected)
    }
}
