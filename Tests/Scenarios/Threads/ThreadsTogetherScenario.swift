import Foundation
import Testing

extension Scenarios {
    /// Rates, stick tables, variables and source ports of an instance of several threads: those of one.
    @Suite("Threads together")
    struct ThreadsTogether {
        @Test(
            "four threads let in as many connections a second as one, and at no earlier moment",
            arguments: [("", "rate-limit sessions 10"), ("maxconnrate 10", ""), ("maxsessrate 10", "")])
        func rates(global: String, line: String) async throws {
            let server = try FakeServer(serve: FakeServer.named("s"))
            let setUp = try await ThreadedInstance(
                4, servers: ["s1 \(server.address.address)"], lines: ["backlog 1000"] + [line].filter { !$0.isEmpty },
                global: [global].filter { !$0.isEmpty })
            #expect(try await setUp.ask("show info").contains("Nbthread: 4\n"))
            let begin = ContinuousClock.now
            let arrivals = try await withThrowingTaskGroup(of: Duration.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        let client = try await setUp.connect()
                        _ = try await client.read(exactly: 2)
                        return ContinuousClock.now - begin
                    }
                }
                return try await group.reduce(into: [Duration]()) { $0.append($1) }.sorted()
            }
            #expect(arrivals.count == 24)
            // Ten at once, then one more at each tenth of a second.
            for (number, arrival) in arrivals.enumerated().dropFirst(10) {
                let earliest = Duration.milliseconds(number / 10 * 1_000 + number % 10 * 100)
                #expect(arrival >= earliest, "number \(number)")
            }
            try await setUp.process.stop()
        }

        @Test("a rate that is changed while it runs holds for all threads")
        func changedRate() async throws {
            let server = try FakeServer(serve: FakeServer.named("s"))
            let setUp = try await ThreadedInstance(4, servers: ["s1 \(server.address.address)"])
            #expect(try await setUp.ask("set rate-limit sessions global 5") == "\n")
            #expect(try await setUp.ask("show info").contains("SessRateLimit: 5\n"))
            let begin = ContinuousClock.now
            #expect(try await setUp.choices(6).names == "ssssss")
            #expect(ContinuousClock.now - begin >= .seconds(1))
            #expect(try await setUp.ask("set rate-limit sessions global 0") == "\n")
            #expect(try await setUp.choices(20).names.count == 20)
            try await setUp.process.stop()
        }

        @Test("a stick table counts the connections of all threads, and lets in as many as it is to")
        func tracking() async throws {
            let busy = BusyServer()
            let server = try FakeServer(serve: busy.serve)
            let setUp = try await ThreadedInstance(
                4, servers: ["s1 \(server.address.address)"],
                lines: [
                    "stick-table type ip size 100 expire 10m store conn_cur,conn_cnt,sess_cnt,bytes_in_cnt,gpc0",
                    "tcp-request connection track-sc0 src", "tcp-request connection reject if { sc0_conn_cur gt 3 }",
                ])
            #expect(try await setUp.ask("show info").contains("Nbthread: 4\n"))
            let count = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var served = 0
                        for _ in 0..<20 where try await isAnswered(setUp) { served += 1 }
                        return served
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(busy.most <= 3)
            try await eventually("nobody is connected any more") {
                try await setUp.ask("show table inst").contains(" conn_cur=0 ")
            }
            let table = try await setUp.ask("show table inst")
            #expect(count > 0 && table.contains(" conn_cnt=160 ") && table.contains(" sess_cnt=\(count) "), "\(table)")
            #expect(table.contains(" bytes_in_cnt=\(3 * count)"), "\(table)")
            #expect(table.contains("used:1\n"))
            #expect(try await setUp.ask("clear table inst") == "\n")
            #expect(try await setUp.ask("show table inst").contains("used:0\n"))
            try await setUp.process.stop()
        }

        @Test("a client sticks to its server on whichever thread it comes, also after a reload")
        func sticking() async throws {
            let servers = try (0..<3).map { try FakeServer(serve: FakeServer.named("\($0)")) }
            let lines = servers.enumerated().map { "s\($0) \($1.address.address)" }
            let stick = ["stick-table type ip size 100 expire 10m", "stick on src"]
            let setUp = try await ThreadedInstance(4, servers: lines, lines: stick)
            let (first, clients) = try await setUp.choices(16)
            #expect(Set(first).count == 1 && clients.count == 16)
            #expect(Set(try await setUp.sessionsByThread().keys).count > 1)
            try setUp.configure(servers: lines + ["s9 \(servers[0].address.address) backup"], lines: stick)
            try await setUp.supervisor.run("reload", "inst").requireSuccess("reload")
            #expect(try await setUp.choices(8).names == String(repeating: String(first.prefix(1)), count: 8))
            #expect(try await setUp.ask("show table inst").contains("server_id="))
            try await setUp.process.stop()
        }

        @Test("a variable of all sessions is the same on all threads")
        func variables() async throws {
            let server = try FakeServer(serve: FakeServer.named("s"))
            let setUp = try await ThreadedInstance(
                4, servers: ["s1 \(server.address.address)"],
                lines: [
                    "tcp-request connection set-var(proc.closed) int(1) if { src 127.0.0.66 }",
                    "tcp-request connection unset-var(proc.closed) if { src 127.0.0.67 }",
                    "tcp-request connection reject if { var(proc.closed) -m int 1 }",
                ])
            #expect(try await setUp.ask("show info").contains("Nbthread: 4\n"))
            let open = try await setUp.choices(8)
            #expect(open.names == "ssssssss")
            #expect(try await !isServed(setUp, from: "127.0.0.66"))
            for _ in 0..<12 { #expect(try await !isServed(setUp, from: "127.0.0.1")) }
            #expect(try await isServed(setUp, from: "127.0.0.67"))
            for _ in 0..<12 { #expect(try await isServed(setUp, from: "127.0.0.1")) }
            try await setUp.process.stop()
        }

        @Test("each connection to a server has a source port of its own, of the range that all threads take from")
        func sourcePorts() async throws {
            let server = try FakeServer(serve: FakeServer.named("s"))
            let setUp = try await ThreadedInstance(
                4, servers: ["s1 \(server.address.address) source 127.0.77.31:41000-41011"],
                lines: ["retries 0", "option tcplog"])
            #expect(try await setUp.ask("show info").contains("Nbthread: 4\n"))
            for _ in 0..<3 {
                let (names, clients) = try await setUp.choices(12)
                #expect(names == String(repeating: "s", count: 12))
                #expect(Set(try await setUp.sessionsByThread().keys).count > 1)
                // All twelve are in use.
                let late = try await setUp.connect()
                #expect(try await late.readToEnd().bytes.isEmpty)
                for client in clients { client.finishWriting() }
                for client in clients { _ = try await client.readToEnd() }
                try await eventually("all have ended") { try await setUp.row("s1")["scur"] == "0" }
            }
            try await setUp.process.stop()
        }

        /// Whether a client gets an answer; who is refused is reset, at whatever moment.
        private func isAnswered(_ setUp: ThreadedInstance) async throws -> Bool {
            guard let client = try? await setUp.connect() else { return false }
            guard (try? await client.write([1, 2, 3])) != nil else { return false }
            return (try? await client.read(exactly: 3)) != nil
        }

        private func isServed(_ setUp: ThreadedInstance, from source: String) async throws -> Bool {
            guard let client = try await Socket.connect(port: setUp.port.port, from: source) else { return false }
            // Who is refused is reset, at whatever moment.
            return (try? await client.read(exactly: 2)) != nil
        }
    }
}
