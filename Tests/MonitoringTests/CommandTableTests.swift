import Configuration
import Model
import Supervision
import Testing

@testable import Monitoring

@Suite("The table of commands")
struct CommandTableTests {
    @Test("help lists all commands in HAProxy's columns")
    func help() async {
        let table = CommandTable([Self.show("show info", usage: "show info [typed]"), Self.show("get weight")])
        #expect(
            await Self.say(["help"], to: table) == """
                The following commands are valid at this level:
                  get weight                              : about get weight
                  show info [typed]                       : about show info
                  help [<command>]                        : list matching or all commands
                  prompt                                  : toggle interactive mode with prompt
                  quit                                    : disconnect

                """)
    }

    @Test("an empty line gets all commands")
    func empty() async {
        let table = CommandTable([Self.show("show info"), Self.show("get weight")])
        let answer = await Self.say([], to: table)
        #expect(
            answer.hasPrefix(
                "Unknown command. Please enter one of the following commands only:\n  get weight  "))
    }

    @Test(
        "an unknown command gets the commands that begin alike, or the likeliest",
        arguments: [
            (["show"], ["show env [var]", "show fd [num]", "show info", "show sess [id]", "show stat"]),
            (["help", "show"], ["show env [var]", "show fd [num]", "show info", "show sess [id]", "show stat"]),
            (["show", "inf"], ["show fd [num]", "show info"]), (["shw", "stat"], ["show stat"]),
            (["help", "sh"], ["show env [var]", "show fd [num]", "show sess [id]", "show stat", "user"]),
            (["SHOW", "INFO"], ["show info"]), (["help", "quit"], []),
        ])
    func unknown(words: [String], expected: [String]) async {
        let table = CommandTable([
            Self.show("show info"), Self.show("show stat"), Self.show("show fd", usage: "show fd [num]"),
            Self.show("show env", usage: "show env [var]"), Self.show("show sess", usage: "show sess [id]"),
            Self.show("user"), Self.show("get weight"),
        ])
        let lines = await Self.say(words, to: table).split(separator: "\n").dropFirst().dropLast(3)
        #expect(
            lines.map { line in String(line.split(separator: ":")[0]).trimmingSpaces } == expected)
    }

    @Test("the longest name that fits is meant")
    func longest() async {
        let table = CommandTable([Self.show("show servers"), Self.show("show servers state")])
        #expect(await Self.say(["show", "servers", "state", "x"], to: table) == "show servers state: x\n")
        #expect(await Self.say(["show", "servers", "x"], to: table) == "show servers: x\n")
    }

    @Test("a command above the connection's level is refused, and lowering a level is for good")
    func level() async {
        let restricted = Command("set weight", usage: "set weight", level: .admin) { _, _, _ in .answer("done\n") }
        let table = CommandTable([restricted] + ConnectionCommands.all)
        for (level, answer) in [
            (StatsSocketConfiguration.Level.user, "Permission denied\n"), (.operator, "Permission denied\n"),
            (.admin, "done\n"),
        ] {
            #expect(await Self.say(["set", "weight", "1"], to: table, level: level) == answer)
        }
        var session = CommandSession(level: .admin)
        for (word, level, answer) in [
            ("operator", "operator", ""), ("user", "user", ""), ("operator", "user", "Permission denied\n"),
        ] {
            #expect(await Self.say([word], to: table, in: &session) == answer)
            #expect(await Self.say(["show", "cli", "level"], to: table, in: &session) == level + "\n")
        }
    }

    @Test("expert and experimental commands are hidden and refused until somebody asks for them")
    func modes() async {
        let table = CommandTable(
            [
                Command("debug dev", usage: "debug dev", mode: .expert) { _, _, _ in .answer("debug\n") },
                Command("set var", usage: "set var", mode: .experimental) { _, _, _ in .answer("var\n") },
            ] + ConnectionCommands.all)
        var session = CommandSession(level: .admin)
        #expect(
            await Self.say(["debug", "dev"], to: table, in: &session)
                == "This command is restricted to expert mode only.\n")
        #expect(
            await Self.say(["set", "var"], to: table, in: &session)
                == "This command is restricted to experimental mode only.\n")
        #expect(await !Self.say(["help"], to: table, in: &session).contains("debug dev"))
        #expect(await Self.say(["expert-mode"], to: table, in: &session) == "expert-mode is OFF\n")
        #expect(await Self.say(["expert-mode", "on"], to: table, in: &session) == "")
        #expect(await Self.say(["experimental-mode", "on"], to: table, in: &session) == "")
        #expect(await Self.say(["expert-mode"], to: table, in: &session) == "expert-mode is ON\n")
        #expect(await Self.say(["debug", "dev"], to: table, in: &session) == "debug\n")
        #expect(await Self.say(["set", "var"], to: table, in: &session) == "var\n")
        #expect(await Self.say(["help"], to: table, in: &session).contains("debug dev"))
    }

    @Test(
        "set timeout cli takes seconds and other units",
        arguments: [
            ("10", Duration.seconds(10)), ("1500ms", .milliseconds(1500)), ("2m", .seconds(120)), ("0", nil),
            ("-1", nil), ("5x", nil), ("1.5", nil), ("3000000000", nil),
        ])
    func timeout(text: String, expected: Duration?) async {
        var session = CommandSession(level: .user)
        let answer = await Self.say(
            ["set", "timeout", "cli", text], to: CommandTable(ConnectionCommands.all), in: &session)
        #expect(session.timeout == expected)
        #expect(answer == (expected == nil ? "Invalid timeout value.\n" : ""))
    }

    @Test("severities are shown to those who want them")
    func severity() async {
        var session = CommandSession(level: .admin)
        let table = CommandTable(ConnectionCommands.all)
        #expect(await Self.say(["set", "severity-output", "number"], to: table, in: &session) == "")
        #expect(await Self.say(["show", "cli", "level"], to: table, in: &session) == "[6]: admin\n")
        #expect(await Self.say(["set", "severity-output", "string"], to: table, in: &session) == "")
        #expect(
            await Self.say(["set", "timeout", "x"], to: table, in: &session)
                == "[err]: 'set timeout' only supports 'cli'.\n")
    }

    private static func show(_ words: String, usage: String? = nil) -> Command {
        Command(words, usage: usage ?? words, summary: "about \(words)") { arguments, _, _ in
            .answer("\(words): \(arguments.all.joined(separator: " "))\n")
        }
    }

    private static func say(
        _ words: [String], to table: CommandTable, level: StatsSocketConfiguration.Level = .admin
    ) async -> String {
        var session = CommandSession(level: level)
        return await say(words, to: table, in: &session)
    }

    @Test("listening sockets are given where the socket exposes them, at every level, and else the connection ends")
    func successor() async {
        for level in [StatsSocketConfiguration.Level.user, .admin] {
            var exposing = CommandSession(level: level, exposesListeners: true)
            #expect(await Self.say(["_getsocks"], to: .statsSocket, in: &exposing) == "0 sockets")
            var other = CommandSession(level: level)
            #expect(await Self.say(["_getsocks"], to: .statsSocket, in: &other) == "quits")
        }
    }

    private static func say(_ words: [String], to table: CommandTable, in session: inout CommandSession) async -> String
    {
        let context = CommandContext(
            configuration: InstanceConfiguration(name: "test", file: "test.cfg"),
            process: ProcessInformation(version: "0"), table: table, control: SnapshotControl(snapshot: nil),
            actor: Operator(name: "test"))
        switch await table.run(CommandRequest(words), in: &session, context) {
        case .answer(let text): return text
        case .message(let text, let severity): return session.message(text, severity)
        case .pieces, .news: return "pieces"
        case .handsOver(let sockets): return "\(sockets.count) sockets"
        case .quits: return "quits"
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
