import Foundation
import Peers
import Testing

/// What a server's errors do to its health, what its fall and rise do to sessions and to those that track it.
@Suite("marks, beside HAProxy", .serialized)
struct MarkTests {
    /// Fast checks of a port of their own: the second server's, to which no session goes.
    private static let check = "check port PORT_OF_1 inter 200ms"

    /// Echoes on every connection to the first server, and notes how the proxy ends it.
    private func serve(_ stage: Scenario.Stage, _ number: Int = 0) {
        let listener = stage.servers[number]
        Thread.detachNewThread {
            while let peer = listener.acceptIfAny(within: .seconds(60)) {
                Thread.detachNewThread {
                    let (bytes, _) = peer.receive(atMost: 2, within: Peer.patience)
                    // A broken connection is what the script may want.
                    try? peer.send(bytes)
                    let ending = peer.readToEnd(within: .seconds(60)).ending
                    if !bytes.isEmpty { stage.notes.add("server \(number): \(ending.rawValue)") }
                    peer.close()
                }
            }
        }
    }

    private func talk(_ stage: Scenario.Stage) throws -> Peer {
        let client = try stage.connect()
        try client.send("hi")
        try client.expect("hi")
        return client
    }

    private func noteEnd(_ client: Peer, _ stage: Scenario.Stage) {
        stage.notes.add("client: \(client.readToEnd().ending.rawValue)")
        client.close()
    }

    @Test("every step of a check is logged when asked for")
    func loggedChecks() async throws {
        try await Scenario(
            lines: ["option log-health-checks"], servers: ["check inter 200ms rise 2 fall 2", "backup"]
        ) { stage in
            try stage.awaitLine(containing: "status: 2/2 UP")
            stage.servers[0].stop()
            try stage.awaitLine(containing: "rabbit_0 is DOWN")
            try stage.servers[0].listen()
            try stage.awaitLine(containing: "rabbit_0 is UP")
        }.compare()
    }

    @Test("its sessions end with a server that is marked down, once they have moved what was read")
    func markedDown() async throws {
        try await Scenario(servers: ["\(Self.check) fall 1 on-marked-down shutdown-sessions", "backup"]) { stage in
            serve(stage)
            let client = try talk(stage)
            stage.servers[1].stop()
            noteEnd(client, stage)
            try stage.awaitSessionLines(1)
            guard stage.wait(until: { stage.notes.all.count == 2 }) else {
                throw MissingLine(description: "the server does not see the end")
            }
        }.compare(ignoring: ["chkfail"], notesInAnyOrder: true, tries: 4)
    }

    @Test("the youngest session ends first, and one whose client has finished goes on to its own end")
    func youngestFirst() async throws {
        try await Scenario(servers: ["\(Self.check) fall 1 on-marked-down shutdown-sessions", "backup"]) { stage in
            let pairs = try (1...5).map { number in
                let pair = try stage.openAnswered()
                // The lines tell them apart by their bytes.
                let more = String(repeating: "x", count: number)
                try pair.server.send(more)
                try pair.client.expect(more)
                return pair
            }
            let (finished, answering) = pairs[2]
            finished.finish()
            stage.noteEnd(of: "server", answering)
            stage.servers[1].stop()
            try stage.awaitSessionLines(4)
            try answering.send("late")
            try finished.expect("late")
            answering.close()
            stage.noteEnd(of: "client", finished)
            try stage.awaitSessionLines(5)
            finished.close()
            for (number, pair) in pairs.enumerated() where number != 2 {
                pair.client.close()
                pair.server.close()
            }
        }.compare(ignoring: ["chkfail"])
    }

    @Test("a session that is still being connected ends, too")
    func markedDownWhileConnecting() async throws {
        try await Scenario(
            defaults: ["timeout connect 30s", "no option dontlognull"],
            servers: ["check port PORT_OF_1 inter 3s fall 1 on-marked-down shutdown-sessions", "backup"],
            isSilent: true
        ) { stage in
            // Both servers' queues are full: the first check has no answer, either.
            let client = try stage.connect()
            noteEnd(client, stage)
            try stage.awaitLine(containing: "rabbit_0 is DOWN")
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["chkfail"], tries: 4)
    }

    @Test("the backups' sessions end when an active server is marked up")
    func markedUp() async throws {
        try await Scenario(
            servers: [
                "check port PORT_OF_2 inter 200ms rise 1 on-marked-up shutdown-backup-sessions", "backup", "disabled",
            ], listening: [0, 1]
        ) { stage in
            serve(stage, 1)
            try stage.awaitLine(containing: "rabbit_0 is DOWN")
            // One alone: of several, HAProxy's threads end now this one first and now that one.
            let client = try talk(stage)
            try stage.servers[2].listen()
            noteEnd(client, stage)
            try stage.awaitSessionLines(1)
            guard stage.wait(until: { stage.notes.all.count == 2 }) else {
                throw MissingLine(description: "the server does not see the end")
            }
        }.compare(ignoring: ["chkfail"], notesInAnyOrder: true, tries: 4)
    }

    @Test("a server that tracks another one has its state at once, through a chain, too")
    func tracked() async throws {
        let sections = """
            backend second
                server b 127.0.0.1:1 track rabbitmq_cluster/rabbit_0
                server spare 127.0.0.1:1 backup
            backend third
                server c 127.0.0.1:1 track second/b

            """
        try await Scenario(
            servers: ["check inter 200ms rise 1 fall 1", "backup"], sections: sections
        ) { stage in
            stage.servers[0].stop()
            try stage.awaitLine(containing: "third/c is DOWN")
            try stage.servers[0].listen()
            try stage.awaitLine(containing: "third/c is UP")
        }.compare(ignoring: ["chkfail"])
    }

    @Test(
        "errors in a row have the effect that was ordered",
        arguments: ["fastinter", "fail-check", "sudden-death", "mark-down"])
    func observed(reaction: String) async throws {
        try await Scenario(
            defaults: ["retries 0", "no option dontlognull"], lines: ["option log-health-checks"],
            servers: [
                "check port PORT_OF_1 inter 20s fastinter 20s observe layer4 error-limit 3 on-error \(reaction)",
                "backup",
            ], listening: [1]
        ) { stage in
            let backup = stage.servers[1]
            Thread.detachNewThread {
                while let peer = backup.acceptIfAny(within: .seconds(60)) { peer.close() }
            }
            try stage.awaitLine(containing: "status: 3/3 UP")
            for number in 1...10 {
                let client = try stage.connect()
                noteEnd(client, stage)
                try stage.awaitSessionLines(number)
            }
        }.compare(tries: 4)
    }
}
