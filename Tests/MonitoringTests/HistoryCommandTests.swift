import Configuration
import History
import Model
import Supervision
import Testing

@testable import Monitoring

@Suite("The history on the stats socket")
struct HistoryCommandTests {
    @Test("show history tells the transitions, and asks for this instance's alone")
    func transitions() async {
        let history = FakeHistory()
        #expect(
            await Self.say(["show", "history"], history) == """
                # at,server,from,to,status,code,detail,lasted_ms,sessions,actor,reason
                2026-11-22T14:50:00.123Z,rabbitmq_cluster/rabbit_backup,UP,DOWN,L4CON,,Connection refused,192000,4,,

                """)
        #expect(history.lastQuestion?.instance == "warren")
        #expect(history.lastQuestion?.limit == HistoryCommands.mostRows)
        #expect(
            await Self.say(["show", "history", "nosuch"], history)
                == "# at,server,from,to,status,code,detail,lasted_ms,sessions,actor,reason\n")
        #expect(history.lastQuestion?.server == "nosuch")
    }

    @Test("show events lists the sinks as HAProxy does, and shows what was recorded")
    func events() async {
        let list = await Self.say(["show", "events"], FakeHistory())
        #expect(
            list == """
                Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop
                    history    : type=buffer, 5 dropped, what was recorded of this instance

                """)
        #expect(await Self.say(["show", "events", "nosuch"], FakeHistory()) == "No such event sink")
        #expect(await Self.say(["show", "events", "history"], FakeHistory()) == "")
        #expect(
            await Self.say(["show", "events", "history", "-w"], FakeHistory())
                == "This sink is shown as far as it goes, without -w and -n.\n")
    }

    @Test("without a history, and for those who may not see it, there is none")
    func refusals() async {
        #expect(await Self.say(["show", "history"], nil) == "No history is kept.\n")
        #expect(await Self.say(["show", "history"], FakeHistory(), level: .user) == "Permission denied\n")
        #expect(await Self.say(["show", "events", "history"], FakeHistory(), level: .user) == "Permission denied\n")
    }

    private static func say(
        _ words: [String], _ history: FakeHistory?, level: StatsSocketConfiguration.Level = .admin
    ) async -> String {
        let table = CommandTable(HistoryCommands.all + EventCommands.all)
        var context = CommandContext(
            configuration: InstanceConfiguration(name: "warren", file: "warren.cfg"),
            process: ProcessInformation(version: "0"), table: table, control: SnapshotControl(snapshot: nil),
            actor: Operator(name: "test"))
        if let history { context.history = { history } }
        var session = CommandSession(level: level)
        switch await table.run(CommandRequest(words), in: &session, context) {
        case .answer(let text): return text
        case .message(let text, _): return text
        case .pieces, .news, .handsOver, .quits: return "neither an answer nor a message"
        }
    }
}
