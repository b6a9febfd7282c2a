import Foundation
import Glibc
import Peers
import Testing

/// Servers that refuse, don't answer or are full, and which server a session gets.
@Suite("how sessions find a server, beside HAProxy", .serialized)
struct ConnectingTests {
    /// Serves every server of a stage on threads of their own: an answer with the server's number, then an echo.
    private func serve(_ stage: Scenario.Stage) { for number in stage.servers.indices { serve(stage, number) } }

    private func serve(_ stage: Scenario.Stage, _ number: Int) {
        let listener = stage.servers[number]
        Thread.detachNewThread {
            while let peer = listener.acceptIfAny(within: .seconds(60)) {
                Thread.detachNewThread {
                    // A broken connection is what the script wanted.
                    try? peer.send("\(number)")
                    _ = peer.readToEnd()
                    peer.close()
                }
            }
        }
    }

    /// Asks so many times who answers.
    private func picks(_ count: Int, _ stage: Scenario.Stage) throws -> String {
        var picks = ""
        for _ in 0..<count {
            let lines = SessionLine.all(in: stage.log).count
            let client = try stage.connect()
            try client.send("?")
            picks += String(decoding: client.receive(atMost: 1, within: Peer.patience).bytes, as: UTF8.self)
            client.close()
            // One after the other, so that the counters of lines and sessions say the same on both sides.
            guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else {
                throw MissingLine(description: "a session does not end")
            }
            try stage.awaitSessionLines(lines + 1)
        }
        return picks
    }

    @Test("one server that refuses: four attempts, a second apart")
    func refusedSingle() async throws {
        try await Scenario(listening: []) { stage in
            let begin = ContinuousClock.now
            let client = try stage.connect()
            try client.send("hello")
            stage.noteEnd(of: "client", client)
            stage.notes.add("after \(Int(((ContinuousClock.now - begin) / .seconds(1)).rounded())) s")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("the client goes during the attempts", arguments: ["FIN", "RST"])
    func refusedClientGoes(how: String) async throws {
        try await Scenario(listening: []) { stage in
            let client = try stage.connect()
            try client.send("hello")
            try stage.awaitCount("rabbit_0", "wretr", "1")
            if how == "RST" { client.reset() } else { client.close() }
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("three servers that refuse: redispatched at once, three times")
    func refusedThree() async throws {
        // Whether the client's bytes are there before the last refusal is a race: hence a line for every session.
        try await Scenario(defaults: ["no option dontlognull"], servers: ["", "", ""], listening: []) { stage in
            for number in 1...3 {
                let client = try stage.connect()
                try client.send("hello")
                stage.noteEnd(of: "client", client)
                client.close()
                try stage.awaitSessionLines(number)
                guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else { return }
            }
        }.compare(ignoring: ["bin"])
    }

    @Test("no redispatch: the same server, a second apart, although another listens")
    func noRedispatch() async throws {
        try await Scenario(defaults: ["no option redispatch", "retries 1"], servers: ["", ""], listening: [1]) {
            stage in
            serve(stage)
            stage.notes.add(try picks(2, stage))
            try stage.awaitSessionLines(2)
        }.compare()
    }

    @Test("no retries: the first refusal is the last")
    func noRetries() async throws {
        try await Scenario(defaults: ["retries 0", "no option dontlognull"], servers: ["", ""], listening: [1]) {
            stage in
            serve(stage)
            stage.notes.add(try picks(4, stage))
            try stage.awaitSessionLines(4)
        }.compare(ignoring: ["bin"])
    }

    @Test("all servers down: an end at once, and a line for those who had sent something")
    func noServer() async throws {
        try await Scenario(servers: ["check inter 100ms", "check inter 100ms"], listening: []) { stage in
            try stage.awaitLine(containing: "has no server available!")
            let silent = try stage.connect()
            stage.noteEnd(of: "silent client", silent)
            silent.close()
            guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else { return }
        }.compare(ignoring: ["chkfail"])
    }

    @Test("a server that doesn't answer: four attempts of a connect timeout each")
    func blackhole() async throws {
        try await Scenario(defaults: ["timeout connect 300ms"], listening: []) { stage in
            try stage.servers[0].listen(backlog: 0)
            let fillers = try stage.servers[0].fillBacklog()
            let client = try stage.connect()
            try client.send("hello")
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
            for filler in fillers { filler.close() }
        }.compare()
    }

    @Test("the client goes while a server doesn't answer", arguments: ["FIN", "RST"])
    func blackholeClientGoes(how: String) async throws {
        try await Scenario(defaults: ["no option dontlognull"], listening: []) { stage in
            try stage.servers[0].listen(backlog: 0)
            let fillers = try stage.servers[0].fillBacklog()
            let client = try stage.connect()
            try client.send("hello")
            guard try stage.wait(until: { try stage.statistics().rows["rabbit_0"]?["scur"] == "1" }) else { return }
            if how == "RST" { client.reset() } else { client.close() }
            try stage.awaitSessionLines(1)
            for filler in fillers { filler.close() }
        }.compare(ignoring: ["bin"], tries: 3)
    }

    @Test("two servers that don't answer: another one at each attempt")
    func blackholeTwo() async throws {
        try await Scenario(defaults: ["timeout connect 300ms"], servers: ["", ""], listening: []) { stage in
            var fillers: [Peer] = []
            for server in stage.servers {
                try server.listen(backlog: 0)
                fillers += try server.fillBacklog()
            }
            let client = try stage.connect()
            try client.send("hello")
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
            for filler in fillers { filler.close() }
        }.compare()
    }

    @Test("a check that isn't answered takes the server down after its interval")
    func blackholeCheck() async throws {
        try await Scenario(servers: ["check inter 400ms fall 1 rise 1"], isSilent: true) { stage in
            try stage.awaitLine(containing: "is DOWN")
            try stage.awaitLine(containing: "has no server available!")
        }.compare(ignoring: ["chkfail"])
    }

    @Test("picks follow HAProxy's through refusals, DOWN and UP again")
    func picksOverFailures() async throws {
        let check = "check inter 200ms rise 2 fall 3"
        try await Scenario(servers: [check, check, check]) { stage in
            serve(stage)
            stage.notes.add("start: " + (try picks(12, stage)))
            stage.servers[1].stop()
            try stage.awaitLine(containing: "rabbit_1 is DOWN")
            stage.notes.add("rabbit_1 down: " + (try picks(9, stage)))
            try stage.servers[1].listen()
            serve(stage, 1)
            try stage.awaitLine(containing: "rabbit_1 is UP")
            stage.notes.add("rabbit_1 up: " + (try picks(12, stage)))
        }.compare(ignoring: ["chkfail", "smax"])
    }

    @Test("picks while one of three refuses without checks")
    func picksOverRefusal() async throws {
        try await Scenario(servers: ["", "", ""], listening: [0, 2]) { stage in
            serve(stage)
            stage.notes.add(try picks(9, stage))
            try stage.awaitSessionLines(9)
        }.compare(ignoring: ["smax"])
    }

    @Test("weighted picks", arguments: [[1, 2, 3], [10, 1], [5, 5, 5, 1]])
    func weights(weights: [Int]) async throws {
        try await Scenario(servers: weights.map { "weight \($0)" }) { stage in
            serve(stage)
            stage.notes.add(try picks(2 * weights.reduce(0, +), stage))
        }.compare(ignoring: ["smax"])
    }

    @Test(
        "each algorithm picks as HAProxy's does, among servers that fill up",
        arguments: [
            ["balance static-rr"], ["balance leastconn"], ["balance first"], ["balance source"],
            ["balance source", "hash-type consistent"], ["balance source", "hash-type map-based sdbm avalanche"],
        ])
    func algorithms(lines: [String]) async throws {
        let servers = ["weight 3 maxconn 4", "weight 1 maxconn 4", "weight 2 maxconn 4"]
        try await Scenario(lines: lines, servers: servers) { stage in
            serve(stage)
            stage.notes.add("one at a time: " + (try picks(12, stage)))
            var held: [Peer] = []
            // A client that is tied to one server would wait at its fifth session.
            for _ in 0..<(lines[0] == "balance source" ? 4 : 9) {
                let client = try stage.connect()
                try client.send("?")
                stage.notes.add("held by " + String(decoding: try client.receive(1), as: UTF8.self))
                held.append(client)
            }
            for (closed, client) in held.enumerated() {
                client.close()
                try stage.awaitSessionLines(12 + closed + 1)
            }
        }.compare(ignoring: ["smax"])
    }

    @Test("the backup takes over, and gives back to new connections")
    func warren() async throws {
        let check = "check inter 200ms rise 2 fall 3"
        try await Scenario(servers: [check, "backup \(check)"]) { stage in
            serve(stage)
            stage.notes.add("start: " + (try picks(2, stage)))
            stage.servers[0].stop()
            try stage.awaitLine(containing: "Running on backup")
            stage.notes.add("backup: " + (try picks(2, stage)))
            let staying = try stage.connect()
            try staying.send("?")
            stage.notes.add("staying on " + String(decoding: try staying.receive(1), as: UTF8.self))
            try stage.servers[0].listen()
            serve(stage, 0)
            try stage.awaitLine(containing: "rabbit_0 is UP")
            // It stays where it is: nothing comes, and no end.
            stage.notes.add("then " + staying.receive(atMost: 1, within: .milliseconds(100)).ending.rawValue)
            staying.close()
            guard try stage.wait(until: { try stage.statistics().currentSessions == 0 }) else { return }
            stage.notes.add("back: " + (try picks(2, stage)))
        }.compare(ignoring: ["chkfail", "smax"])
    }

    @Test("a session lives on when its server is found DOWN")
    func downKeepsSessions() async throws {
        try await Scenario(servers: ["check inter 100ms rise 1 fall 1"]) { stage in
            let (client, server) = try stage.open(sending: "a")
            stage.servers[0].stop()
            try stage.awaitLine(containing: "has no server available!")
            try server.send("b")
            try client.expect("b")
            client.close()
            stage.noteEnd(of: "server", server)
            server.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["chkfail"])
    }

    @Test("a frontend at its maxconn leaves the next client waiting, and serves it later")
    func frontendMaxconn() async throws {
        try await Scenario(defaults: ["maxconn 2"]) { stage in
            serve(stage)
            let first = try stage.connect()
            let second = try stage.connect()
            for client in [first, second] {
                try client.send("?")
                try client.expect("0")
            }
            let third = try stage.connect()
            try third.send("?")
            stage.notes.add("third: " + third.receive(atMost: 1, within: .milliseconds(300)).ending.rawValue)
            first.close()
            try third.expect("0")
            try stage.awaitSessionLines(1)
            second.close()
            try stage.awaitSessionLines(2)
            third.close()
            try stage.awaitSessionLines(3)
        }.compare(linesInAnyOrder: true)
    }

    @Test("a server that comes up gets its weight step by step")
    func slowStart() async throws {
        try await Scenario(
            servers: ["weight 50 maxconn 30 check inter 200ms rise 1 fall 1 slowstart 4s", "weight 50"], listening: [1]
        ) { stage in
            try stage.awaitLine(containing: "rabbit_0 is DOWN")
            try stage.servers[0].listen()
            var seen: [[String]] = []
            let isOver = try stage.wait {
                let rows = try stage.statistics().rows
                let server = rows["rabbit_0"] ?? [:]
                let now = ["weight", "throttle"].map { server[$0] ?? "-" } + [rows["BACKEND"]?["weight"] ?? "-"]
                if seen.last != now { seen.append(now) }
                return seen.count > 2 && server["throttle"] == nil
            }
            stage.notes.add("\(isOver): \(seen)")
            try stage.awaitLine(containing: "rabbit_0 is UP. ")
        }.compare(ignoring: ["chkfail"])
    }

    @Test("a server at its maxconn lets sessions wait in order, and one of them too long")
    func serverMaxconn() async throws {
        try await Scenario(
            defaults: ["timeout queue 2s"], servers: ["maxconn 1"]
        ) { stage in
            let (first, server) = try stage.open(sending: "1")
            let second = try stage.connect()
            try second.send("2")
            try stage.awaitCount("BACKEND", "qcur", "1")
            first.close()
            stage.noteEnd(of: "server", server)
            server.close()
            try stage.awaitSessionLines(1)
            let next = try stage.servers[0].accept()
            try next.expect("2")
            let third = try stage.connect()
            try third.send("3")
            stage.noteEnd(of: "third", third)
            third.close()
            try stage.awaitSessionLines(2)
            second.close()
            next.close()
            try stage.awaitSessionLines(3)
        }.compare()
    }

    @Test("a client that goes while it waits for a full server", arguments: ["FIN", "RST"])
    func abortInQueue(how: String) async throws {
        try await Scenario(
            defaults: ["timeout queue 2s", "no option dontlognull"], servers: ["maxconn 1"]
        ) { stage in
            let (first, server) = try stage.open(sending: "1")
            let second = try stage.connect()
            try second.send("2")
            guard try stage.wait(until: { try stage.statistics().rows["BACKEND"]?["scur"] == "2" }) else { return }
            if how == "RST" { second.reset() } else { second.close() }
            try stage.awaitSessionLines(1)
            first.close()
            server.close()
            try stage.awaitSessionLines(2)
        }.compare(ignoring: ["bin"])
    }
}
