import Testing

@testable import Monitoring

@Suite("The bytes of a stats socket's client")
struct CommandInputTests {
    @Test("a backslash takes the next character as it is")
    func escapes() {
        #expect(Self.read(#"set a\;b\ c\\ d;"#) == [.command(CommandRequest(["set", #"a;b c\"#, "d"]))])
    }

    @Test("line feeds and semicolons end commands, wherever the bytes are cut")
    func cuts() {
        let text = "show info;show stat 1 2\r\n\n;quit"
        let expected: [CommandInput.Next] = [
            .command(CommandRequest(["show", "info"])), .command(CommandRequest(["show", "stat", "1", "2"])),
            .command(CommandRequest([])), .command(CommandRequest([])),
        ]
        #expect(Self.read(text) == expected)
        var input = CommandInput()
        var found: [CommandInput.Next] = []
        for byte in text.utf8 {
            input.append([byte])
            let next = input.next()
            if next != .needsMore { found.append(next) }
        }
        #expect(found == expected)
        #expect(!input.isEmpty)
    }

    @Test("lines after << belong to their command up to an empty one")
    func payload() {
        #expect(
            Self.read("add map #0 <<\nkey; a\\b\r\nkey2\n\nshow info\n") == [
                .payloadLine, .payloadLine, .payloadLine,
                .command(CommandRequest(["add", "map", "#0"], payload: "key; a\\b\nkey2\n")),
                .command(CommandRequest(["show", "info"])),
            ])
        #expect(
            Self.read("show info <<;x\n\n") == [
                .payloadLine, .payloadLine, .command(CommandRequest(["show", "info"], payload: "x\n")),
            ])
    }

    @Test("<< is cut off only as a word of its own")
    func gluedPayload() {
        #expect(
            Self.read("show info<<\n\n") == [.payloadLine, .command(CommandRequest(["show", "info<<"], payload: ""))])
        #expect(Self.read("show << x\n") == [.command(CommandRequest(["show", "<<", "x"]))])
    }

    @Test("a command may be as long as HAProxy's buffer, with its payload")
    func tooLong() {
        let longest = String(repeating: " ", count: CommandInput.longestCommand - 5) + "help\n"
        #expect(Self.read(longest) == [.command(CommandRequest(["help"]))])
        #expect(Self.read(" " + longest) == [.tooLong])
        #expect(Self.read("add <<\n" + longest).last == .tooLong)
        #expect(Self.read(longest + longest).count == 2)
    }

    private static func read(_ text: String) -> [CommandInput.Next] {
        var input = CommandInput()
        input.append(text.utf8)
        var found: [CommandInput.Next] = []
        while true {
            let next = input.next()
            if next == .needsMore { return found }
            found.append(next)
            if next == .tooLong { return found }
        }
    }
}
