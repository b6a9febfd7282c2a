import Foundation
import Peers
import Testing

/// Clients that say nothing, or take their time, while they have no server yet.
@Suite("silent clients without a server, beside HAProxy", .serialized)
struct SilentClientTests {
    @Test(
        "one that waits in a queue ends with its own limit; one that has spoken, with the queue's",
        arguments: ["", "hello"])
    func queued(text: String) async throws {
        try await Scenario(
            defaults: ["no option dontlognull", "timeout client 300ms", "timeout queue 700ms", "timeout tunnel 20s"],
            servers: ["maxconn 1"]
        ) { stage in
            let (first, server) = try stage.open(sending: "1")
            let second = try stage.connect()
            try second.send(text)
            stage.noteEnd(of: "second", second)
            second.close()
            try stage.awaitSessionLines(1)
            first.close()
            server.close()
            try stage.awaitSessionLines(2)
        }.compare(ignoring: text.isEmpty ? [] : ["bin"])
    }

    @Test("one that waits for a server of its own, whose limit grows with the load")
    func queuedAtServer() async throws {
        try await Scenario(
            defaults: [
                "no option dontlognull", "timeout client 300ms", "timeout queue 20s", "timeout tunnel 20s",
                "fullconn 10",
            ],
            lines: ["balance source"], servers: ["minconn 1 maxconn 5"]
        ) { stage in
            let (first, server) = try stage.open(sending: "1")
            let second = try stage.connect()
            stage.noteEnd(of: "second", second)
            second.close()
            try stage.awaitSessionLines(1)
            first.close()
            server.close()
            try stage.awaitSessionLines(2)
        }.compare()
    }

    @Test(
        "one whose server doesn't answer is waited for, unless nothing is done for clients that are gone",
        arguments: ["option abortonclose", "no option abortonclose"], ["", "hello"])
    func connecting(option: String, text: String) async throws {
        try await Scenario(
            defaults: ["no option dontlognull", "timeout client 250ms", "timeout connect 400ms", "retries 1", option],
            isSilent: true
        ) { stage in
            let client = try stage.connect()
            try client.send(text)
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: text.isEmpty ? [] : ["bin"])
    }

    @Test("one that waits between two attempts", arguments: ["", "hello"])
    func pausing(text: String) async throws {
        try await Scenario(
            defaults: ["no option dontlognull", "timeout client 250ms", "timeout connect 700ms", "retries 1"],
            listening: []
        ) { stage in
            let client = try stage.connect()
            try client.send(text)
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: text.isEmpty ? [] : ["bin"])
    }

    /// The client's limit ends 0.5 s after it came, which is 0.1 s after it got its server; from there it would be after the
    /// server's.
    @Test("the limit of one that gets a server after a wait runs from when it came", arguments: ["", "hello"])
    func late(text: String) async throws {
        try await Scenario(
            defaults: ["no option dontlognull", "timeout client 800ms", "timeout server 600ms"], servers: ["maxconn 1"]
        ) { stage in
            let (first, firstServer) = try stage.open(sending: "1")
            let second = try stage.connect()
            try second.send(text)
            let came = ContinuousClock.now
            try stage.awaitCount("BACKEND", "scur", "2")
            while ContinuousClock.now - came < .milliseconds(400) { usleep(5_000) }
            first.close()
            firstServer.close()
            let server = try stage.servers[0].accept()
            try server.expect(text)
            stage.noteEnd(of: text.isEmpty ? "server" : "client", text.isEmpty ? server : second)
            server.close()
            second.close()
            try stage.awaitSessionLines(2)
        }.compare(tries: 3)
    }
}
