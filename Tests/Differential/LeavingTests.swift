import Peers
import Testing

/// Where connections to servers come from.
@Suite("how sessions leave for servers, beside HAProxy", .serialized)
struct LeavingTests {
    @Test("the ports of a source range take turns")
    func portRange() async throws {
        try await Scenario(
            defaults: ["no option dontlognull"], servers: ["source 127.0.77.1:41000-41002"]
        ) { stage in
            func open() throws -> (client: Peer, server: Peer) {
                let (client, server) = try stage.open(sending: "x")
                stage.notes.add("from \(server.remoteAddress)")
                return (client, server)
            }
            let held = [try open(), try open(), try open()]
            for (number, pair) in held.enumerated() {
                // The proxy's end goes last, so that no port waits in TIME_WAIT there.
                pair.server.close()
                pair.client.close()
                try stage.awaitSessionLines(number + 1)
            }
            let next = try open()
            next.server.close()
            next.client.close()
            try stage.awaitSessionLines(4)
        }.compare(ignoring: ["smax"])
    }

    @Test("connections and checks come from the source")
    func source() async throws {
        try await Scenario(lines: ["source 127.0.77.2"], servers: ["check inter 100ms send-proxy"]) { stage in
            let checked = try stage.servers[0].accept()
            let line = String(decoding: checked.readToEnd().bytes, as: UTF8.self)
            stage.notes.add(line.split(separator: " ").prefix(4).joined(separator: " "))
            checked.close()
        }.compare(ignoring: ["chkfail"])
    }
}
