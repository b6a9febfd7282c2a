import Testing

extension Scenarios {
    /// A server that is both checked and told of by an agent is up where neither has anything against it.
    @Suite("Agents and checks of the same server, beside HAProxy")
    struct AgentsBesideChecks {
        private static func text(_ agent: LineOracle, _ check: LineOracle, checkInterval: String) -> String {
            """
            global
                stats socket STATS level admin
                log LOG local0
                max-spread-checks 100ms
            defaults
                mode tcp
                log global
                timeout connect 5s
                timeout client 60s
                timeout server 60s
                timeout check 5s
            backend b
                option httpchk GET FOLDER
                http-check disable-on-404
                default-server inter \(checkInterval) rise 2 fall 2
                default-server agent-port \(agent.port) agent-inter 40ms agent-send "FOLDER\\n"
                server s 127.0.0.1:\(check.port) weight 10 check agent-check
                server follows 127.0.0.1:\(check.port) track s
                server t 127.0.0.1:\(check.port)

            """
        }

        private static let columns = [
            "status", "weight", "act", "chkfail", "chkdown", "check_rise", "check_fall", "check_health", "agent_rise",
            "agent_fall", "agent_health",
        ]

        /// A line without what brought a state about.
        ///
        /// HAProxy lets a check count before it tells of it: what the agent says in between tells of both in the
        /// agent's words, and the other way round.
        private static func withoutCause(_ line: String) -> String {
            line.replacing(/, reason: .*check duration: …/, with: ", reason: …")
        }

        @Test("what each finds counts, in whatever order")
        func orders() async throws {
            let (agent, check) = (try LineOracle("up\n"), try LineOracle("HTTP/1.0 200 OK\r\n\r\n"))
            let text = Self.text(agent, check, checkInterval: "40ms")
            guard let both = try await BesideHAProxy(text) else { return }
            try await agent.say("up\n", believedAfter: 2)
            try await check.say("HTTP/1.0 200 OK\r\n\r\n", believedAfter: 2)
            try await both.expectSameStatistics(Self.columns, after: "the start")
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            let steps = """
                check 500; agent up; agent down; check 200; agent up; agent fail; check 500; agent up; check 200
                check 404; agent up; agent down; agent up; check 200; check 500; check 404; check 200
                check 404; agent 50%; agent stopped; check 200; agent up; agent drain; check 500; agent down
                check 200; agent up ready; agent down ready; check 404; check 200; agent 100% up
                """
            for step in steps.split(whereSeparator: { ";\n".contains($0) }).map({ $0.drop { $0 == " " } }) {
                let words = step.split(separator: " ", maxSplits: 1).map(String.init)
                if words[0] == "agent" {
                    try await agent.say("\(words[1])\n", believedAfter: 2)
                } else {
                    try await check.say("HTTP/1.0 \(words[1]) Said\r\n\r\n", believedAfter: 2)
                }
                try await both.expectSameStatistics(Self.columns, after: String(step))
                let lines = try await both.expectSameLines(after: String(step), comparing: Self.withoutCause)
                for line in lines where line.contains(", reason: ") {
                    #expect(line.contains("via agent : ") == (words[0] == "agent"), "\(step): \(line)")
                }
            }
            try await both.stop()
        }

        @Test("a person's word in the agent's place overrules the check until it says so once more")
        func words() async throws {
            let (agent, check) = (try LineOracle("ready\n"), try LineOracle("HTTP/1.0 200 OK\r\n\r\n"))
            let text = Self.text(agent, check, checkInterval: "3600s")
            guard let both = try await BesideHAProxy(text) else { return }
            try await agent.say("ready\n", believedAfter: 2)
            try await both.expectSameStatistics(Self.columns, after: "the start")
            for side in [both.haproxy, both.own] {
                try await eventually("the first check has passed") {
                    try await side.statistics(["check_status"]).contains { $0.hasSuffix("check_status=L7OK") }
                }
            }
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            let commands = """
                set server b/s health stopping
                set server b/s agent up
                set server b/s health down
                set server b/s agent up
                set server b/s agent down
                set server b/s health up
                set server b/s agent down
                set server b/s agent up
                set server b/s health down
                set server b/s agent down
                set server b/s agent up
                set server b/s health stopping
                set server b/s agent down
                set server b/s agent up
                """
            for command in commands.split(separator: "\n").map(String.init) {
                try await both.expectSame(command)
                try await both.expectSameStatistics(Self.columns, after: command)
            }
            try await both.stop()
        }

        @Test("an agent alone decides while the check is off")
        func uncheckedMeanwhile() async throws {
            let (agent, check) = (try LineOracle("up\n"), try LineOracle("HTTP/1.0 500 no\r\n\r\n"))
            let text = Self.text(agent, check, checkInterval: "40ms")
            guard let both = try await BesideHAProxy(text) else { return }
            try await agent.say("up\n", believedAfter: 2)
            try await check.say("HTTP/1.0 500 no\r\n\r\n", believedAfter: 2)
            try await both.expectSameStatistics(Self.columns, after: "the start")
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            for side in [both.haproxy, both.own] { _ = try await side.ask("disable health b/s") }
            for word in ["up", "down", "up"] {
                try await agent.say("\(word)\n", believedAfter: 2)
                try await both.expectSameStatistics(Self.columns, after: "no check, agent \(word)")
                try await both.expectSameLines(after: "no check, agent \(word)")
            }
            for side in [both.haproxy, both.own] { _ = try await side.ask("enable health b/s") }
            for code in ["500", "200"] {
                try await check.say("HTTP/1.0 \(code) no\r\n\r\n", believedAfter: 2)
                try await both.expectSameStatistics(Self.columns, after: "checked again, \(code)")
                try await both.expectSameLines(after: "checked again, \(code)")
            }
            try await both.stop()
        }
    }
}
