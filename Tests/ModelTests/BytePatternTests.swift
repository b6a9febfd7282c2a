import Testing

@testable import Model

@Suite("BytePattern")
struct BytePatternTests {
    @Test(
        "an expression matches what PCRE's would",
        arguments: [
            ("abc", ["abc", "xabcx"], ["ab", "acb", ""]), ("^abc$", ["abc", "abc\n"], ["xabc", "abcx", "abc\n\n"]),
            ("a.c", ["abc", "a c"], ["a\nc", "ac"]), ("colou?r", ["color", "colour"], ["colouur"]),
            ("^(2..|3..)$", ["200", "399"], ["404", "20"]), ("[0-9]{2,3}x", ["12x", "1234x"], ["1x"]),
            ("^[^a-c]+$", ["xyz"], ["xaz", ""]), ("\\d\\s\\w", ["1 a"], ["1a", "a 1"]),
            ("\\bup\\b", ["is up now", "up"], ["group", "upper"]), ("(?i)ok", ["OK", "Ok"], ["K"]),
            ("^(a|b)*?c", ["c", "ababc"], ["abdc"]), ("x{2}", ["axxa"], ["axa"]), ("a{,2}", ["a{,2}"], ["aa"]),
            ("[]x]", ["]"], ["y"]), ("[[:digit:]-]", ["-", "5"], ["a"]), ("\\x41\\r\\n", ["A\r\n"], ["A\n"]),
            ("(?:ab){1,}$", ["abab"], ["aba"]), ("", ["", "x"], []), ("a||b", ["", "z"], []),
            ("^52000000(08|0A)", ["5200000008"], ["520000000C"]), ("\\Aab\\z", ["ab"], ["ab\n"]),
            ("(x+x+)+y", ["xxxxy"], [String(repeating: "x", count: 5_000)]),
        ] as [(String, [String], [String])])
    func matching(text: String, found: [String], missed: [String]) throws {
        let pattern = try BytePattern(text)
        for sample in found { #expect(pattern.matches(Array(sample.utf8)), "\(text) in \(sample)") }
        for sample in missed { #expect(!pattern.matches(Array(sample.utf8)), "\(text) in \(sample.prefix(20))") }
    }

    @Test("bytes that are no text match, too")
    func bytes() throws {
        #expect(try BytePattern("^\\xff.\\x00$").matches([0xFF, 0x80, 0x00]))
        #expect(try !BytePattern("\\w").matches([0xC3, 0xA4]))
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            ("(a", 0), ("a)", 1), ("[a", 0), ("*a", 0), ("a**", 2), ("a\\", 1), ("\\1", 0), ("(?=a)", 0), ("[z-a]", 1),
            ("\\xg0", 0), ("a{3,2}", 1), ("[[:nonsense:]]", 1), ("^*", 1), ("a{5000}", 1),
        ])
    func errors(text: String, offset: Int) {
        #expect { try BytePattern(text) } throws: { error in
            (error as? BytePatternError)?.offset == offset
        }
    }

    @Test("repetitions that multiply beyond measure are refused")
    func tooLarge() {
        #expect(throws: BytePatternError.self) { try BytePattern("((a{100}){100}){100}") }
        #expect(throws: BytePatternError.self) { try BytePattern(String(repeating: "(", count: 100)) }
    }
}
