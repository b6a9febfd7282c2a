import Testing

@testable import Configuration

@Suite("Lexer")
struct LexerTests {
    private func words(_ line: String, _ environment: [String: String] = [:]) throws -> [String] {
        try lex(Array(line.utf8), environment)?.words.map(\.text) ?? []
    }

    private func lex(_ bytes: [UInt8], _ environment: [String: String] = [:]) throws -> SourceLine? {
        try Lexer.words(
            of: SourceText.RawLine(number: 7, bytes: bytes[...]), file: "f.cfg", section: "rabbit",
            environment: environment)
    }

    private func failure(_ line: String) -> Diagnostic? {
        do {
            _ = try Lexer.words(
                of: SourceText.RawLine(number: 7, bytes: Array(line.utf8)[...]), file: "f.cfg", section: "",
                environment: [:])
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "blanks separate words, and comments end a line",
        arguments: [
            ("", []), ("   \t ", []), ("# nothing", []), ("a b", ["a", "b"]), ("\ta \t b  ", ["a", "b"]),
            ("a#b", ["a"]),
            ("a # b", ["a"]), ("a\u{0B}b\u{0C}c", ["a", "b", "c"]), ("été 兔子", ["été", "兔子"]),
        ] as [(String, [String])])
    func separation(line: String, expected: [String]) throws {
        #expect(try words(line) == expected)
    }

    @Test(
        "quotes protect blanks, comments and each other",
        arguments: [
            (#""a b""#, ["a b"]), (#"'a b'"#, ["a b"]), (#"a"b c"d"#, ["ab cd"]), (#"a'b c'd"#, ["ab cd"]),
            (#""a#b""#, ["a#b"]), (#"'a#b'"#, ["a#b"]), (#""it's""#, ["it's"]), (#"'say "so"'"#, [#"say "so""#]),
            ("\"\"", [""]), ("''", [""]), (#"a "" b"#, ["a", "", "b"]),
        ] as [(String, [String])])
    func quoting(line: String, expected: [String]) throws {
        #expect(try words(line) == expected)
    }

    @Test(
        "a backslash protects one character, and unknown escapes keep theirs",
        arguments: [
            (#"a\ b"#, ["a b"]), ("a\\#b", ["a#b"]), (#"a\\b"#, [#"a\b"#]), (#"\"x\'"#, [#""x'"#]),
            (#"a\nb"#, ["a\nb"]),
            (#"a\rb\tc"#, ["a\rb\tc"]), (#"\x41\x62"#, ["Ab"]), (#"\xc3\xA9"#, ["é"]), (#"a\qb"#, [#"a\qb"#]),
            (#""a\qb""#, [#"a\qb"#]), (#"'a\nb'"#, [#"a\nb"#]), (#"'a\'"#, [#"a\"#]), (#"abc\"#, [#"abc\"#]),
            ("\"\\\"\"", ["\""]), (#""\$A""#, ["$A"]), (#"\$A"#, [#"\$A"#]), ("\"\\ \\#\\x20\"", [" # "]),
        ] as [(String, [String])])
    func escapes(line: String, expected: [String]) throws {
        #expect(try words(line) == expected)
    }

    @Test(
        "variables are replaced within double quotes alone",
        arguments: [
            (#""$A""#, ["one"]), (#""${A}""#, ["one"]), (#"x"${A}"y"#, ["xoney"]), (#""$A-x""#, ["one-x"]),
            ("$A", ["$A"]),
            ("${A}", ["${A}"]), ("'$A'", ["$A"]), (#""$NONE""#, [""]), (#""${NONE}""#, [""]),
            (#""${NONE-two}""#, ["two"]),
            (#""${NONE-}""#, [""]), (#""${A-two}""#, ["one"]), (#""${EMPTY-two}""#, [""]), (#""${NONE-a b}""#, ["a b"]),
            (#""${LIST}""#, ["a b  c"]), (#""${LIST[*]}""#, ["a", "b", "c"]), (#"x"${LIST[*]}"y"#, ["xa", "b", "cy"]),
            (#""${.LINE}" "$.FILE" "$.SECTION""#, ["7", "f.cfg", "rabbit"]), (#""${NONE-${A}}""#, ["${A}"]),
        ] as [(String, [String])])
    func variables(line: String, expected: [String]) throws {
        #expect(try words(line, ["A": "one", "EMPTY": "", "LIST": "a b  c"]) == expected)
    }

    @Test("a variable's value is not read again")
    func valueIsNotReadAgain() throws {
        #expect(try words(#"a "$A""#, ["A": #"x # "y" $A"#]) == ["a", #"x # "y" $A"#])
    }

    @Test(
        "what is unfinished is an error at its place",
        arguments: [
            (#"a "b"#, 3, "this quote is never closed"), ("a 'b", 3, "this quote is never closed"),
            (#"a \x4"#, 3, #"'\x' without two hexadecimal digits"#),
            (#"a \xzz"#, 3, #"'\x' without two hexadecimal digits"#),
            (#"兔 "$""#, 5, "a variable's name begins with a letter or '_'"),
            (#"a "$1b""#, 5, "a variable's name begins with a letter or '_'"),
            (#"a "${}""#, 6, "a variable's name begins with a letter or '_'"),
            (#"a "${A""#, 4, "the brace after '$' is never closed, or the name 'A' is followed by something else"),
            (#"a "${A:-b}""#, 4, "the brace after '$' is never closed, or the name 'A' is followed by something else"),
            ("a b\rc", 4, "control character 0x0D in the line"), ("a\u{0}", 2, "control character 0x00 in the line"),
        ] as [(String, Int, String)])
    func unfinished(line: String, column: Int, message: String) {
        let diagnostic = failure(line)
        #expect(diagnostic?.message == message)
        #expect(diagnostic?.location == SourceLocation(file: "f.cfg", line: 7, column: column))
        #expect(diagnostic?.help != nil)
    }

    @Test("columns are counted in characters")
    func columns() throws {
        let line = try #require(try lex(Array("\t兔子 \"é é\" x  # 注释".utf8)))
        #expect(line.words.map(\.location.column) == [2, 5, 11])
        #expect(line.end.column == 12)
    }

    @Test("any bytes may stand in a comment; in a word, those that are not UTF-8 are replaced and marked")
    func notUTF8() throws {
        #expect(try lex(Array("a # ".utf8) + [0xE9])?.words.map(\.text) == ["a"])
        let words = try #require(try lex(Array("a ".utf8) + [0xE9])).words
        #expect(words.map(\.text) == ["a", "\u{FFFD}"])
        #expect(words.map(\.hasForeignBytes) == [false, true])
    }

    @Test("a line has at most 64 words")
    func manyWords() throws {
        let most = Array(repeating: "x", count: Lexer.maximumWords).joined(separator: " ")
        #expect(try words(most).count == 64)
        #expect(failure(most + " y")?.location.column == 129)
    }

    @Test("a variable outside double quotes is remembered")
    func bareVariable() throws {
        let line = try #require(try lex(Array(#"$A ${A} "$A" '$A' $1 a$ $"#.utf8)))
        #expect(line.words.map(\.hasBareVariable) == [true, true, false, false, false, false, false])
    }
}

@Suite("Source text")
struct SourceTextTests {
    @Test("CR LF and a missing newline are taken, with one warning each")
    func lineEnds() throws {
        let parsed = Sample.parse((Sample.defaults + Sample.proxy).replacing("\n", with: "\r\n"))
        #expect(parsed.lines == ["warning 1:9 lines end with CR LF"])
        #expect(try parsed.valid().proxies.count == 1)
        let cut = Sample.parse(String((Sample.defaults + Sample.proxy).dropLast()))
        #expect(cut.lines == ["warning 8:30 the last line has no newline: the file may have been cut off"])
        #expect(try cut.valid().proxies[0].servers.count == 1)
    }

    @Test("a byte order mark is named as such")
    func byteOrderMark() {
        let parsed = Sample.parse("\u{FEFF}global\n    maxconn 5\n" + Sample.defaults + Sample.proxy)
        #expect(parsed.messages(.error) == ["the file begins with a byte order mark"])
    }
}
