import Testing

@testable import Configuration

@Suite("Conditional blocks and directives")
struct ConditionalBlockTests {
    private func retries(_ block: String, environment: [String: String] = [:]) throws -> Int {
        try Sample.listen(block, environment: environment).clean().proxies[0].retries
    }

    @Test("the first branch whose condition holds is read, and no other")
    func branches() throws {
        let block = ".if streq($A,1)\nretries 5\n.elif streq($A,2)\nretries 6\n.else\nretries 7\n.endif"
            .replacing("$A", with: "\"$A\"")
        #expect(try retries(block, environment: ["A": "1"]) == 5)
        #expect(try retries(block, environment: ["A": "2"]) == 6)
        #expect(try retries(block, environment: ["A": "3"]) == 7)
    }

    @Test("a block within one that is skipped is skipped, whatever it says")
    func nested() throws {
        #expect(try retries(".if 0\n.if nonsense(\nretries 5\n.else\nretries 6\n.endif\n\"open\n.endif") == 3)
        #expect(try retries(".if 1\n.if 0\nretries 5\n.else\nretries 6\n.endif\n.endif") == 6)
    }

    @Test("99 blocks may stand within each other, and no more")
    func deepest() throws {
        func text(_ count: Int) -> String {
            String(repeating: ".if 1\n", count: count) + "retries 5\n" + String(repeating: ".endif\n", count: count)
        }
        #expect(try retries(text(99)) == 5)
        #expect(
            Sample.listen(text(100)).lines.first == "error 108:1 more than 99 '.if' within each other")
    }

    @Test("a whole section may stand in a block")
    func sections() throws {
        let text = Sample.defaults + ".if 0\nlisten a\n    bind :1\n.endif\n" + Sample.proxy
        #expect(try Sample.parse(text).clean().proxies.map(\.name) == ["rabbit"])
    }

    @Test(
        "blocks that don't fit are errors",
        arguments: [
            (".endif", "error 9:5 '.endif' without an '.if' before it"),
            (".else", "error 9:5 '.else' without an '.if' before it"),
            (".if 1", "error 9:5 this '.if' is never ended"),
            (".if 1\n.else\n.elif 1\n.endif", "error 11:1 '.elif' after the '.else' of the same '.if'"),
            (".if 1\n.endif x", "error 10:8 unexpected 'x' after '.endif'"),
        ] as [(String, String)])
    func mistakes(block: String, expected: String) {
        #expect(Sample.listen(block).lines == [expected])
    }

    @Test("the file's own words are told at their weight")
    func messages() {
        let parsed = Sample.listen(".notice one", ".warning two", ".alert \"three four\"", ".diag five")
        #expect(parsed.diagnostics.map(\.severity) == [.note, .warning, .error])
        #expect(
            parsed.diagnostics.map(\.message) == [
                "the file says: one", "the file says: two", "the file says: three four",
            ])
    }

    @Test("variables set in the file hold for the lines after them")
    func variables() throws {
        let text =
            "global\n    setenv PORT 81\n    presetenv PORT 82\n    unsetenv HOST\n" + Sample.defaults
            + "listen a\n    bind \"127.0.0.1:${PORT}\"\n    server s \"${HOST-192.0.2.1}:1\"\n"
        let proxy = try Sample.parse(text, environment: ["HOST": "192.0.2.2"]).clean().proxies[0]
        #expect(proxy.binds.map(\.address) == [.ipv4("127.0.0.1", port: 81)])
        #expect(proxy.servers.map(\.address) == [.ip("192.0.2.1", port: 1)])
    }
}
