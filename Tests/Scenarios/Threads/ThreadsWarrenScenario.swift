import Testing

extension Scenarios {
    /// Sessions that are moved, of an instance of several threads: one of them decides, and all of them close and send.
    @Suite("Threads and sessions that are moved")
    struct ThreadsWarrens {
        private struct HeldLine: Decodable {
            let on_backup: Bool
            let held: Bool
        }

        private struct RebalanceLine: Decodable {
            let sessions: Int
            let closes: Int
        }

        @Test("new sessions of all threads stay on the backup until somebody orders a failback, which takes all back")
        func failback() async throws {
            let (active, backup) = (
                try FakeServer(serve: FakeServer.named("a")), try FakeServer(serve: FakeServer.named("b"))
            )
            let setUp = try await ThreadedInstance(
                4,
                servers: [
                    "one \(active.address.address) check inter 100ms rise 1 fall 1",
                    "two \(backup.address.address) backup",
                ], lines: ["failback manual", "failback-drain 1s"])
            #expect(try await setUp.ask("show info").contains("Nbthread: 4\n"))
            #expect(try await setUp.choices(8).names == "aaaaaaaa")
            active.stopListening()
            try await eventually("new sessions go to the backup") {
                try await setUp.row("one")["status"] == "DOWN"
            }
            let (first, old) = try await setUp.choices(12)
            #expect(first == String(repeating: "b", count: 12))
            try active.listen()
            try await eventually("they are held there") {
                try await setUp.supervisor.json(HeldLine.self, "status", "inst").allSatisfy { $0.held && $0.on_backup }
            }
            let (second, held) = try await setUp.choices(12)
            #expect(second == String(repeating: "b", count: 12))
            #expect(try await setUp.sessionsByThread().count == 4)
            try await setUp.supervisor.run("failback", "inst").requireSuccess("failback")
            let (third, returned) = try await setUp.choices(12)
            #expect(third == String(repeating: "a", count: 12) && returned.count == 12)
            for client in old + held { _ = try await client.readToEnd() }
            try await eventually("nobody is on the backup") { try await setUp.row("two")["scur"] == "0" }
            #expect(try await setUp.choices(8).names == "aaaaaaaa")
            #expect(try await setUp.supervisor.run("failback", "inst").status == .code(1))
            try await setUp.process.stop()
        }

        @Test("the sessions of all threads are spread, and whoever comes back gets the emptiest server")
        func rebalance() async throws {
            let servers = try (0..<2).map { try FakeServer(serve: FakeServer.named("\($0)")) }
            let setUp = try await ThreadedInstance(
                4, servers: servers.enumerated().map { "s\($0) \($1.address.address)" })
            #expect(try await setUp.ask("set server inst/s1 state drain") == "\n")
            let (before, clients) = try await setUp.choices(16)
            #expect(before == String(repeating: "0", count: 16) && clients.count == 16)
            #expect(try await setUp.sessionsByThread().count == 4)
            #expect(try await setUp.ask("set server inst/s1 state ready") == "\n")
            let plan = try await setUp.supervisor.json(RebalanceLine.self, "rebalance", "inst", "--dry-run")
            #expect(plan.map(\.sessions) == [16, 0] && plan.map(\.closes) == [8, 0])
            try await setUp.supervisor.run("rebalance", "inst", "--per-minute", "6000").requireSuccess("rebalance")
            try await eventually("eight have been closed") { try await setUp.row("s0")["scur"] == "8" }
            // By turns, half of them would come to the first one again.
            let (after, returned) = try await setUp.choices(8)
            #expect(after == "11111111" && returned.count == 8)
            try await eventually("the end is in the events") {
                try await setUp.supervisor.json(EventLine.self, "events", "--instance", "inst")
                    .contains { $0.event == "REBALANCED" }
            }
            #expect(try await setUp.row("s0")["scur"] == "8")
            #expect(try await setUp.row("s1")["scur"] == "8")
            try await setUp.process.stop()
        }

        @Test("a reload in the middle of a hold goes on with it")
        func reload() async throws {
            let (active, backup) = (
                try FakeServer(serve: FakeServer.named("a")), try FakeServer(serve: FakeServer.named("b"))
            )
            func servers(_ weight: Int) -> [String] {
                [
                    "one \(active.address.address) check inter 100ms rise 1 fall 1 weight \(weight)",
                    "two \(backup.address.address) backup",
                ]
            }
            let setUp = try await ThreadedInstance(2, servers: servers(1), lines: ["failback manual"])
            active.stopListening()
            try await eventually("it is down") { try await setUp.row("one")["status"] == "DOWN" }
            try active.listen()
            try await eventually("new sessions are held on the backup") {
                try await setUp.supervisor.json(HeldLine.self, "status", "inst").allSatisfy { $0.held }
            }
            try setUp.configure(servers: servers(2), lines: ["failback manual"])
            try await setUp.supervisor.run("reload", "inst").requireSuccess("reload")
            #expect(try await setUp.choices(8).names == "bbbbbbbb")
            try await setUp.supervisor.run("failback", "inst").requireSuccess("failback")
            #expect(try await setUp.choices(8).names == "aaaaaaaa")
            try await setUp.process.stop()
        }
    }
}
