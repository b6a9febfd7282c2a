import Foundation
import Glibc
import Peers
import Testing

/// Sessions that wait for a server, and how they give up.
@Suite("how sessions wait for a server, beside HAProxy", .serialized)
struct QueueTests {
    /// Who leaves, and how.
    enum Leaving: String, CaseIterable {
        case closes, resets, halfCloses

        func leave(_ client: Peer) {
            switch self {
            case .closes: client.close()
            case .resets: client.reset()
            case .halfCloses: client.finish()
            }
        }
    }

    @Test(
        "a client that leaves while it waits for a full server",
        arguments: ["roundrobin", "source"], ["option abortonclose", "no option abortonclose"])
    func leavesQueue(algorithm: String, option: String) async throws {
        for leaving in Leaving.allCases {
            for text in ["", "hello"] {
                try await Scenario(
                    defaults: ["timeout queue 300ms", "no option dontlognull", option],
                    lines: ["balance \(algorithm)"], servers: ["maxconn 1"]
                ) { stage in
                    let (first, server) = try stage.open(sending: "1")
                    let second = try stage.connect()
                    try second.send(text)
                    try stage.awaitCount("BACKEND", "scur", "2")
                    leaving.leave(second)
                    try stage.awaitSessionLines(1)
                    first.close()
                    server.close()
                    try stage.awaitSessionLines(2)
                    if leaving == .halfCloses { second.close() }
                }.compare(ignoring: ["bin"])
            }
        }
    }

    @Test(
        "a client that leaves while a server doesn't answer",
        arguments: ["option abortonclose", "no option abortonclose"])
    func leavesConnecting(option: String) async throws {
        for leaving in Leaving.allCases {
            for text in ["", "hello"] {
                try await Scenario(
                    defaults: ["timeout connect 400ms", "retries 1", "no option dontlognull", option], listening: []
                ) { stage in
                    try stage.servers[0].listen(backlog: 0)
                    let fillers = try stage.servers[0].fillBacklog()
                    let client = try stage.connect()
                    try client.send(text)
                    try stage.awaitCount("BACKEND", "scur", "1")
                    leaving.leave(client)
                    try stage.awaitSessionLines(1)
                    if leaving == .halfCloses { client.close() }
                    for filler in fillers { filler.close() }
                }.compare(ignoring: ["bin"], tries: 3)
            }
        }
    }

    @Test(
        "a client that leaves between two attempts", arguments: ["option abortonclose", "no option abortonclose"])
    func leavesPause(option: String) async throws {
        for leaving in Leaving.allCases {
            for text in ["", "hello"] {
                try await Scenario(
                    defaults: ["timeout connect 1s", "retries 1", "no option dontlognull", option], listening: []
                ) { stage in
                    let client = try stage.connect()
                    try client.send(text)
                    try stage.awaitCount("rabbit_0", "wretr", "1")
                    leaving.leave(client)
                    try stage.awaitSessionLines(1)
                    if leaving == .halfCloses { client.close() }
                }.compare(ignoring: ["bin"], tries: 3)
            }
        }
    }

    @Test("a limit that grows with the load lets several in when one leaves")
    func dynamicLimit() async throws {
        try await Scenario(
            defaults: ["fullconn 4", "timeout queue 30s"], servers: ["minconn 1 maxconn 2"]
        ) { stage in
            var clients: [Peer] = []
            for number in 1...4 {
                clients.append(try stage.connect())
                try clients[number - 1].send("\(number)")
                try stage.awaitCount("BACKEND", "scur", "\(number)")
            }
            for count in [1, 2, 1] {
                var served: [(number: Int, peer: Peer)] = []
                for _ in 0..<count {
                    let peer = try stage.servers[0].accept()
                    served.append((Int(String(decoding: try peer.receive(1), as: UTF8.self)) ?? 0, peer))
                }
                served.sort { $0.number < $1.number }
                stage.notes.add("served: \(served.map(\.number))")
                stage.notes.add("waiting: \(try stage.statistics().rows["BACKEND"]?["qcur"] ?? "")")
                for (number, peer) in served {
                    let lines = SessionLine.all(in: stage.log).count
                    peer.close()
                    clients[number - 1].close()
                    try stage.awaitSessionLines(lines + 1)
                }
            }
        }.compare()
    }

    @Test("a full queue of the server that a client is tied to refuses it, and a place in it is used again")
    func fullQueue() async throws {
        try await Scenario(
            defaults: ["timeout queue 30s", "no option dontlognull"], lines: ["balance source"],
            servers: ["maxconn 1 maxqueue 1"]
        ) { stage in
            let (first, server) = try stage.open(sending: "1")
            let second = try stage.connect()
            try second.send("2")
            try stage.awaitCount("rabbit_0", "qcur", "1")
            let third = try stage.connect()
            let (_, ending) = third.readToEnd()
            stage.notes.add("third: \(ending.rawValue)")
            third.close()
            try stage.awaitSessionLines(1)
            first.close()
            server.close()
            let next = try stage.servers[0].accept()
            try next.expect("2")
            try stage.awaitSessionLines(2)
            second.close()
            next.close()
            try stage.awaitSessionLines(3)
        }.compare()
    }

    @Test("a server that falls while a session waits for any")
    func serverFallsForAll() async throws {
        let check = "maxconn 1 check inter 100ms rise 1 fall 1"
        try await Scenario(defaults: ["timeout queue 30s"], servers: [check, check]) { stage in
            let clients = try (0..<3).map { _ in try stage.connect() }
            for (number, client) in clients.enumerated() { try client.send("\(number)") }
            try stage.awaitCount("BACKEND", "qcur", "1")
            let peers = [try stage.servers[0].accept(), try stage.servers[1].accept()]
            let served = try peers.map { Int(String(decoding: try $0.receive(1), as: UTF8.self)) ?? 0 }
            stage.servers[0].stop()
            try stage.awaitLine(containing: "rabbit_0 is DOWN")
            try stage.servers[0].listen()
            try stage.awaitLine(containing: "rabbit_0 is UP")
            peers[0].close()
            clients[served[0]].close()
            let last = try stage.servers[0].accept()
            try last.expect("\(3 - served[0] - served[1])")
            peers[1].close()
            clients[served[1]].close()
            try stage.awaitSessionLines(2)
            last.close()
            clients[3 - served[0] - served[1]].close()
            try stage.awaitSessionLines(3)
        }.compare(ignoring: ["chkfail"], linesInAnyOrder: true)
    }

    @Test(
        "a server that falls while a session waits for it",
        arguments: [["option redispatch"], ["no option redispatch"]], [1, 2])
    func serverFalls(options: [String], count: Int) async throws {
        let check = "maxconn 1 check inter 100ms rise 1 fall 1"
        let isMoved = count == 2 && options == ["option redispatch"]
        let patience = isMoved ? "30s" : "800ms"
        try await Scenario(
            defaults: ["timeout queue \(patience)", "no option dontlognull"] + options, lines: ["balance source"],
            servers: [String](repeating: check, count: count)
        ) { stage in
            let first = try stage.connect()
            try first.send("1")
            try stage.awaitCount("BACKEND", "connect", "1")
            let rows = try stage.statistics().rows
            guard let chosen = stage.servers.indices.first(where: { rows["rabbit_\($0)"]?["connect"] == "1" }) else {
                throw MissingLine(description: "no server was chosen")
            }
            let server = try stage.servers[chosen].accept()
            try server.expect("1")
            let second = try stage.connect()
            try second.send("2")
            try stage.awaitCount("BACKEND", "scur", "2")
            stage.servers[chosen].stop()
            try stage.awaitLine(containing: "is DOWN")
            if isMoved {
                let other = try stage.servers[1 - chosen].accept()
                try other.expect("2")
                second.close()
                other.close()
            }
            try stage.awaitSessionLines(1)
            first.close()
            server.close()
            try stage.awaitSessionLines(2)
            if !isMoved { second.close() }
            // HAProxy's threads write the check's second line and the session's in either order.
        }.compare(ignoring: ["chkfail"], linesInAnyOrder: true)
    }
}
