import Foundation
import Glibc
import Peers
import Testing

/// Every way in which clients and servers end a session.
@Suite("how sessions end, beside HAProxy", .serialized)
struct TerminationTests {
    @Test("client FIN, then server FIN")
    func clientFinServerFin() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            stage.finish(client, then: server)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("client FIN, then server RST")
    func clientFinServerReset() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            client.finish()
            stage.noteEnd(of: "server", server)
            server.reset()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("client FIN, server sends 10 bytes more, then FIN")
    func clientFinServerMore() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            client.finish()
            stage.noteEnd(of: "server", server)
            try server.send("ten bytes.")
            server.close()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("client RST")
    func clientReset() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            client.reset()
            stage.noteEnd(of: "server", server)
            server.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("client closes with unread data, which is a RST")
    func clientClosesUnread() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            try server.send("unread")
            guard stage.wait(until: { client.hasUnreadBytes }) else { throw MissingLine(description: "no bytes came") }
            client.close()
            stage.noteEnd(of: "server", server)
            server.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server FIN, then client FIN")
    func serverFinClientFin() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            server.close()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server RST")
    func serverReset() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            server.reset()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server half-closes first, client sends once more, then FIN")
    func serverHalfCloses() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            server.finish()
            stage.noteEnd(of: "client", client)
            try client.send("more")
            try server.expect("more")
            client.finish()
            stage.noteEnd(of: "server", server)
            server.close()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server closes fully, client sends afterwards and stays: the client's time limit ends it")
    func serverClosesClientSends() async throws {
        try await Scenario(defaults: ["timeout client 1s", "timeout server 1s"]) { stage in
            let (client, server) = try stage.openAnswered()
            server.close()
            stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
            try client.send("too late")
            try stage.awaitSessionLines(1)
            client.close()
        }.compare()
    }

    @Test("server FIN first, client silent and open: the client's time limit ends it")
    func serverFinClientSilent() async throws {
        try await Scenario(defaults: ["timeout client 1s"]) { stage in
            let (client, server) = try stage.openAnswered()
            server.close()
            stage.noteEnd(of: "client", client)
            try stage.awaitSessionLines(1)
            client.close()
        }.compare()
    }

    @Test("client FIN first, server silent and open: the server's time limit ends it")
    func clientFinServerSilent() async throws {
        try await Scenario(defaults: ["timeout server 1s"]) { stage in
            let (client, server) = try stage.openAnswered()
            client.finish()
            stage.noteEnd(of: "server", server)
            stage.noteEnd(of: "client", client)
            server.close()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("both silent: at equal limits it is the client's", arguments: ["client", "server"])
    func idle(lastFrom: String) async throws {
        try await Scenario(defaults: ["timeout client 1s", "timeout server 1s"]) { stage in
            let (client, server) = try stage.openAnswered()
            if lastFrom == "client" {
                try client.send("x")
                try server.expect("x")
            }
            stage.noteEnd(of: "client", client)
            stage.noteEnd(of: "server", server)
            client.close()
            server.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("the shorter of two limits ends a silent session", arguments: ["client", "server"])
    func shorterLimit(shorter: String) async throws {
        try await Scenario(defaults: ["timeout \(shorter) 500ms"]) { stage in
            let client = try stage.connect()
            try client.send("hello")
            let server = try stage.servers[0].accept()
            // The other side is told first, and may still talk until it ends, too.
            let (first, second) = shorter == "client" ? (server, client) : (client, server)
            stage.noteEnd(of: shorter == "client" ? "server" : "client", first)
            first.close()
            stage.noteEnd(of: shorter, second)
            second.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a fin limit takes the place of the side's limit once the other has ended", arguments: ["client", "server"])
    func finLimit(side: String) async throws {
        try await Scenario(
            defaults: ["timeout \(side)-fin 500ms"]
        ) { stage in
            let (client, server) = try stage.openAnswered()
            (side == "client" ? server : client).finish()
            stage.noteEnd(of: "client", client)
            stage.noteEnd(of: "server", server)
            client.close()
            server.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a client that sends nothing leaves no line", arguments: ["silent", "greeting", "greeting, then close"])
    func nullSession(kind: String) async throws {
        let limits = kind == "greeting, then close" ? [] : ["timeout client 500ms", "timeout server 500ms"]
        try await Scenario(defaults: limits) { stage in
            let client = try stage.connect()
            let server = try stage.servers[0].accept()
            if kind != "silent" {
                try server.send("220 hello")
                try client.expect("220 hello")
            }
            if kind == "greeting, then close" {
                client.close()
                stage.noteEnd(of: "server", server)
            } else {
                stage.noteEnd(of: "client", client)
                stage.noteEnd(of: "server", server)
                client.close()
            }
            server.close()
        }.compare()
    }

    @Test("traffic in one direction keeps both sides' limits away", arguments: ["client", "server"])
    func oneDirection(speaker: String) async throws {
        try await Scenario(defaults: ["timeout client 2s", "timeout server 2s"]) { stage in
            let (client, server) = try stage.openAnswered()
            for _ in 0..<12 {
                try (speaker == "client" ? client : server).send("x")
                try (speaker == "client" ? server : client).expect("x")
                usleep(250_000)
            }
            client.close()
            stage.noteEnd(of: "server", server)
            server.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server sends 20 MB, then FIN, while the client reads late: all of it arrives")
    func bulkThenFin() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            let sender = Thread {
                do { try server.send([UInt8](repeating: 1, count: 20_000_000)) } catch {
                    stage.notes.add("server could not send: \(error)")
                }
                server.close()
            }
            sender.start()
            guard stage.wait(until: { client.hasUnreadBytes }) else { throw MissingLine(description: "no bytes came") }
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server sends 60 bytes, then RST, and the client answers: it has the bytes, and then an end")
    func lastWords() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.openAnswered()
            try server.send([UInt8](repeating: 2, count: 60))
            stage.notes.add("client got \(try client.receive(60).count)")
            server.reset()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("server breaks at once, client has sent")
    func resetAtOnce() async throws {
        try await Scenario { stage in
            let (client, server) = try stage.open()
            server.reset()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }
}
