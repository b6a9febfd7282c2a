import Model
import Testing

@testable import Monitoring

@Suite("Status of servers")
struct ServerStatusTests {
    private func server(_ change: (inout ServerSnapshot) -> Void) -> ServerStatus {
        var server = ServerSnapshot(name: "s", id: 1, address: "127.0.0.1:1")
        change(&server)
        return ServerStatus(of: server)
    }

    /// As recorded from HAProxy for chains of `track`.
    @Test("a server that tracks another one shows that one's way between UP and DOWN, and whose maintenance it is in")
    func tracked() {
        let top = HealthPosition(rise: 2, fall: 3, health: 4)
        #expect(server { ($0.tracks, $0.trackedPosition) = ("t/a", top) }.text == "UP")
        let falling = HealthPosition(rise: 2, fall: 3, health: 3)
        #expect(server { ($0.tracks, $0.trackedPosition) = ("t/a", falling) }.text == "UP 2/3")
        let rising = HealthPosition(rise: 2, fall: 3, health: 1)
        #expect(server { ($0.trackedPosition, $0.operational) = (rising, .down) }.text == "DOWN 1/2")
        let maintained = server {
            ($0.tracks, $0.trackedPosition, $0.administrative, $0.isMaintenanceInherited) = ("t/a", top, .maint, true)
        }
        #expect(maintained.text == "MAINT (via t/a)")
        #expect(server { ($0.tracks, $0.administrative) = ("t/a", .maint) }.text == "MAINT")
        #expect(server { _ in }.text == "no check")
    }

    @Test("a degraded server is NOLB for programs, and what it is for people")
    func degraded() {
        let status = server { ($0.isChecked, $0.rise, $0.fall, $0.health, $0.operational) = (true, 2, 3, 4, .degraded) }
        #expect(status.text == "NOLB")
        #expect(status.shortText == "DEGRADED")
    }

    @Test("the fields of a server that tracks another one, and of one that is observed")
    func fields() throws {
        var server = ServerSnapshot(name: "s", id: 1, address: "127.0.0.1:1")
        (server.tracks, server.failedAnalyses) = ("t/a", 2)
        server.lastCheck = CheckResult(status: .layer7OK)
        server.isChecked = true
        let row = StatisticsRow.server(server, of: ProxySnapshot(name: "p", id: 2))
        let values = ["tracked", "hanafail", "check_code"].map { name in
            StatisticsTable.fields.first { $0.name == name }?.value(in: row, style: StatisticsStyle())
        }
        #expect(values == [.text("t/a"), .number(2), .number(0)])
    }
}
