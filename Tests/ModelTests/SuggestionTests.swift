import Model
import Testing

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "the distance counts letters inserted, removed, replaced or swapped",
        arguments: [
            ("", "", 0), ("a", "", 1), ("", "ab", 2), ("fall", "fal", 1), ("inter", "intre", 1), ("rise", "raise", 1),
            ("maxconn", "maxcoon", 1), ("kitten", "sitting", 3),
        ])
    func distance(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(from: left, to: right) == expected)
        #expect(Suggestion.distance(from: right, to: left) == expected)
    }

    @Test("the closest word is suggested, the first in the alphabet of equally close ones")
    func closest() {
        #expect(Suggestion.closest(to: "balanse", among: ["backlog", "balance", "bind"]) == "balance")
        #expect(Suggestion.closest(to: "Listen", among: ["listen"]) == "listen")
        #expect(Suggestion.closest(to: "cat", among: ["hat", "bat"]) == "bat")
    }

    @Test("nothing is suggested for a word that is like none")
    func none() {
        #expect(Suggestion.closest(to: "zebra", among: ["backlog", "balance", "bind"]) == nil)
        #expect(Suggestion.closest(to: "x", among: ["y"]) == nil)
        #expect(Suggestion.closest(to: "", among: ["a"]) == nil)
    }

    @Test("nothing is suggested for a word longer than any name")
    func long() {
        let word = String(repeating: "a", count: Suggestion.longestWord)
        #expect(Suggestion.closest(to: word, among: [word + "b"]) == word + "b")
        #expect(Suggestion.closest(to: word + "a", among: [word]) == nil)
    }
}
