import Foundation
import Peers
import Testing

/// Every termination state that a session without HTTP can have, each brought about on purpose.
///
/// The script fails on a side where the line doesn't have it. Those that are brought about elsewhere:
///
/// - `K-`, `KQ` and `KC`, which take the stats socket: `Scenarios.KilledSessions`;
/// - `U-`, `UC` and `DC`: `MarkTests`; `SQ`: `QueueTests`;
/// - `RC` takes a kernel without memory for the poller (without descriptors it is `SC`, as with HAProxy): `SessionEndTests`.
///
/// Not to be had here: `I…` is a broken program, `LR` and `…H` and `…T` are about HTTP, and `…L` takes a server that is forgotten
/// before its last bytes are sent, which neither program does in TCP mode.
@Suite("termination states, beside HAProxy", .serialized)
struct TerminationStatesTests {
    /// Fails where no session has ended so.
    private static func demand(_ state: String, _ stage: Scenario.Stage) throws {
        guard SessionLine.all(in: stage.log).contains(where: { $0.contains(" \(state) ") }) else {
            throw MissingLine(description: "no session ended \(state): \(SessionLine.all(in: stage.log))")
        }
    }

    /// Plays a scenario in which one session ends in some state.
    private func expect(
        _ state: String, lines: Int = 1, defaults: [String] = [], rules: [String] = [], servers: [String] = [""],
        listening: Set<Int>? = nil, isSilent: Bool = false, ignoring: Set<String> = [],
        sourceLocation: Testing.SourceLocation = #_sourceLocation,
        _ script: @escaping @Sendable (Scenario.Stage) throws -> Void
    ) async throws {
        try await Scenario(
            defaults: ["no option dontlognull"] + defaults, lines: rules, servers: servers, listening: listening,
            isSilent: isSilent
        ) { stage in
            try script(stage)
            try stage.awaitSessionLines(lines)
            try Self.demand(state, stage)
        }.compare(ignoring: ignoring, sourceLocation: sourceLocation)
    }

    @Test("-- both have said that they are done")
    func normal() async throws {
        try await expect("--") { stage in
            let (client, server) = try stage.openAnswered()
            stage.finish(client, then: server)
        }
    }

    @Test("CD and SD: one side breaks", arguments: ["CD", "SD"])
    func broken(state: String) async throws {
        try await expect(state) { stage in
            let (client, server) = try stage.openAnswered()
            (state == "CD" ? client : server).reset()
            stage.noteEnd(of: "the other", state == "CD" ? server : client)
            (state == "CD" ? server : client).close()
        }
    }

    @Test("cD and sD: one side is silent", arguments: ["cD", "sD"])
    func silent(state: String) async throws {
        let short = state == "cD" ? "client" : "server"
        try await expect(state, defaults: ["timeout \(short) 200ms"]) { stage in
            let (client, server) = try stage.openAnswered()
            stage.noteEnd(of: "client", client)
            stage.noteEnd(of: "server", server)
            client.close()
            server.close()
        }
    }

    /// The other side isn't read meanwhile, so that its shorter limit doesn't count.
    @Test("cD and sD: one side doesn't take what it is sent", arguments: ["cD", "sD"], [false, true])
    func deaf(state: String, othersHaveEnded: Bool) async throws {
        let (long, short) = state == "cD" ? ("client", "server") : ("server", "client")
        try await expect(
            state, defaults: ["timeout \(long) 900ms", "timeout \(short) 300ms"],
            // How much the kernel's buffers take is nobody's business: no bytes in the line.
            rules: ["log-format \"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt - %ts %ac/%fc/%bc/%sc/%rc %sq/%bq\""],
            ignoring: ["bin", "bout"]
        ) { stage in
            let client = try stage.connect(receiveBuffer: 4096)
            try client.send("hello")
            let server = try stage.servers[0].accept()
            try server.expect("hello")
            let (speaker, listener) = state == "cD" ? (server, client) : (client, server)
            if othersHaveEnded { listener.finish() }
            // Until the kernel's buffers and the proxy's are full, for some time.
            var pauses = 0
            while pauses < 20 {
                if try speaker.sendSome([UInt8](repeating: 0x79, count: 65_536)) > 0 {
                    pauses = 0
                } else {
                    pauses += 1
                    usleep(10_000)
                }
            }
            try stage.awaitSessionLines(1)
            client.close()
            server.close()
        }
    }

    @Test("SC: refused, and no server at all", arguments: [[""], ["disabled"]])
    func refused(servers: [String]) async throws {
        try await expect("SC", defaults: ["retries 0"], servers: servers, listening: []) { stage in
            // It says nothing: whether its words would come before the refusal is chance.
            let client = try stage.connect()
            stage.noteEnd(of: "client", client)
            client.close()
        }
    }

    @Test("sC: no answer to the attempt to connect")
    func connectTimeout() async throws {
        try await expect("sC", defaults: ["retries 0", "timeout connect 200ms"], isSilent: true) { stage in
            let client = try stage.connect()
            try client.send("hello")
            stage.noteEnd(of: "client", client)
            client.close()
        }
    }

    @Test("CC: the client goes while it is being connected")
    func leavesConnecting() async throws {
        try await expect(
            "CC", defaults: ["timeout connect 5s", "option abortonclose"], isSilent: true, ignoring: ["bin"]
        ) { stage in
            let client = try stage.connect()
            try client.send("hello")
            try stage.awaitCount("BACKEND", "scur", "1")
            client.close()
        }
    }

    @Test("sQ: no place in time; CQ: the client goes", arguments: ["sQ", "CQ"])
    func queued(state: String) async throws {
        let timeout = state == "sQ" ? "300ms" : "20s"
        try await expect(
            state, lines: 2, defaults: ["timeout queue \(timeout)", "option abortonclose"], servers: ["maxconn 1"],
            ignoring: ["bin"]
        ) { stage in
            let (first, server) = try stage.open()
            let second = try stage.connect()
            try second.send("2")
            if state == "CQ" {
                try stage.awaitCount("BACKEND", "scur", "2")
                second.finish()
            }
            stage.noteEnd(of: "second", second)
            second.close()
            try stage.awaitSessionLines(1)
            first.finish()
            stage.noteEnd(of: "server", server)
            server.close()
            stage.noteEnd(of: "first", first)
            first.close()
        }
    }

    @Test(
        "PR: a rule refuses; CR and cR: the client goes, or is silent, before it is known",
        arguments: ["PR", "CR", "cR"])
    func request(state: String) async throws {
        try await expect(
            state, defaults: state == "cR" ? ["timeout client 200ms"] : [],
            rules: ["tcp-request inspect-delay 5s", "tcp-request content reject if { req.len gt 3 }"],
            ignoring: ["bin"]
        ) { stage in
            let client = try stage.connect()
            try client.send(state == "PR" ? "hello" : "h")
            if state == "CR" {
                try stage.awaitCount("FRONTEND", "scur", "1")
                client.reset()
                return
            }
            stage.noteEnd(of: "client", client)
            client.close()
        }
    }

    @Test("PD: a rule refuses what the server says")
    func refusedAnswer() async throws {
        try await expect(
            "PD", rules: ["tcp-response inspect-delay 5s", "tcp-response content reject if { res.len gt 3 }"]
        ) {
            stage in
            let (client, server) = try stage.open()
            try server.send("hello")
            stage.noteEnd(of: "client", client)
            client.close()
            server.close()
        }
    }

    @Test("D-: the server is marked down")
    func markedDown() async throws {
        let options = "check inter 100ms fall 1 port PORT_OF_1 on-marked-down shutdown-sessions"
        try await Scenario(defaults: ["no option dontlognull"], servers: [options, "backup weight 0"]) { stage in
            let (client, server) = try stage.open()
            stage.servers[1].stop()
            stage.noteEnd(of: "server", server)
            server.close()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
            try Self.demand("D-", stage)
            try stage.awaitLine(containing: "has no server available!")
        }.compare(ignoring: ["chkfail", "chkdown"], linesInAnyOrder: true)
    }
}
