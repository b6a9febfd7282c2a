import Model
import Testing

@testable import Monitoring

@Suite("The statistics as CSV")
struct StatisticsCSVTests {
    @Test("the header is HAProxy's")
    func header() {
        #expect(StatisticsCSV.header == RecordedCSV.header + "\n")
    }

    @Test("a snapshot with the recorded values gives the recorded lines")
    func recordedLines() {
        let rows = StatisticsRow.rows(of: SnapshotFixtures.warrenOnBackup)
        let lines = rows.map { StatisticsCSV.line(of: $0) }
        let recorded = RecordedCSV.warrenOnBackup.split(separator: "\n").map { $0 + "\n" }
        #expect(lines.count == 6)
        for (line, expected) in zip(lines, recorded) {
            #expect(named(line) == named(withBytesOnTheWire(String(expected))))
        }
    }

    @Test("a server whose first check has not ended is INI and UP 1/3")
    func firstCheck() {
        var server = ServerSnapshot(name: "rabbit_1", id: 2, address: "127.0.0.4:5672")
        (server.isChecked, server.rise, server.fall, server.health) = (true, 2, 3, 2)
        let proxy = ProxySnapshot(name: "rabbitmq_cluster", id: 2)
        #expect(StatisticsCSV.line(of: .server(server, of: proxy)) == RecordedCSV.justStarted + "\n")
    }

    @Test("a listening socket that is counted by itself has HAProxy's row between frontend and servers")
    func listeningSocket() {
        var proxy = ProxySnapshot(name: "fe", id: 2)
        var frontend = FrontendSnapshot()
        var listener = ListenerSnapshot(name: "sock-1", id: 1, address: "127.0.0.1:18001")
        (listener.maxSessions, listener.totalSessions, listener.bytesIn, listener.bytesOut) = (1, 3, 9, 9)
        frontend.listeners = [listener]
        (proxy.frontend, proxy.servers) = (frontend, [SnapshotFixtures.rabbit])
        let rows = StatisticsRow.rows(of: proxy)
        #expect(rows.count == 3)
        #expect(StatisticsCSV.line(of: rows[1]) == RecordedCSV.listeningSocket + "\n")
        var selection = StatisticsSelection()
        selection.kinds = [.frontend, .server]
        #expect(StatisticsRow.rows(of: proxy, selection).count == 2)
    }

    @Test("a running check marks the last status with an asterisk")
    func runningCheck() {
        var server = SnapshotFixtures.rabbitBackup
        server.isChecking = true
        #expect(field("check_status", of: server) == .text("* L4OK"))
    }

    @Test("a server in maintenance has no check and keeps its counts")
    func maintenance() {
        var server = SnapshotFixtures.rabbit
        server.administrative = .maint
        #expect(field("status", of: server) == .text("MAINT"))
        #expect(field("check_status", of: server) == .absent)
        #expect(field("check_rise", of: server) == .absent)
        #expect(field("chkfail", of: server) == .number(3))
    }

    @Test("a server whose name has no address is in maintenance for that, and has no check")
    func unresolved() {
        var server = SnapshotFixtures.rabbit
        (server.operational, server.isUnresolved) = (.down, true)
        #expect(field("status", of: server) == .text("MAINT (resolution)"))
        #expect(field("check_status", of: server) == .absent)
        #expect(field("addr", of: server) == .absent)
    }

    @Test("an unchecked server leaves all that concerns checks empty")
    func unchecked() {
        let server = ServerSnapshot(name: "app", id: 1, address: "/run/app.sock")
        #expect(field("status", of: server) == .text("no check"))
        #expect(field("addr", of: server) == .text("unix"))
        for name in ["chkfail", "chkdown", "downtime", "check_status", "check_desc", "check_health"] {
            #expect(field(name, of: server) == .absent, "\(name)")
        }
    }

    @Test("text with commas and quotes is quoted, and quotes in it are doubled")
    func quoting() {
        var server = SnapshotFixtures.rabbit
        server.lastCheck = CheckResult(status: .layer7Error, code: 503, detail: #"refused, "busy""#)
        let line = StatisticsCSV.line(of: .server(server, of: ProxySnapshot(name: "p", id: 2)))
        #expect(line.contains(#","refused, ""busy""","#))
    }

    @Test("without legends addresses and algorithms stay hidden")
    func withoutLegends() {
        let style = StatisticsStyle(showsLegends: false)
        let text = StatisticsCSV.text(of: StatisticsRow.rows(of: SnapshotFixtures.warrenOnBackup), style: style)
        #expect(!text.contains("127.0.0.6"))
        #expect(!text.contains("roundrobin"))
    }

    @Test(
        "states on their way say how far they have come",
        arguments: [
            (OperationalState.up, 4, "UP"), (.up, 3, "UP 2/3"), (.up, 2, "UP 1/3"), (.down, 1, "DOWN 1/2"),
            (.down, 0, "DOWN"),
        ])
    func transitions(operational: OperationalState, health: Int, text: String) {
        var server = SnapshotFixtures.rabbit
        (server.operational, server.health) = (operational, health)
        #expect(field("status", of: server) == .text(text))
    }

    @Test("hiding what is down counts the servers that are up")
    func hidingDown() {
        var selection = StatisticsSelection()
        selection.hidesDown = true
        let rows = StatisticsRow.rows(of: SnapshotFixtures.warrenOnBackup, selection)
        let text = StatisticsCSV.text(of: rows, style: StatisticsStyle(countsServers: selection.countsServers))
        #expect(!text.contains("rabbitmq_warren,rabbit,"))
        #expect(text.contains(",UP (1/2),"))
        #expect(text.contains(",UP (0/0),"))
    }

    private func field(_ name: String, of server: ServerSnapshot) -> StatisticsValue? {
        StatisticsTable.fields.first { $0.name == name }?
            .value(in: .server(server, of: ProxySnapshot(name: "p", id: 2)), style: StatisticsStyle())
    }

    /// `name=value` of each field, so that a difference shows where it is.
    private func named(_ line: String) -> [String] {
        let values = line.dropLast().split(separator: ",", omittingEmptySubsequences: false).dropLast()
        return zip(StatisticsTable.fields, values).map { "\($0.name)=\($1)" } + ["\(values.count) fields"]
    }

    /// Bytes of HTTP are counted on the wire here, where HAProxy's `bin` and `bout` count its own form of a message.
    private func withBytesOnTheWire(_ line: String) -> String {
        line.replacing(",186,101218,0,0,", with: ",162,101066,0,0,")
    }
}
