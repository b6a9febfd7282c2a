import Model
import Monitoring
import Supervision
import Testing

@testable import supervise

@Suite("The live view")
struct TopTests {
    private func view(at milliseconds: Int64 = 1_000_000, bytes: Int64 = 0) -> LiveView {
        var cluster = InstanceStatus(instance: "cluster", state: .running)
        cluster.uptimeMilliseconds = 3_720_000
        (cluster.serversUp, cluster.servers, cluster.sessions) = (2, 3, 12)
        var warren = InstanceStatus(instance: "warren", state: .backoff)
        warren.reason = "cannot bind"
        let servers = [("rabbit_1", 3), ("rabbit_2", 9), ("rabbit_3", 0)].map { name, sessions in
            var server = ServerSnapshot(name: name, id: 1, address: "127.0.0.1:5672")
            server.counters.currentSessions = sessions
            server.counters.bytesOut = name == "rabbit_1" ? bytes : 0
            if name == "rabbit_3" { server.operational = .down }
            return LiveView.Server(server, ServerIdentity(instance: "cluster", proxy: "rabbitmq", server: name))
        }
        return LiveView(
            at: Timestamp(millisecondsSinceEpoch: milliseconds), instances: [.init(cluster), .init(warren)],
            servers: servers)
    }

    private func state(_ keys: String = "") -> TopState {
        var state = TopState()
        state.take(view())
        for key in keys { _ = state.press(.character(key)) }
        return state
    }

    private func names(_ state: TopState) -> [String] { state.servers.map(\.identity.server) }

    @Test("bytes of a terminal are keys")
    func keys() {
        #expect(TopKey.keys(in: Array("qé\r\u{7F}".utf8)) == [.character("q"), .character("é"), .enter, .backspace])
        #expect(
            TopKey.keys(in: Array("\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~x".utf8))
                == [.up, .down, .pageUp, .pageDown, .character("x")])
        #expect(TopKey.keys(in: [0x1B]) == [.escape])
        #expect(TopKey.keys(in: [0x03, 0x1A, 0x00]) == [.interrupt, .suspend])
        // A sequence that is no key here, and one that is cut off.
        #expect(TopKey.keys(in: Array("\u{1B}[1;5Cq\u{1B}[".utf8)) == [.character("q")])
    }

    @Test("servers are sorted by what one wants to know, and equal ones stay in the files' order")
    func sorting() {
        #expect(names(state()) == ["rabbit_1", "rabbit_2", "rabbit_3"])
        #expect(names(state("s")) == ["rabbit_3", "rabbit_1", "rabbit_2"])
        #expect(names(state("ss")) == ["rabbit_2", "rabbit_1", "rabbit_3"])
        #expect(state("ssssss").order == .name)
    }

    @Test("the filter looks at names and states, and the chosen server is one that is shown")
    func filtering() {
        var state = state("fDOWN")
        #expect(names(state) == ["rabbit_3"])
        #expect(state.selected?.server == "rabbit_3")
        _ = state.press(.enter)
        #expect(state.mode == .watching)
        _ = state.press(.escape)
        #expect(names(state).count == 3)
        state = self.state("/xyz")
        #expect(names(state).isEmpty && state.selected == nil)
        _ = state.press(.backspace)
        #expect(state.filter == "xy")
        _ = state.press(.escape)
        #expect(state.filter.isEmpty && state.mode == .watching)
    }

    @Test("an order is asked about first, and only y carries it out")
    func orders() {
        let server = ServerIdentity(instance: "cluster", proxy: "rabbitmq", server: "rabbit_2")
        var state = state("jd")
        #expect(state.mode == .asking(.drain, server))
        #expect(state.press(.character("y")) == .set(.drain, server))
        #expect(state.mode == .watching)
        for (key, administrative) in [("r", AdministrativeState.ready), ("m", .maint)] {
            _ = state.press(.character(Character(key)))
            #expect(state.mode == .asking(administrative, server))
            #expect(state.press(.character("n")) == nil)
            #expect(state.message == "rabbit_2 is left as it is")
        }
    }

    @Test("keys that end it or suspend it do so whatever the others mean")
    func ending() {
        for keys in ["", "f", "d", "h"] {
            var state = state(keys)
            #expect(state.press(.interrupt) == .quit)
            #expect(state.press(.suspend) == .suspend)
        }
        var state = state()
        #expect(state.press(.character("q")) == .quit)
        var filtering = self.state("f")
        #expect(filtering.press(.character("q")) == nil)
        #expect(filtering.filter == "q")
    }

    @Test("the choice moves within the list, and outlives news")
    func choice() {
        var state = state("k")
        #expect(state.selected?.server == "rabbit_1")
        _ = state.press(.pageDown)
        #expect(state.selected?.server == "rabbit_3")
        state.take(view(at: 1_001_000))
        #expect(state.selected?.server == "rabbit_3")
        _ = state.press(.pageUp)
        #expect(state.selected?.server == "rabbit_1")
        state.take(LiveView(at: Timestamp(millisecondsSinceEpoch: 1_002_000), instances: [], servers: []))
        #expect(state.selected == nil)
    }

    @Test("traffic is what moved since the view before, by the second")
    func traffic() {
        var state = state()
        state.take(view(at: 1_002_000, bytes: 5_000))
        #expect(state.traffic(of: state.servers[0]) == TopState.Traffic(bytesIn: 0, bytesOut: 2_500))
        // An instance that has begun anew counts anew.
        state.take(view(at: 1_003_000, bytes: 100))
        #expect(state.traffic(of: state.servers[0]) == TopState.Traffic())
    }

    @Test("a picture has all that there is to see, in 80 columns")
    func picture() {
        var state = state()
        state.take(view(at: 1_002_000, bytes: 5_000))
        let lines = TopFrame(state, size: TopFrame.Size(columns: 80, rows: 24), isColored: false).lines
        #expect(lines.count == 24)
        #expect(lines[0].hasPrefix("supervise top  "))
        #expect(lines[0].hasSuffix("  servers 2/3  sessions 12  0/s"))
        #expect(lines[1] == "INSTANCE                        STATE       SERVERS  SESSIONS    RATE     UPTIME")
        #expect(lines[2] == "cluster                         RUNNING         2/3        12     0/s    1 h 2 m")
        #expect(lines[3] == "warren                          BACKOFF         0/0         0     0/s          -")
        #expect(lines[5] == "SERVER                STATE        SESS   RATE QUEUE     IN/s    OUT/s     SINCE")
        #expect(
            lines[6]
                == "\u{1B}[7m…er/rabbitmq/rabbit_1 no check        3      0     0      0 B   2.5 kB       0 s\u{1B}[0m")
        #expect(lines[8] == "…er/rabbitmq/rabbit_3 DOWN            0      0     0      0 B      0 B       0 s")
        #expect(lines[9] == "")
        #expect(lines[23] == "h help  s sort: name  f filter  d drain  r ready  m maint  q quit")
    }

    @Test("every picture fits its terminal, however large or small that is", arguments: [1, 2, 5, 24, 60])
    func sizes(rows: Int) {
        for columns in [1, 10, 40, 79, 80, 100, 300] {
            for keys in ["", "h", "f", "fxyz", "d"] {
                let frame = TopFrame(state(keys), size: TopFrame.Size(columns: columns, rows: rows), isColored: true)
                #expect(frame.lines.count == rows)
                for line in frame.lines {
                    #expect(line.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").count <= columns)
                }
            }
        }
    }

    @Test("a picture is one text: from the corner on, each line to its end, nothing below")
    func text() {
        let text = TopFrame(state(), size: TopFrame.Size(columns: 80, rows: 10), isColored: false).text
        #expect(text.hasPrefix("\u{1B}[H") && text.hasSuffix("\u{1B}[K\u{1B}[J"))
        #expect(text.components(separatedBy: "\u{1B}[K").count == 11)
        #expect(!text.hasSuffix("\n"))
    }

    @Test("trouble, messages and questions stand in the last line; names can't steer the terminal")
    func foot() {
        func last(_ state: TopState) -> String? {
            TopFrame(state, size: TopFrame.Size(columns: 80, rows: 24), isColored: false).lines.last
        }
        #expect(last(state("d")) == "drain cluster/rabbitmq/rabbit_1? y/n")
        #expect(last(state("frab")) == "filter: rab_  (Enter keeps it, Esc clears it)")
        var state = state()
        state.tell("done\u{1B}[2J")
        #expect(last(state) == "done\u{FFFD}[2J")
        state.fail("no supervisor")
        #expect(last(state) == "no supervisor")
        #expect(last(self.state("h")) == "any key goes back")
    }
}
