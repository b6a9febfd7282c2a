import Foundation
import Peers
import Testing

/// What rules do to a connection besides letting it pass or not.
@Suite("actions of rules, beside HAProxy", .serialized)
struct RuleActionTests {
    /// One session that tells the server who its client is; what the server got is noted.
    private func announced(_ stage: Scenario.Stage, after header: String = "", lines: Int = 1) throws {
        let client = try stage.connect()
        try client.send(header + "hello")
        let server = try stage.servers[0].accept()
        client.finish()
        let (bytes, ending) = server.readToEnd()
        let text = [client.localPort, stage.port].reduce(String(decoding: bytes, as: UTF8.self)) {
            $0.replacing(" \($1)", with: " …")
        }
        stage.notes.add("\(text), then \(ending.rawValue)")
        server.close()
        try stage.awaitSessionLines(lines)
        client.close()
    }

    /// Sessions one after the other, of which some are refused.
    private func attempts(_ stage: Scenario.Stage, _ count: Int) throws {
        var admitted = 0
        for number in 0..<count {
            let client = try stage.connect()
            // Who is refused at once may be told so before a byte is sent.
            try? client.send("hello")
            guard let server = stage.servers[0].acceptIfAny(within: .milliseconds(300)) else {
                stage.notes.add("\(number) was refused")
                client.close()
                continue
            }
            stage.notes.add("\(number) was let in")
            try server.expect("hello")
            client.finish()
            stage.noteEnd(of: "server", server)
            server.close()
            stage.noteEnd(of: "client", client)
            client.close()
            admitted += 1
            try stage.awaitSessionLines(admitted)
        }
    }

    @Test(
        "a connection comes from where a rule says, and goes to where it says, for the log, the server and other rules",
        arguments: [
            ["tcp-request connection set-src str(192.0.2.7)"],
            ["tcp-request connection set-src-port int(77)"],
            ["tcp-request connection set-dst str(192.0.2.8)", "tcp-request connection set-dst-port int(78)"],
            ["tcp-request session set-src str(192.0.2.7)", "tcp-request session set-src-port int(77)"],
            ["tcp-request session set-dst str(192.0.2.8)"],
            [
                "tcp-request content set-src str(192.0.2.7)", "tcp-request content set-src-port int(77)",
                "tcp-request content set-dst str(192.0.2.8)", "tcp-request content set-dst-port int(78)",
            ],
            ["tcp-request content set-src str(2001:db8::7)", "tcp-request content set-dst str(2001:db8::8)"],
            ["tcp-request connection set-src str(nonsense)"], ["tcp-request connection set-src src,ipmask(8)"],
            ["tcp-request content set-src str(192.0.2.7) if { src ::1 }"],
            ["tcp-request connection set-src str(192.0.2.7)", "tcp-request content reject unless { src 192.0.2.7 }"],
        ])
    func addresses(lines: [String]) async throws {
        let format = "log-format \"[ %ci %fi %[src] %[dst] %B\""
        try await Scenario(lines: lines + [format], servers: ["send-proxy"]) { try announced($0) }.compare()
    }

    @Test(
        "another backend is chosen by the port that a rule has set",
        arguments: [
            ["tcp-request connection set-dst-port int(78)"], ["tcp-request session set-dst-port int(78)"],
            ["tcp-request content set-dst-port int(78)"], [],
        ])
    func route(lines: [String]) async throws {
        let rest = [
            "use_backend others if { dst_port 78 }", "default_backend servers", "backend servers",
            "server first 127.0.0.1:PORT_OF_0", "backend others", "server second 127.0.0.1:PORT_OF_1",
            "backend unused",
        ]
        try await Scenario(section: "frontend", lines: lines + rest, servers: ["", ""]) { stage in
            let client = try stage.connect()
            try client.send("hello")
            var taken: (Int, Peer)?
            _ = stage.wait {
                for (index, listener) in stage.servers.enumerated() where taken == nil {
                    taken = listener.acceptIfAny(within: .milliseconds(20)).map { (index, $0) }
                }
                return taken != nil
            }
            let (index, server) = try #require(taken)
            stage.notes.add("came to \(index)")
            try server.expect("hello")
            client.finish()
            stage.noteEnd(of: "server", server)
            server.close()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test(
        "variables are set, tested and written to the log",
        arguments: [
            [
                "tcp-request connection set-var(sess.x) src",
                "tcp-request content set-var(txn.y) src_port,add(0),div(99999)",
            ],
            ["tcp-request session set-var(sess.x) str(abc)", "tcp-request content set-var(txn.y) var(sess.x)"],
            ["tcp-request content set-var(txn.x) src", "tcp-request content set-var(req.y) var(txn.x),ipmask(8)"],
            ["tcp-request content set-var(proc.x) int(5)", "tcp-request content set-var(txn.y) var(proc.x),add(2)"],
            [
                "tcp-request content set-var(txn.y) str(a)", "tcp-request content unset-var(txn.y)",
                "tcp-request content set-var(sess.x) var(txn.y)",
            ],
            ["tcp-request content set-var(txn.x) str(a)", "tcp-request content set-var(txn.x) var(txn.nothing)"],
            [
                "tcp-request inspect-delay 5s", "tcp-request content reject unless { req.len gt 4 }",
                "tcp-request content set-var(txn.x) req.payload(0,4)", "tcp-request content set-var(txn.y) req.len",
            ],
        ])
    func variables(lines: [String]) async throws {
        let names = ["sess.x", "txn.x", "proc.x", "txn.y", "req.y"].map { "%[var(\($0))]" }.joined(separator: " ")
        try await Scenario(lines: lines + ["log-format \"[ \(names) %B\""]) { try announced($0) }.compare()
    }

    @Test(
        "conditions ask for variables",
        arguments: [
            ("sess.x", "src", "-m ip 127.0.0.0/8"), ("sess.x", "src", "-m ip 192.0.2.1"),
            ("sess.x", "str(abc)", "-m beg ab"), ("sess.x", "str(abc)", "-m str ab"),
            ("proc.x", "int(7)", "-m int gt 5"), ("proc.x", "int(3)", "-m int gt 5"),
            ("sess.x", "src", "-m found"), ("sess.x", "bool(true)", "-m bool"),
        ])
    func conditions(variable: String, sample: String, test: String) async throws {
        let lines = [
            "tcp-request connection set-var(\(variable)) \(sample)",
            "tcp-request session reject if { var(\(variable)) \(test) }",
            "tcp-request content reject if { var(txn.x) -m found }",
        ]
        try await Scenario(lines: lines) { try attempts($0, 2) }.compare()
    }

    @Test(
        "numbers of a table's entry are counted up and set by actions",
        arguments: [
            (["tcp-request connection sc-inc-gpc0(0)"], "sc0_get_gpc0 gt 2"),
            (["tcp-request connection sc-inc-gpc1(0)"], "sc0_get_gpc1 gt 2"),
            (["tcp-request connection sc-inc-gpc1(0)"], "src_gpc1_rate gt 1"),
            (["tcp-request session sc-inc-gpc1(0)"], "sc_get_gpc1(0) gt 2"),
            (["tcp-request content sc-inc-gpc1(0)"], "sc0_gpc1_rate gt 1"),
            (["tcp-request connection sc-inc-gpc1(1)"], "sc0_get_gpc1 gt 0"),
            ([], "sc0_inc_gpc1 gt 2"), ([], "src_inc_gpc1 gt 2"), ([], "src_clr_gpc1 gt 0"),
            (["tcp-request session sc-set-gpt0(0) 7 if { sc0_conn_cnt gt 1 }"], "sc0_get_gpt0 eq 7"),
            (["tcp-request content sc-set-gpt0(0) int(3)"], "src_get_gpt0 3"),
            (["tcp-request content sc-set-gpt0(1) 3"], "src_get_gpt0 3"),
        ])
    func numbers(lines: [String], test: String) async throws {
        let table = "stick-table type ip size 10 expire 30s store gpc0,gpc1,gpc1_rate(30s),gpt0,conn_cnt"
        let all =
            [table, "tcp-request connection track-sc0 src", "tcp-request session reject if { \(test) }"] + lines
        try await Scenario(lines: all) { try attempts($0, 4) }.compare()
    }

    @Test(
        "a client that is dropped in silence is told nothing",
        arguments: [
            ["tcp-request connection silent-drop"], ["tcp-request session silent-drop if { src 127.0.0.0/8 }"],
            ["tcp-request content silent-drop"],
            ["tcp-request inspect-delay 5s", "tcp-request content silent-drop if { req.len gt 3 }"],
            ["tcp-request connection silent-drop if { src ::1 }", "tcp-request connection reject"],
        ])
    func silence(lines: [String]) async throws {
        try await Scenario(lines: ["no option dontlognull"] + lines) { stage in
            let client = try stage.connect()
            // Whoever says something to an end that is gone already is told so.
            if lines[0].contains("inspect-delay") { try client.send("hello") }
            if lines.contains(where: { $0.contains("content") }) { try stage.awaitSessionLines(1) }
            let (bytes, ending) = client.receive(atMost: 1, within: .milliseconds(300))
            stage.notes.add("client saw \(bytes.count) bytes, then \(ending.rawValue)")
            client.close()
        }.compare(ignoring: ["bin"])
    }

    @Test(
        "a header is expected of those of whom a rule says so",
        arguments: [
            ["tcp-request connection expect-proxy layer4"],
            ["tcp-request connection expect-proxy layer4 if { src 127.0.0.0/8 }"],
            ["tcp-request connection expect-proxy layer4", "tcp-request session reject if { src 192.0.2.99 }"],
            ["tcp-request connection expect-proxy layer4", "tcp-request session set-src str(192.0.2.1)"],
        ])
    func header(lines: [String]) async throws {
        let format = "log-format \"[ %ci %cp %fi %fp %B\""
        try await Scenario(lines: lines + [format], servers: ["send-proxy"]) { stage in
            try announced(stage, after: "PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n")
        }.compare()
    }

    @Test("who is not of them needs none, and who is and brings none is turned away")
    func missingHeader() async throws {
        let rule = "tcp-request connection expect-proxy layer4 if"
        try await Scenario(lines: ["\(rule) { src ::1 }"]) { try announced($0) }.compare()
        try await Scenario(lines: ["\(rule) { src 127.0.0.1 }"]) { stage in
            let client = try stage.connect()
            try client.send("GET / HTTP/1.0\r\n\r\n")
            stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }
}
