import Foundation
import Peers
import Testing

/// Rules that look at what servers answer.
@Suite("rules about answers, beside HAProxy", .serialized)
struct AnswerRuleTests {
    /// One session whose server answers, piece by piece, and is told to end by its client if by nobody else.
    private func answered(
        _ stage: Scenario.Stage, with pieces: [String], endsFirst: Bool = false, noting: Bool = true
    ) throws {
        let (client, server) = try stage.open()
        for piece in pieces {
            // A session that a rule has ended takes nothing any more.
            try? server.send(piece)
            if pieces.count > 1 { usleep(30_000) }
        }
        if endsFirst { server.finish() }
        let (bytes, _) = client.receive(atMost: pieces.joined().utf8.count, within: .seconds(3))
        stage.notes.add("client got '\(String(decoding: bytes, as: UTF8.self))'")
        client.finish()
        stage.noteEnd(of: "server", server)
        server.close()
        stage.noteEnd(of: "client", client)
        client.close()
        try stage.awaitSessionLines(1)
    }

    @Test(
        "an answer is passed on, or not, for what it is",
        arguments: [
            ["inspect-delay 5s", "content reject if { res.len gt 3 }"],
            ["inspect-delay 5s", "content reject if { res.len gt 30 }"],
            ["content reject if { res.len gt 3 }"], ["content accept"],
            ["inspect-delay 5s", "content reject if { res.payload(0,5) -m str hello }"],
            ["inspect-delay 5s", "content reject unless { res.payload(0,5) -m str hello }"],
            ["inspect-delay 5s", "content reject if { res.payload(1,3),hex -m str 656C6C }"],
            ["inspect-delay 5s", "content reject if { res.payload_lv(0,1) -m found } !{ res.len 5 }"],
            ["inspect-delay 5s", "content accept if { res.len 5 }", "content reject"],
            ["inspect-delay 5s", "content accept if { res.payload(0,0) -m sub ell }", "content reject"],
            ["inspect-delay 5s", "content reject if { res.ssl_hello_type 2 }"],
            ["inspect-delay 5s", "content reject if { res.len gt 3 } { srv_name rabbit_0 } { src 127.0.0.1 }"],
            ["inspect-delay 5s", "content reject if { res.len gt 3 } { bc_dst_port gt 0 } { srv_id 2 }"],
            ["inspect-delay 100ms", "content reject if WAIT_END"],
            ["inspect-delay 100ms", "content reject if { res.len gt 30 } || WAIT_END { res.len 5 }"],
            ["inspect-delay 5s", "content close if { res.len gt 3 }"],
        ])
    func decided(rules: [String]) async throws {
        let lines = rules.map { "tcp-response \($0)" }
        try await Scenario(lines: lines) { try answered($0, with: ["hello"]) }.compare()
    }

    @Test("an answer is refused before it comes, and a connection cut")
    func early() async throws {
        for action in ["reject", "close"] {
            try await Scenario(lines: ["tcp-response content \(action)"]) { stage in
                let client = try stage.connect()
                let server = try stage.servers[0].accept()
                stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
                stage.notes.add("server saw \(server.readToEnd().ending.rawValue)")
                server.close()
                client.close()
                // Nothing was said, which leaves no line unless the session was refused.
                _ = try stage.wait { try stage.statistics().currentSessions == 0 }
            }.compare()
        }
    }

    @Test("an answer that comes in pieces is waited for", arguments: [true, false])
    func pieces(endsFirst: Bool) async throws {
        for rule in ["reject if { res.len ge 10 }", "reject unless { res.payload(0,10) -m str helloworld }"] {
            try await Scenario(lines: ["tcp-response inspect-delay 5s", "tcp-response content \(rule)"]) {
                try answered($0, with: ["hello", "world"], endsFirst: endsFirst)
            }.compare(ignoring: endsFirst ? [] : ["bout"])
        }
    }

    @Test(
        "a server that has said all it has to say is waited for no longer",
        arguments: [
            "reject if { res.len gt 3 }", "reject unless { res.payload(0,9) -m found }", "accept if { res.len 9 }",
        ])
    func ended(rule: String) async throws {
        try await Scenario(lines: ["tcp-response inspect-delay 10s", "tcp-response content \(rule)"]) {
            try answered($0, with: ["he"], endsFirst: true)
        }.compare()
    }

    @Test("a server that says nothing is waited for until the delay is over, or its own time")
    func silent() async throws {
        for (delay, limit) in [("200ms", "60s"), ("30s", "300ms")] {
            let lines = [
                "timeout server \(limit)", "tcp-response inspect-delay \(delay)",
                "tcp-response content reject unless { res.len gt 0 }",
            ]
            try await Scenario(lines: lines + ["tcp-response content accept if { res.payload(0,1) -m found }"]) {
                try answered($0, with: [])
            }.compare()
        }
    }

    @Test("the client is heard meanwhile")
    func bothWays() async throws {
        let lines = ["tcp-response inspect-delay 10s", "tcp-response content accept if { res.len gt 3 }"]
        try await Scenario(lines: lines) { stage in
            let (client, server) = try stage.open()
            for text in ["one", "two", "three"] {
                try client.send(text)
                try server.expect(text)
            }
            try server.send("an answer")
            try client.expect("an answer")
            // From here on nothing is looked at.
            let long = [UInt8](repeating: 7, count: 300_000)
            try server.send(long)
            stage.notes.add("\(try client.receive(long.count) == long)")
            stage.finish(client, then: server)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a client that leaves, and a server that breaks, while an answer is waited for")
    func leaving() async throws {
        let lines = ["tcp-response inspect-delay 10s", "tcp-response content accept if { res.len gt 30 }"]
        for who in ["client", "server"] {
            try await Scenario(lines: lines) { stage in
                let (client, server) = try stage.open()
                if who == "client" { client.reset() } else { server.reset() }
                stage.notes.add("\((who == "client" ? server : client).readToEnd().ending.rawValue)")
                if who == "client" { server.close() } else { client.close() }
                try stage.awaitSessionLines(1)
            }.compare()
        }
    }

    @Test(
        "variables keep what answers are",
        arguments: [
            ["content set-var(txn.x) res.payload(0,2)", "content set-var(res.x) res.len"],
            ["content set-var(txn.x) srv_name", "content set-var(res.x) srv_id"],
            ["content set-var(txn.x) var(req.y)", "content set-var(res.x) var(txn.kept)"],
            ["content set-var(res.x) str(a)", "content unset-var(res.x)", "content set-var(txn.x) var(sess.z)"],
        ])
    func variables(rules: [String]) async throws {
        let kept = [
            "tcp-request content set-var(req.y) str(of_the_request)", "tcp-request content set-var(txn.kept) int(7)",
            "tcp-request connection set-var(sess.z) int(8)",
        ]
        let lines =
            kept + ["tcp-response inspect-delay 5s", "tcp-response content accept if { res.len 0 } { res.len 1 }"]
            + ["tcp-response content reject unless { res.len gt 4 }"] + rules.map { "tcp-response \($0)" }
        let names = ["txn.x", "res.x", "req.y", "txn.kept"].map { "%[var(\($0))]" }.joined(separator: " ")
        try await Scenario(lines: lines + ["log-format \"[ \(names) %B\""]) {
            try answered($0, with: ["hello"])
        }.compare()
    }

    @Test("numbers of a table's entry are counted for what answers are")
    func numbers() async throws {
        let lines = [
            "stick-table type ip size 10 expire 30s store gpc0,gpt0", "tcp-request connection track-sc0 src",
            "tcp-request session reject if { sc0_get_gpc0 gt 1 } { sc0_get_gpt0 7 }", "tcp-response inspect-delay 5s",
            "tcp-response content sc-inc-gpc0(0) if { res.payload(0,5) -m str hello }",
            "tcp-response content sc-set-gpt0(0) 7",
        ]
        try await Scenario(lines: lines) { stage in
            for number in 1...2 {
                let (client, server) = try stage.open()
                try server.send("hello")
                try client.expect("hello")
                stage.finish(client, then: server)
                try stage.awaitSessionLines(number)
            }
            let client = try stage.connect()
            stage.noteEnd(of: "third", client)
            client.close()
        }.compare()
    }

    @Test("a backend's rules are followed, whichever frontend sends to it")
    func backendRules() async throws {
        let lines =
            ["default_backend servers", "backend servers", "tcp-response inspect-delay 5s"]
            + ["tcp-response content reject if { res.len gt 3 }"]
        try await Scenario(section: "frontend", lines: lines) { try answered($0, with: ["hello"]) }.compare()
    }
}
