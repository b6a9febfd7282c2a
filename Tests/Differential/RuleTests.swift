import Foundation
import Peers
import Testing

/// Rules that refuse connections, choose backends and choose servers.
@Suite("rules, beside HAProxy", .serialized)
struct RuleTests {
    /// Two sections beside the frontend: `servers` with the first server, `others` with the second.
    private static let backends = [
        "backend servers", "server first 127.0.0.1:PORT_OF_0", "backend others", "server second 127.0.0.1:PORT_OF_1",
        "backend unused",
    ]

    /// What a client that is refused sees.
    private func refused(_ stage: Scenario.Stage, lines: Int) throws {
        let client = try stage.connect()
        stage.noteEnd(of: "client", client)
        client.close()
        try stage.awaitSessionLines(lines)
    }

    /// One session to each end that the rules lead to, by who takes it.
    private func answered(_ stage: Scenario.Stage, sending texts: [String]) throws {
        for (number, text) in texts.enumerated() {
            let client = try stage.connect()
            try client.send(text)
            var taken: (Int, Peer)?
            guard
                stage.wait(until: {
                    for (index, listener) in stage.servers.enumerated() where taken == nil {
                        if let server = listener.acceptIfAny(within: .milliseconds(20)) { taken = (index, server) }
                    }
                    return taken != nil
                }), let (index, server) = taken
            else { throw MissingLine(description: "nobody took '\(text)'") }
            try server.expect(text)
            stage.notes.add("'\(text)' came to \(index)")
            stage.finish(client, then: server)
            try stage.awaitSessionLines(number + 1)
        }
    }

    @Test(
        "a connection is refused as it comes, without a line",
        arguments: [
            "tcp-request connection reject if { src 127.0.0.0/8 }", "tcp-request connection reject unless { src ::1 }",
            "tcp-request session reject if { dst_port gt 1 }", "tcp-request connection reject if { fe_conn gt 0 }",
            "tcp-request connection reject if { nbsrv eq 1 } { srv_is_up(rabbit_0) }",
        ])
    func refusedConnection(rule: String) async throws {
        try await Scenario(lines: [rule]) { try refused($0, lines: 0) }.compare()
    }

    @Test("the first rule that decides counts")
    func order() async throws {
        let lines = [
            "acl near src 127.0.0.0/8", "tcp-request connection accept if near", "tcp-request connection reject",
        ]
        try await Scenario(lines: lines) { try answered($0, sending: ["hello"]) }.compare()
    }

    @Test(
        "a session is refused for what its client sends, or doesn't",
        arguments: [
            ["tcp-request content reject if { src 127.0.0.1 }"],
            ["tcp-request inspect-delay 5s", "tcp-request content reject if { req.len gt 3 }"],
            ["tcp-request inspect-delay 5s", "tcp-request content reject unless { req.payload(0,4) -m str AMQP }"],
            ["tcp-request inspect-delay 100ms", "tcp-request content reject if { req.len lt 30 } WAIT_END"],
            ["acl long req.len gt 90", "tcp-request inspect-delay 100ms", "tcp-request content reject if !long"],
        ])
    func refusedSession(lines: [String]) async throws {
        try await Scenario(lines: ["no option dontlognull"] + lines) { stage in
            let client = try stage.connect()
            try client.send("hello")
            try stage.awaitSessionLines(1)
            client.close()
        }.compare(ignoring: ["bin"])
    }

    @Test("a session that waits for content is let through when it has come, or its time is over")
    func waiting() async throws {
        let lines = [
            "tcp-request inspect-delay 300ms", "tcp-request content accept if { req.len gt 6 }",
            "tcp-request content accept if WAIT_END",
        ]
        try await Scenario(lines: lines) { try answered($0, sending: ["longer than six", "short"]) }.compare()
    }

    @Test("a client that leaves, or is silent for too long, while its content is waited for")
    func leaving() async throws {
        let lines = [
            "no option dontlognull", "timeout client 300ms", "tcp-request inspect-delay 5s",
            "tcp-request content accept if WAIT_END",
        ]
        try await Scenario(lines: lines) { stage in
            let client = try stage.connect()
            try stage.awaitCount("FRONTEND", "scur", "1")
            client.reset()
            try stage.awaitSessionLines(1)
            try refused(stage, lines: 2)
        }.compare(ignoring: ["bin"])
    }

    @Test("a backend has rules of its own")
    func backendRules() async throws {
        let lines =
            ["no option dontlognull", "default_backend servers", "backend servers"]
            + ["tcp-request inspect-delay 5s", "tcp-request content reject if { req.len gt 3 }"]
        try await Scenario(section: "frontend", lines: lines) { stage in
            let client = try stage.connect()
            try client.send("hello")
            try stage.awaitSessionLines(1)
            client.close()
        }.compare(ignoring: ["bin"])
    }

    @Test(
        "a rule chooses the backend",
        arguments: [
            ["use_backend others if { src 127.0.0.1 }"], ["use_backend others unless { src 127.0.0.1 }"],
            ["use_backend others if { nbsrv(unused) lt 1 } { nbsrv(servers) gt 0 }"],
            ["acl near src 10.0.0.0/8", "acl near src 127.0.0.1", "use_backend others if near"],
            ["use_backend others if { be_conn(servers) gt 0 } || { queue(servers) gt 0 }"],
            ["use_backend others if { connslots(servers) eq -1 } { avg_queue(servers) eq 0 }"],
            ["use_backend others if { fe_sess_rate gt 500 } || !{ be_sess_rate(others) lt 500 }"],
            ["use_backend others if { srv_conn(servers/first) eq 0 } { srv_weight(servers/first) eq 1 }"],
        ])
    func chosenBackend(lines: [String]) async throws {
        try await Scenario(
            section: "frontend", lines: lines + ["default_backend servers"] + Self.backends, servers: ["", ""]
        ) { try answered($0, sending: ["hello"]) }.compare()
    }

    @Test("what the client sends chooses the backend")
    func backendByContent() async throws {
        let lines = [
            "tcp-request inspect-delay 5s", "tcp-request content accept if { req.len ge 4 }",
            "use_backend others if { req.payload(0,4) -m str AMQP }", "default_backend servers",
        ]
        try await Scenario(section: "frontend", lines: lines + Self.backends, servers: ["", ""]) {
            try answered($0, sending: ["AMQP0091", "GET / HTTP/1.0"])
        }.compare()
    }

    @Test("a rule chooses the server, and the algorithm is not asked")
    func chosenServer() async throws {
        try await Scenario(lines: ["use-server rabbit_1 if { src 127.0.0.1 }"], servers: ["", ""]) {
            try answered($0, sending: ["one", "two", "three"])
        }.compare()
    }

    @Test(
        "a server that is out of use is passed over, unless the session has to go there",
        arguments: [[], ["option persist"], ["force-persist if { src 127.0.0.1 }"], ["force-persist if { src ::1 }"]])
    func disabledServer(lines: [String]) async throws {
        try await Scenario(lines: ["use-server rabbit_1 if TRUE"] + lines, servers: ["", "disabled"]) {
            try answered($0, sending: ["one", "two"])
        }.compare()
    }

    @Test(
        "a server that refuses is tried again, and left where that is allowed",
        arguments: [
            ["no option redispatch"], [], ["force-persist if TRUE"], ["option persist", "retries 2"],
        ])
    func deadServer(lines: [String]) async throws {
        try await Scenario(
            lines: ["no option dontlognull", "retries 1", "use-server rabbit_1 if TRUE"] + lines, servers: ["", ""],
            listening: [0]
        ) { stage in
            let client = try stage.connect()
            try client.send("hello")
            client.finish()
            if let server = stage.servers[0].acceptIfAny(within: .seconds(4)) {
                try server.expect("hello")
                server.close()
            }
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["bin"])
    }

    @Test("the queue of a chosen server is waited in, and full", arguments: [["no option redispatch"], []])
    func chosenQueue(lines: [String]) async throws {
        try await Scenario(
            lines: ["no option dontlognull", "timeout queue 1s", "use-server rabbit_1 if TRUE"] + lines,
            servers: ["", "maxconn 1 maxqueue 1"]
        ) { stage in
            let first = try stage.open(to: 1)
            let second = try stage.connect()
            try stage.awaitCount("rabbit_1", "qcur", "1")
            let third = try stage.connect()
            try third.send("third")
            if let server = stage.served(by: stage.servers[0], third) {
                try server.expect("third")
                stage.notes.add("the third went elsewhere")
                third.finish()
                stage.noteEnd(of: "server", server)
                server.close()
            }
            stage.noteEnd(of: "third", third)
            third.close()
            stage.noteEnd(of: "second", second)
            second.close()
            first.client.finish()
            first.server.close()
            stage.noteEnd(of: "first", first.client)
            first.client.close()
            try stage.awaitSessionLines(3)
        }.compare(ignoring: ["bin", "bout"])
    }
}
