import Foundation
import Testing

extension Scenarios {
    @Suite("Servers whose ports go by their clients', beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct PortMaps {
        private static let file = """
            global
                stats socket STATS level admin
                log LOG local0
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                stick-table type ip size 10 store server_id,gpc0,server_key
                server fixed SERVER0
                server checked SERVER1 check port 1 inter 1h disabled
                server none 127.0.0.1 disabled
                server plus 127.0.0.1:+5 disabled
                server minus 127.0.0.1:-5 disabled
                server both 127.0.0.1:+5 disabled check port 1 inter 1h agent-check agent-inter 1h

            """

        /// What one side says, with `OFFSET` for how far the second server's port is from that of its clients.
        private func answer(_ both: BesideHAProxy, _ side: BesideHAProxy.Side, to command: String) async throws
            -> String
        {
            let distance = both.servers[1].address.port - side.port.port
            let offset = distance < 0 ? "\(distance)" : "+\(distance)"
            let text = try await side.ask(command.replacing("OFFSET", with: offset))
            // What there was is told in 16 bits without a sign; whether that is another number is a matter of ports.
            #expect(!text.contains("from '-"), "\(command): \(text)")
            let counted = UInt16(truncatingIfNeeded: distance)
            return text.replacing("'\(offset)'", with: "'OFFSET'").replacing("'+\(counted)'", with: "'OFFSET'")
                .replacing(" \(counted) -", with: " COUNTED -")
        }

        @Test("orders about ports and what they are answered; sessions follow them")
        func orders() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 2) else { return }
            for command in [
                "show servers state", "show servers conn", "disable health l/checked",
                "set server l/fixed addr 127.0.0.1 port OFFSET",
                "set server l/checked addr 127.0.0.1 port OFFSET", "set server l/checked state ready",
                "set server l/fixed state maint", "show servers conn", "TRAFFIC",
                "set server l/checked addr 127.0.0.1 port OFFSET", "show servers state",
                "set server l/checked check-port 0", "set server l/checked check-addr 127.0.0.1 port 0",
                "set server l/checked addr 127.0.0.1 port 3", "set server l/checked addr 127.0.0.1 port +3",
                "set server l/checked addr 127.0.0.1 port 3", "set server l/checked addr 127.0.0.1 port -3",
                "set server l/checked addr 127.0.0.1 port 4", "set server l/checked addr 127.0.0.1 port -4",
                "set server l/none addr 127.0.0.1 port OFFSET", "set server l/none state ready",
                "set server l/checked state maint", "TRAFFIC", "set server l/none addr 127.0.0.1 port 9",
                "set server l/none addr 127.0.0.1 port +9", "set server l/plus addr 127.0.0.1 port 5",
                "set server l/plus addr 127.0.0.1 port +5", "set server l/plus addr ::1 port +6",
                "set server l/plus addr 127.0.0.1", "set server l/minus addr 127.0.0.1 port -5",
                "set server l/minus addr 127.0.0.1 port +70000", "set server l/minus addr 127.0.0.1 port -70000",
                "set server l/minus addr 127.0.0.1 port +", "set server l/minus addr 127.0.0.1 port -x",
                "set server l/minus addr 127.0.0.1 port +7x", "set server l/minus addr 127.0.0.1 port 8000",
                "set server l/both addr 127.0.0.1 port -0", "set server l/both addr 127.0.0.1 port +0",
                "show servers conn", "set table l key 127.0.0.9 data.server_id 2",
                "set table l key 127.0.0.8 data.gpc0 1", "set table l key 127.0.0.8 data.server_key x",
                "show table l", "show table l data.server_id gt 1",
            ] {
                guard command != "TRAFFIC" else {
                    try await both.expectSameChoices(3, after: "an order")
                    #expect(try await both.own.choices(1) == ["1"])
                    continue
                }
                let theirs = comparable(try await answer(both, both.haproxy, to: command))
                let ours = comparable(try await answer(both, both.own, to: command))
                #expect(ours == theirs, "\(command)")
            }
            try await both.stop()
        }

        /// Without what tells of the moment: times, places in memory, checks under way.
        private func comparable(_ text: String) -> [String] {
            text.split(separator: "\n").map { (line: Substring) -> String in
                let columns = line.split(separator: " ")
                if columns.count == 25, columns[0].allSatisfy(\.isNumber) {
                    return (columns.prefix(9) + columns.dropFirst(15)).joined(separator: " ")
                }
                if columns.first?.contains("/") == true { return columns.prefix(4).joined(separator: " ") }
                return String(line).replacing(#/0x[0-9a-f]+/#, with: "0x…").replacing(#/exp=\d+/#, with: "exp=…")
            }
        }
    }
}
