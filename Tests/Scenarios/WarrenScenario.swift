import Testing

extension Scenarios {
    @Suite("Sessions that are moved")
    struct Warrens {
        /// How many AMQP clients each instance has.
        private static let clients = 6

        /// A line of `supervise rebalance --json`.
        private struct RebalanceLine: Decodable {
            let server: String
            let sessions: Int
            let target: Int?
            let closes: Int
        }

        private struct HeldLine: Decodable {
            let on_backup: Bool
            let held: Bool
        }

        private static func text(_ port: HeldPort, _ brokers: RabbitMQBrokers, backup: String, _ lines: [String])
            -> String
        {
            """
            listen amqp
                mode tcp
                bind \(port.address)
                balance roundrobin
                option redispatch
                timeout connect 5s
                timeout client 3h
                timeout server 3h
            \(lines.map { "    \($0)\n" }.joined())
                server one \(brokers.nodes[0].clients.address) check inter 200ms
                server two \(brokers.nodes[1].clients.address) check inter 200ms \(backup)

            """
        }

        /// How many sessions each server has, as a plan shows them.
        private static func sessions(_ instance: String, _ supervisor: Supervisor) async throws -> [Int] {
            try await supervisor.json(RebalanceLine.self, "rebalance", instance, "--dry-run").map(\.sessions)
        }

        @Test(
            "a broker that was away gets its part back, and a warren comes back as a whole, with RabbitMQ and AMQP clients",
            .enabled(if: RabbitMQBrokers.isInstalled && Python.hasPika), .timeLimit(.minutes(5)))
        func movedSessions() async throws {
            let brokers = try await RabbitMQBrokers([
                try RabbitMQBrokers.Node("rabbit", host: "127.0.0.3"),
                try RabbitMQBrokers.Node("rabbit_backup", host: "127.0.0.6"),
            ])
            let directory = try TemporaryDirectory()
            let supervisor = try Supervisor(in: directory)
            let (even, warren) = (try HeldPort(), try HeldPort())
            try supervisor.configure("even", Self.text(even, brokers, backup: "", []))
            try supervisor.configure(
                "warren", Self.text(warren, brokers, backup: "backup", ["failback manual", "failback-drain 1s"]))
            let process = try await supervisor.up(listeningOn: [even, warren])
            let count = Self.clients
            let crowds = try [even, warren].map { try Python.start("returners", [String($0.port), String(count)]) }

            // The first broker goes: everybody comes to the second.
            try await brokers.control("rabbit", "stop_app")
            for instance in ["even", "warren"] {
                try await eventually("all clients of \(instance) at the second broker", within: .seconds(60)) {
                    try await Self.sessions(instance, supervisor) == [0, count]
                }
            }
            try await brokers.control("rabbit", "start_app")
            try await eventually("new sessions are held on the backup", within: .seconds(60)) {
                try await supervisor.json(HeldLine.self, "status", "warren").allSatisfy { $0.held && $0.on_backup }
            }
            // HAProxy would have new sessions go to the first broker now, and leave the old ones at the second.
            let newcomer = try Python.start("returners", [String(warren.port), "1"])
            try await eventually("a new client is at the backup as well", within: .seconds(30)) {
                try await Self.sessions("warren", supervisor) == [0, count + 1]
            }

            // Uneven sessions: shown, then moved.
            let plan = try await supervisor.json(RebalanceLine.self, "rebalance", "even", "--dry-run")
            #expect(plan.map(\.target) == [count / 2, count / 2] && plan.map(\.closes) == [0, count / 2])
            let order = try await supervisor.run(
                "rebalance", "even/amqp", "--per-minute", "600", "--reason", "one is back")
            try order.requireSuccess("rebalance")
            #expect(order.errorOutput.contains("even/amqp: closes 3 sessions, 600 per minute: one 0 -> 3, two 6 -> 3"))
            try await eventually("even sessions", within: .seconds(60)) {
                try await Self.sessions("even", supervisor) == [count / 2, count / 2]
            }
            try await eventually("the end is in the events", within: .seconds(30)) {
                let events = try await supervisor.json(EventLine.self, "events", "--instance", "even")
                let moves = events.filter { $0.event.hasPrefix("REBALANCE") }
                return Set(moves.map(\.event)) == ["REBALANCE", "REBALANCED"]
                    && moves.allSatisfy { $0.actor?.hasPrefix("uid ") == true && $0.reason == "one is back" }
            }

            // The warren comes back, with everybody.
            try await supervisor.run("failback", "warren", "--reason", "checked by hand").requireSuccess("failback")
            try await eventually("all clients of the warren at its active server", within: .seconds(60)) {
                try await Self.sessions("warren", supervisor) == [count + 1, 0]
            }
            let events = try await supervisor.json(EventLine.self, "events", "--instance", "warren")
            #expect(events.contains { $0.event == "HELD" && $0.actor == nil })
            #expect(events.contains { $0.event == "FAILBACK" && $0.reason == "checked by hand" })
            #expect(try await supervisor.run("failback", "warren").status == .code(1))
            #expect(try await supervisor.run("failback", "warren/nope").status == .code(4))
            for crowd in crowds + [newcomer] { try await crowd.stop() }
            try await process.stop()
            try await brokers.stop()
        }
    }
}
