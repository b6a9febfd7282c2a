import Foundation
import Synchronization
import Testing

extension Scenarios {
    /// Instances of several threads: limits, queues, balancing and counters are those of one.
    @Suite("Threads")
    struct Threads {
        @Test(
            "200 clients at once: no limit is exceeded, everybody is served, and the counters add up",
            arguments: [2, 4])
        func limits(threads: Int) async throws {
            let busy = BusyServer()
            let server = try FakeServer(serve: busy.serve)
            let setUp = try await ThreadedInstance(
                threads, servers: ["s1 \(server.address.address) maxconn 5"], maxconn: 40)
            let clients = 200
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<clients {
                    group.addTask {
                        let client = try await setUp.connect()
                        try await client.write([1, 2, 3])
                        #expect(try await client.read(exactly: 3) == [1, 2, 3])
                        client.finishWriting()
                        _ = try await client.readToEnd()
                    }
                }
                try await group.waitForAll()
            }
            #expect(busy.most <= 5)
            try await eventually("all have ended") { try await setUp.row("s1")["scur"] == "0" }
            let row = try await setUp.row("s1")
            #expect(row["stot"] == "\(clients)")
            #expect(row["bin"] == "\(3 * clients)" && row["bout"] == "\(3 * clients)")
            #expect(Int(row["smax"] ?? "") ?? 0 <= 5)
            let frontend = try await setUp.row("FRONTEND")
            #expect(frontend["stot"] == "\(clients)" && frontend["scur"] == "0")
            #expect(Int(frontend["smax"] ?? "") ?? 0 <= 40)
            #expect(try await setUp.row("BACKEND")["stot"] == "\(clients)")
            let info = try await setUp.information()
            // Both count the connections of these commands, too; the requests are otherwise the sessions of above.
            #expect(info["Nbthread"] == "\(threads)" && info["CumConns"] == info["CumReq"], "\(info)")
            try await setUp.process.stop()
        }

        @Test("sessions are spread over the threads", arguments: [2, 4])
        func spread(threads: Int) async throws {
            let server = try FakeServer(serve: FakeServer.echo)
            let setUp = try await ThreadedInstance(threads, servers: ["s1 \(server.address.address)"])
            var clients: [Socket] = []
            for _ in 0..<(6 * threads) { clients.append(try await setUp.connectAndEcho()) }
            let counts = try await setUp.sessionsByThread()
            #expect(counts.count == threads && counts.values.allSatisfy { (3...9).contains($0) }, "\(counts)")
            #expect(try await setUp.row("s1")["scur"] == "\(6 * threads)")
            try await setUp.process.stop()
        }

        @Test("connections that come one after the other go by turns, whichever threads have them")
        func turns() async throws {
            let servers = try (0..<3).map { try FakeServer(serve: FakeServer.named("\($0)")) }
            let lines = servers.enumerated().map { "s\($0) \($1.address.address) weight \($0 == 0 ? 2 : 1)" }
            let setUp = try await ThreadedInstance(2, servers: lines)
            let (chosen, clients) = try await setUp.choices(16)
            #expect(clients.count == 16)
            #expect(Set(try await setUp.sessionsByThread().keys).count == 2)
            let turn = String(chosen.prefix(4))
            #expect(turn.count { $0 == "0" } == 2 && Set(turn) == ["0", "1", "2"])
            #expect(chosen == String(repeating: turn, count: 4))
            try await setUp.process.stop()
        }

        @Test("who waits is served in the order of arrival, by whichever thread", arguments: [2, 4])
        func queue(threads: Int) async throws {
            let server = try FakeServer(serve: FakeServer.named("s"))
            let setUp = try await ThreadedInstance(threads, servers: ["s1 \(server.address.address) maxconn 1"])
            var clients = [try await setUp.connect()]
            _ = try await clients[0].read(exactly: 2)
            for waiting in 1...8 {
                clients.append(try await setUp.connect())
                try await eventually("\(waiting) wait") { try await setUp.row("BACKEND")["qcur"] == "\(waiting)" }
            }
            for (position, client) in clients.enumerated().dropFirst() {
                clients[position - 1].finishWriting()
                #expect(try await client.read(exactly: 2) == Array("s\n".utf8))
                try await eventually("one less waits") {
                    try await setUp.row("BACKEND")["qcur"] == "\(clients.count - 1 - position)"
                }
            }
            clients[clients.count - 1].finishWriting()
            #expect(try await setUp.row("s1")["smax"] == "1")
            #expect(try await setUp.row("BACKEND")["qmax"] == "8")
            try await setUp.process.stop()
        }

        @Test("a server that goes down is down for all threads at once, and checked once an interval")
        func health() async throws {
            let checks = Mutex(0)
            let checked = try FakeServer { client in
                _ = try await client.read(exactly: 1)
                checks.withLock { $0 += 1 }
            }
            let down = try FakeServer(serve: FakeServer.named("d"))
            let up = try FakeServer(serve: FakeServer.named("u"))
            let begin = ContinuousClock.now
            let setUp = try await ThreadedInstance(
                4,
                servers: [
                    "checked \(checked.address.address) check inter 200ms weight 0",
                    "down \(down.address.address) check inter 200ms fall 1 rise 1",
                    "up \(up.address.address)",
                ], lines: ["option tcp-check", "tcp-check connect", "tcp-check send x"])
            down.stopListening()
            try await eventually("it is down") { try await setUp.row("down")["status"] == "DOWN" }
            #expect(try await setUp.choices(12).names == String(repeating: "u", count: 12))
            #expect(try await setUp.row("down")["stot"] == "0")
            #expect(try await setUp.row("BACKEND")["wretr"] == "0")
            try down.listen()
            try await eventually("it is up") { try await setUp.row("down")["status"] == "UP" }
            #expect(try await setUp.choices(4).names.count { $0 == "d" } == 2)
            try await eventually("some checks have been made") { checks.withLock { $0 } >= 5 }
            let time = ContinuousClock.now - begin
            #expect(checks.withLock { $0 } <= Int(time / .milliseconds(200)) + 2)
            try await setUp.process.stop()
        }

        @Test("orders hold for all threads: a weight, a drain, a limit, the end of a server's sessions, a pause")
        func orders() async throws {
            let servers = try (0..<2).map { try FakeServer(serve: FakeServer.named("\($0)")) }
            let setUp = try await ThreadedInstance(
                2, servers: servers.enumerated().map { "s\($0) \($1.address.address)" })
            #expect(try await setUp.ask("set weight inst/s0 0") == "\n")
            let (first, ofSecond) = try await setUp.choices(6)
            #expect(first == "111111")
            #expect(try await setUp.ask("set weight inst/s0 1") == "\n")
            #expect(try await setUp.ask("set server inst/s1 state drain") == "\n")
            let (second, ofFirst) = try await setUp.choices(6)
            #expect(second == "000000")
            #expect(try await setUp.ask("shutdown sessions server inst/s1") == "\n")
            for client in ofSecond { _ = try await client.readToEnd() }
            #expect(try await setUp.row("s0")["scur"] == "6")
            #expect(try await setUp.ask("set maxconn server inst/s0 7") == "\n")
            let (third, last) = try await setUp.choices(1)
            #expect(third == "0" && last.count == 1)
            let waiting = try await setUp.connect()
            try await eventually("one waits") { try await setUp.row("BACKEND")["qcur"] == "1" }
            ofFirst[0].finishWriting()
            #expect(try await waiting.read(exactly: 2) == Array("0\n".utf8))
            #expect(try await setUp.ask("disable frontend inst") == "\n")
            try await eventually("it listens no more") { try await Socket.connect(port: setUp.port.port) == nil }
            #expect(try await setUp.ask("enable frontend inst") == "\n")
            #expect(try await setUp.ask("set maxconn server inst/s0 0") == "\n")
            #expect(try await setUp.choices(1).names == "0")
            #expect(try await setUp.ask("add server inst/s9 127.0.0.1:1").contains("several threads"))
            let names = try await setUp.ask("show sess").split(separator: "\n").filter { $0.contains(" fe=inst ") }
            for name in names {
                #expect(try await setUp.ask("shutdown session \(name.prefix { $0 != ":" })") == "\n")
            }
            try await eventually("all have ended") { try await setUp.row("FRONTEND")["scur"] == "0" }
            try await setUp.process.stop()
        }

        @Test("a reload and a restart keep sessions and counts, and refuse nobody")
        func reload() async throws {
            let server = try FakeServer(serve: FakeServer.echo)
            let setUp = try await ThreadedInstance(2, servers: ["s1 \(server.address.address)"])
            var clients: [Socket] = []
            for _ in 0..<6 { clients.append(try await setUp.connectAndEcho()) }
            let isOver = Mutex(false)
            let load = Task {
                var served = 0
                while !isOver.withLock({ $0 }) {
                    _ = try await setUp.connectAndEcho()
                    served += 1
                }
                return served
            }
            for weight in 2...4 {
                try setUp.configure(servers: ["s1 \(server.address.address) weight \(weight)"])
                let reload = try await setUp.supervisor.run("reload", "inst")
                try reload.requireSuccess("reload")
                #expect(reload.errorOutput.contains("new worker for: several threads"))
                for client in clients { try await setUp.echo(client) }
            }
            try await setUp.supervisor.run("restart", "inst", "--grace", "60s").requireSuccess("restart")
            isOver.withLock { $0 = true }
            let served = try await load.value
            for client in clients { try await setUp.echo(client) }
            try await eventually("those of the load have ended") { try await setUp.row("FRONTEND")["scur"] == "6" }
            #expect(try await setUp.row("FRONTEND")["stot"] == "\(served + 6)")
            #expect(try await setUp.row("s1")["stot"] == "\(served + 6)")
            for client in clients {
                client.finishWriting()
                _ = try await client.readToEnd()
            }
            try await eventually("the old workers have ended") {
                try await setUp.supervisor.json(StatusLine.self, "status", "inst").map(\.sessions) == [0]
            }
            #expect(try await setUp.row("FRONTEND")["stot"] == "\(served + 6)")
            try await setUp.process.stop()
        }

        @Test("an address takes connections on the threads that it names, and --threads is for files without nbthread")
        func addresses() async throws {
            let server = try FakeServer(serve: FakeServer.echo)
            let setUp = try await ThreadedInstance(
                nil, servers: ["s1 \(server.address.address)"], bindOptions: " thread 2", arguments: ["--threads", "3"])
            for _ in 0..<6 { _ = try await setUp.connectAndEcho() }
            #expect(try await setUp.ask("show info").contains("Nbthread: 3\n"))
            try await setUp.process.stop()
        }
    }
}
