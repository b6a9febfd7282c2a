import Testing

@testable import Configuration

@Suite("Diagnostics")
struct DiagnosticTests {
    private let interval = Diagnostic(
        severity: .error, location: SourceLocation(file: "Instances/shop.cfg", line: 14, column: 44),
        message: "check interval of server 'app2' is 0; the least is 1ms", help: "write a time such as 'inter 2s'",
        sourceLine: "    server app2 10.0.0.12:8080 check inter 0")

    @Test("an error shows its place, its line with a caret, and help")
    func layout() {
        #expect(
            interval.rendered(color: false) == """
                Instances/shop.cfg:14:44: error: check interval of server 'app2' is 0; the least is 1ms
                  14 |     server app2 10.0.0.12:8080 check inter 0
                     |                                            ^
                  help: write a time such as 'inter 2s'
                """)
    }

    @Test("the reader gives that very diagnostic for that very line")
    func sameFromAFile() throws {
        let text =
            Sample.defaults + "listen shop\n    bind :80\n" + String(repeating: "\n", count: 6)
            + (interval.sourceLine ?? "") + "\n"
        let parsed = ConfigurationReader.parse(text, file: "Instances/shop.cfg", instance: "shop", environment: [:])
        #expect(parsed.diagnostics == [interval])
        #expect(parsed.configuration == nil)
    }

    @Test("colour adds codes and takes no word away")
    func colour() {
        let coloured = interval.rendered(color: true)
        #expect(coloured.contains("\u{1B}[1;31merror:\u{1B}[0m"))
        let plain = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(plain == interval.rendered(color: false))
    }

    @Test("the caret stands under its word behind tabs and wide characters")
    func caret() {
        let diagnostic = Diagnostic(
            severity: .warning, location: SourceLocation(file: "f", line: 1, column: 6), message: "m",
            sourceLine: "\ta兔子 b")
        #expect(
            diagnostic.rendered(color: false) == """
                f:1:6: warning: m
                  1 | \ta兔子 b
                    | \t      ^
                """)
    }

    @Test("a file as a whole has no line to show")
    func wholeFile() {
        let diagnostic = Diagnostic(
            severity: .error, location: SourceLocation(file: "f", line: 0, column: 0), message: "m", help: "h",
            sourceLine: "never shown")
        #expect(diagnostic.rendered(color: false) == "f: error: m\n  help: h")
    }

    @Test("control characters of a file never reach the terminal")
    func controlCharacters() {
        let diagnostic = Diagnostic(
            severity: .error, location: SourceLocation(file: "f", line: 1, column: 1), message: "unknown '\u{1B}[2J'",
            sourceLine: "\u{1B}[2J\u{9B}x")
        #expect(
            diagnostic.rendered(color: false)
                == "f:1:1: error: unknown '\u{FFFD}[2J'\n  1 | \u{FFFD}[2J\u{FFFD}x\n    | ^")
    }

    @Test("of a very long line only the caret's surroundings are shown")
    func longLine() throws {
        let line = String(repeating: "a", count: 300) + "b" + String(repeating: "c", count: 300)
        let diagnostic = Diagnostic(
            severity: .error, location: SourceLocation(file: "f", line: 1, column: 301), message: line, sourceLine: line
        )
        let shown = diagnostic.rendered(color: false).split(separator: "\n")
        #expect(shown.count == 3)
        let caret = try #require(shown[2].firstIndex(of: "^"))
        #expect(shown[1].dropFirst(shown[2].distance(from: shown[2].startIndex, to: caret)).first == "b")
        #expect(shown[1].count == 6 + Diagnostic.widestLine + 2)
        let word = String(repeating: "x", count: 100_000)
        #expect(Sample.listen(word).diagnostics[0].rendered(color: false).utf8.count < 1_500)
    }
}
