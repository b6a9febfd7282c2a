import Foundation
import Peers
import Testing

/// What becomes of connections before any server is asked.
@Suite("accepting, beside HAProxy", .serialized)
struct AcceptingTests {
    /// Two clients that send nothing and are closed, one after the other.
    private func turnedAway(_ stage: Scenario.Stage) throws {
        for number in 1...2 {
            let client = try stage.connect()
            stage.noteEnd(of: "client", client)
            client.close()
            // HAProxy's threads may have two of them at once else.
            try stage.awaitSessionLines(number)
        }
    }

    @Test("each socket is counted by itself", arguments: ["", "name clients", "id 7", "maxconn 5 name few"])
    func socketStatistics(options: String) async throws {
        try await Scenario(bindOptions: options, lines: ["option socket-stats"]) { stage in
            let first = try stage.openAnswered()
            let second = try stage.openAnswered()
            for (number, pair) in [first, second].enumerated() {
                pair.client.close()
                stage.noteEnd(of: "server", pair.server)
                pair.server.close()
                try stage.awaitSessionLines(number + 1)
            }
        }.compare()
    }

    @Test("a listen without servers")
    func listenWithoutServers() async throws {
        try await Scenario(lines: ["no option dontlognull"], servers: []) { try turnedAway($0) }.compare()
    }

    @Test("a frontend without backend")
    func frontendWithoutBackend() async throws {
        try await Scenario(section: "frontend", lines: ["no option dontlognull"], servers: []) {
            try turnedAway($0)
        }.compare()
    }

    @Test("a frontend whose rules let the client's port go nowhere")
    func noRuleHolds() async throws {
        try await Scenario(
            section: "frontend",
            lines: ["no option dontlognull", "use_backend other if { dst_port 1 }", "backend other"]
        ) { try turnedAway($0) }.compare()
    }

    @Test(
        "a rate lets the next ones wait for a second",
        arguments: [(["rate-limit sessions 3"], []), ([], ["maxconnrate 3"]), ([], ["maxsessrate 3"])])
    func rates(lines: [String], global: [String]) async throws {
        // Each of several threads would take as many at once as the rate allows to one.
        try await Scenario(global: global + ["nbthread 1"], lines: lines) { stage in
            let begin = ContinuousClock.now
            let clients = try (0..<4).map { _ in try stage.connect() }
            for client in clients { try client.send("hello") }
            let servers = try clients.map { _ in
                let server = try stage.servers[0].accept()
                try server.expect("hello")
                return server
            }
            stage.notes.add("the last one waited: \(ContinuousClock.now - begin > .milliseconds(900))")
            for (number, (client, server)) in zip(clients, servers).enumerated() {
                // One after the other: the lines tell how many are left.
                client.finish()
                server.close()
                _ = client.readToEnd()
                client.close()
                try stage.awaitSessionLines(number + 1)
            }
        }.compare()
    }

    @Test(
        "a client that resets its connection while it waits for a place gets no server, unless it has said something",
        arguments: ["", "tcp-request content accept if { src 127.0.0.9 }", "option abortonclose"], [false, true])
    func resetWhileWaiting(line: String, speaks: Bool) async throws {
        try await Scenario(lines: ["maxconn 1", "no option dontlognull", line]) { stage in
            let (client, server) = try stage.openAnswered()
            let waiting = try stage.connect()
            if speaks { try waiting.send("x") }
            waiting.reset()
            stage.finish(client, then: server)
            if speaks {
                let unwanted = try stage.servers[0].accept()
                _ = unwanted.readToEnd()
                unwanted.close()
            }
            try stage.awaitSessionLines(2)
        }.compare()
    }

    @Test("a frontend whose backend is switched off")
    func disabledBackend() async throws {
        try await Scenario(
            section: "frontend",
            lines: ["no option dontlognull", "default_backend other", "backend other", "disabled"]
        ) { try turnedAway($0) }.compare()
    }

    @Test("the client's port chooses the backend")
    func backendByPort() async throws {
        try await Scenario(
            section: "frontend",
            lines: [
                "acl low dst_port 1:1023", "use_backend none if low", "use_backend other unless low",
                "default_backend none", "backend none", "server nobody 127.0.0.1:1", "backend other",
                "timeout server 30s",
            ]
        ) { stage in
            let (client, server) = try stage.openAnswered()
            stage.finish(client, then: server)
            try stage.awaitSessionLines(1)
        }.compare()
    }
}
