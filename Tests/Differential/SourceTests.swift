import Peers
import Testing

/// Connections to servers for which there is no address or port to come from.
@Suite("sources that can't be had, beside HAProxy", .serialized)
struct SourceTests {
    @Test("the only port to come from is in use, and is used again once it is free")
    func usedUp() async throws {
        // A number that each side has for itself: a port that the kernel gave its server, at another address.
        try await Scenario(lines: [Self.logsAll], servers: ["source 127.0.0.9:PORT_OF_0"]) { stage in
            let (first, server) = try stage.open()
            let second = try stage.connect()
            stage.noteEnd(of: "second", second)
            second.close()
            try stage.awaitSessionLines(1)
            server.reset()
            stage.noteEnd(of: "first", first)
            first.close()
            try stage.awaitSessionLines(2)
            let (third, another) = try stage.open(sending: "again")
            third.reset()
            _ = another.readToEnd()
            another.close()
            try stage.awaitSessionLines(3)
        }.compare(ignoring: ["smax"])
    }

    @Test("an address that isn't this machine's", arguments: [1, 2])
    func foreign(servers: Int) async throws {
        let lines = Array(repeating: "source 192.0.2.9", count: servers)
        try await Scenario(lines: [Self.logsAll], servers: lines) { stage in
            let client = try stage.connect()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["smax"])
    }

    @Test("an interface that this machine doesn't have: the routes decide")
    func missingInterface() async throws {
        try await Scenario(servers: ["source 0.0.0.0 interface nosuch0"]) { stage in
            let (client, server) = try stage.openAnswered()
            stage.finish(client, then: server)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    /// Such sessions end before anything of their clients is read.
    private static let logsAll = "no option dontlognull"
}
