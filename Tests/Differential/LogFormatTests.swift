import Foundation
import Peers
import Testing

/// Formats of one's own, and the options that say which sessions are logged, and when.
@Suite("log formats, beside HAProxy", .serialized)
struct LogFormatTests {
    /// Every variable but those that differ from run to run, which are in `LogFormatTests.volatile`.
    private static let stable = [
        "B", "U", "H", "ID", "ST", "ac", "b", "bc", "bi", "bq", "ci", "f", "fc", "fi", "ft", "hr", "hrl", "hs", "hsl",
        "lc", "rc", "s", "sc", "si", "sq", "sslc", "sslv", "ts", "tsc", "Th",
    ]

    /// What differs from run to run: numbers become nines, so that their form is compared.
    private static let volatile = [
        "T", "Tl", "Ts", "Tt", "Tu", "Tw", "Tc", "Td", "bp", "cp", "fp", "sp", "ms", "pid", "rt", "t",
    ]

    private static func format(_ flags: String) -> String {
        "log-format \"[ " + stable.map { "\($0)=%\(flags)\($0)" }.joined(separator: " ") + "\""
    }

    /// One session of five bytes each way that ends in order.
    private func talk(_ stage: Scenario.Stage) throws {
        let (client, server) = try stage.openAnswered()
        client.finish()
        _ = server.readToEnd()
        server.close()
        _ = client.readToEnd()
        client.close()
    }

    @Test("every variable, plain and with each flag", arguments: ["", "{+Q}", "{+X}", "{+E}", "{+Q,+X,+E}", "{-Q}"])
    func variables(flags: String) async throws {
        try await Scenario(lines: [Self.format(flags)]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
            // A session counts until shortly after its line.
            guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else {
                throw MissingLine(description: "the first session does not end")
            }
            try talk(stage)
            try stage.awaitSessionLines(2)
        }.compare()
    }

    @Test("dates, times, ports and numbers have HAProxy's form", arguments: ["", "{+Q}", "{+X}", "{+E}"])
    func volatileVariables(flags: String) async throws {
        let format = Self.volatile.map { "\($0)=%\(flags)\($0)" }.joined(separator: " ")
        let kind = flags == "{+X}" ? "volatile-hexadecimal" : "volatile"
        try await Scenario(lines: ["log-format \"[ \(kind) \(format) %B\""]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a session that reaches no server", arguments: ["", "{+Q,+X}"])
    func refused(flags: String) async throws {
        try await Scenario(defaults: ["retries 1", "no option redispatch"], lines: [Self.format(flags)], listening: [])
        {
            stage in
            let client = try stage.connect()
            try client.send("hello")
            stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test(
        "samples and converters",
        arguments: [
            "%[src] %[dst] %[fe_name] %[fe_id] %[be_name] %[be_id] %[srv_name] %[srv_id] %[so_id] %[so_name]",
            "%[src,ipmask(16)] %[src,hex] %[int(5),add(3),mul(2)] %[str('a ]b'),upper] %{+Q}[str(x)] %[env(NOPE)]",
            "%[hostname] %[src_is_local] %[dst_is_local] %[fe_conn] %[be_conn] %[thread] %[nbproc] %[bool(1)]",
            "%[str(a/b//d),field(2,/)] %[str(a/b//d),word(3,/)] %[int(1795369953),utime(%d/%m)] %[bc_dst] %[bc_dst_port,bool]",
            "%{+Q}[int(7)] %{+Q,+E}[str('a\\\"b')] %[always_true] %[unique-id] %[rand(1)] %[str()] x",
        ])
    func samples(format: String) async throws {
        try await Scenario(lines: ["log-format \"[ \(format) %B\""]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    /// How things are when a line is written: the session counts everywhere but in its backend.
    private static let states = [
        "nbsrv", "nbsrv(other)", "queue", "queue(other)", "avg_queue", "connslots", "connslots(other)",
        "be_conn(rabbitmq_cluster)", "be_conn(other)", "fe_conn(rabbitmq_cluster)", "be_sess_rate,mul(0)",
        "fe_sess_rate(rabbitmq_cluster),mul(0)", "srv_conn(rabbit_0)", "srv_conn(other/one)", "srv_is_up(rabbit_0)",
        "srv_is_up(other/two)", "srv_queue(rabbit_0)", "srv_weight(other/one)", "srv_uweight(other/one)",
        "srv_iweight(other/one)", "srv_sess_rate(rabbit_0),mul(0)",
    ]

    private static let other = """
        backend other
            server one 127.0.0.1:PORT_OF_0 weight 7 maxconn 3 maxqueue 2
            server two 127.0.0.1:PORT_OF_0 disabled

        """

    @Test(
        "the state of proxies and servers, of a session that ends and of one that is logged at once",
        arguments: [false, true])
    func states(isEarly: Bool) async throws {
        let format = Self.states.map { "%[\($0)]" }.joined(separator: " ")
        let lines = ["log-format \"[ \(format) %B\""] + (isEarly ? ["option logasap"] : [])
        try await Scenario(lines: lines, sections: Self.other) { stage in
            let (client, server) = try stage.openAnswered()
            guard try stage.wait(until: { try stage.statistics().currentSessions == 1 }) else {
                throw MissingLine(description: "the first session does not begin")
            }
            try talk(stage)
            try stage.awaitSessionLines(isEarly ? 2 : 1)
            client.finish()
            _ = server.readToEnd()
            server.close()
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(2)
        }.compare()
    }

    @Test("what stick tables count")
    func tables() async throws {
        let samples = [
            "sc0_conn_cnt", "sc0_conn_cur", "sc0_sess_cnt", "sc_conn_cnt(0)", "sc0_tracked", "sc1_tracked",
            "sc1_conn_cnt",
            "src_conn_cnt", "src_conn_cnt(rabbitmq_cluster)", "src_get_gpc0", "sc0_inc_gpc0", "sc0_get_gpt0",
            "sc0_conn_rate", "sc0_kbytes_in",
        ]
        let format = samples.map { "%[\($0)]" }.joined(separator: " ")
        let table =
            "stick-table type ip size 1k expire 1h store conn_cnt,conn_cur,sess_cnt,gpc0,conn_rate(1h),bytes_in_cnt"
        try await Scenario(lines: [table, "tcp-request connection track-sc0 src", "log-format \"[ \(format) %B\""]) {
            stage in
            for count in 1...3 {
                try talk(stage)
                try stage.awaitSessionLines(count)
                // An entry is let go of shortly after the session's line.
                guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else {
                    throw MissingLine(description: "session \(count) does not end")
                }
            }
        }.compare()
    }

    @Test("blanks, flags for all that follows, percent signs and ids")
    func syntax() async throws {
        try await Scenario(lines: [
            "unique-id-format id-%{+X}ci-%f",
            "log-format \"[  a  %hr  b %{+Q}o %s %{-Q}b %%%B%%x %ID %{+E}o %f %{-Q}o %f %si_x  \"",
        ]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a line without anything that grows is written once the server is connected")
    func early() async throws {
        try await Scenario(lines: ["log-format \"[ %ci %f %b/%s %tsc\""]) { stage in
            let client = try stage.connect()
            try stage.awaitSessionLines(1)
            stage.notes.add("logged while it is open")
            let server = try stage.servers[0].accept()
            client.close()
            _ = server.readToEnd()
            server.close()
        }.compare()
    }

    @Test(
        "logasap writes the line once the server is connected, with + before what will grow",
        arguments: [
            "option tcplog", "log-format \"[ %f %B %U %ts %ac/%fc/%bc/%sc/%rc %sq/%bq\"",
        ])
    func asap(format: String) async throws {
        try await Scenario(lines: [format, "option logasap"]) { stage in
            let client = try stage.connect()
            try stage.awaitSessionLines(1)
            let server = try stage.servers[0].accept()
            client.close()
            _ = server.readToEnd()
            server.close()
        }.compare()
    }

    @Test("logasap writes a session that reaches no server at its end")
    func asapRefused() async throws {
        try await Scenario(defaults: ["retries 0", "no option dontlognull"], lines: ["option logasap"], listening: []) {
            stage in
            let client = try stage.connect()
            try client.send("hello")
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["bin"])
    }

    @Test("dontlog-normal leaves out what went well, and nothing else")
    func dontlogNormal() async throws {
        try await Scenario(lines: ["option dontlog-normal"]) { stage in
            try talk(stage)
            // No line tells when it has ended; the next session's line counts the sessions beside it.
            try stage.awaitCount("BACKEND", "scur", "0")
            let (client, server) = try stage.open()
            server.reset()
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("log-separate-errors gives the level err to what did not go well")
    func separateErrors() async throws {
        try await Scenario(lines: ["option log-separate-errors", "log-format \"[ %ts %rc\""]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
            let (client, server) = try stage.open()
            server.reset()
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(2)
            for datagram in stage.log.datagrams where datagram.contains("]: [ ") {
                stage.notes.add(String(datagram.prefix { $0 != ">" }))
            }
        }.compare()
    }
}
