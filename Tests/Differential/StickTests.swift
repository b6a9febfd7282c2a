import Foundation
import Peers
import Testing

/// Clients that go to the same server again, and clients that are counted.
@Suite("stick tables, beside HAProxy", .serialized)
struct StickTests {
    /// One session after the other; which server takes each is noted.
    private func sessions(_ stage: Scenario.Stage, _ count: Int, after lines: Int = 0) throws {
        for number in 0..<count {
            let client = try stage.connect()
            try client.send("hello")
            var taken: Peer?
            _ = stage.wait {
                for (index, listener) in stage.servers.enumerated() where taken == nil {
                    taken = listener.acceptIfAny(within: .milliseconds(20))
                    if taken != nil { stage.notes.add("came to \(index)") }
                }
                return taken != nil
            }
            let server = try #require(taken)
            try server.expect("hello")
            stage.finish(client, then: server)
            try stage.awaitSessionLines(lines + number + 1)
        }
    }

    @Test(
        "a client goes to the server that it had before",
        arguments: [
            ["stick-table type ip size 10", "stick on src"],
            ["stick-table type ipv6 size 10 expire 10s", "stick on dst"],
            ["stick-table type ip size 1", "stick on dst"],
            ["stick-table type string len 5 size 10", "stick match str(x)", "stick store-request str(x) if TRUE"],
            ["stick-table type integer size 10 srvkey addr", "stick on dst_port"],
            ["stick-table type ip size 10", "stick match src"],
            ["stick-table type integer size 2", "stick on src_port"],
            ["stick-table type ip size 10", "stick on src if { src ::1 }"],
            ["stick on src table others", "backend others", "stick-table type ip size 10", "balance roundrobin"],
        ])
    func sticking(lines: [String]) async throws {
        // The table of another section stands after this one, and so do the servers then.
        let isElsewhere = lines.contains("backend others")
        let servers = isElsewhere ? ["server first 127.0.0.1:PORT_OF_0", "server second 127.0.0.1:PORT_OF_1"] : []
        let head = isElsewhere ? [lines[0]] + servers : lines
        let tail = isElsewhere ? Array(lines.dropFirst()) : []
        try await Scenario(lines: head + tail, servers: ["", ""]) { try sessions($0, 4) }
            .compare(ignoring: ["weight", "uweight"])
    }

    @Test("a server that refuses is not remembered, and the next one is")
    func deadServer() async throws {
        try await Scenario(
            lines: ["stick-table type ip size 10", "stick on src"], servers: ["", "", ""], listening: [1, 2]
        ) { try sessions($0, 4) }.compare(ignoring: ["lbtot", "bin"])
    }

    @Test("a server that must not be remembered is not")
    func nonStick() async throws {
        try await Scenario(
            lines: ["stick-table type ip size 10", "stick on src"], servers: ["non-stick", "non-stick", ""]
        ) { try sessions($0, 5) }.compare()
    }

    @Test(
        "a client that has come too often is refused",
        arguments: [
            ("store conn_cnt", "sc0_conn_cnt gt 2"), ("store conn_rate(30s)", "sc0_conn_rate gt 2"),
            ("store conn_rate(30s)", "src_conn_rate gt 2"), ("store sess_cnt", "sc0_sess_cnt ge 2"),
            ("store sess_rate(30s)", "sc_sess_rate(0) ge 2"), ("store conn_cur", "sc0_conn_cur gt 0"),
            ("store gpc0", "sc0_inc_gpc0 gt 2"), ("store gpc0", "src_inc_gpc0 gt 2"),
            ("store bytes_in_rate(30s)", "sc0_bytes_in_rate ge 10"), ("store conn_cnt", "sc0_conn_cur gt 0"),
            ("store conn_cnt", "sc1_conn_cnt ge 0"), ("store conn_cnt", "sc0_tracked"),
        ])
    func counting(table: String, test: String) async throws {
        let lines = [
            "stick-table type ip size 10 expire 30s \(table)", "tcp-request connection track-sc0 src",
            "tcp-request connection reject if { \(test) }",
        ]
        try await Scenario(lines: lines) { stage in
            var admitted = 0
            for number in 0..<4 {
                let client = try stage.connect()
                // Who is refused at once may be told so before a byte is sent.
                try? client.send("hello")
                guard let server = stage.served(by: stage.servers[0], client) else {
                    stage.notes.add("\(number) was refused")
                    client.close()
                    continue
                }
                stage.notes.add("\(number) was let in")
                try server.expect("hello")
                stage.finish(client, then: server)
                admitted += 1
                try stage.awaitSessionLines(admitted)
            }
        }.compare()
    }
}
