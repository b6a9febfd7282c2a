import Testing

extension Scenarios {
    @Suite("What agents say of their servers, beside HAProxy")
    struct Agents {
        /// An agent whose question ends with a line or, as one of the tests asks, an exclamation mark.
        private static func agent() throws -> LineOracle { try LineOracle("up\n", questionsEndWith: ["\n", "!"]) }

        private static func text(_ agent: LineOracle, _ lines: String) -> String {
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
            backend b
                default-server inter 3600s agent-port \(agent.port) agent-inter 40ms agent-send "FOLDER\\n"
            \(lines)

            """
        }

        private static let columns = [
            "status", "weight", "uweight", "slim", "act", "chkfail", "chkdown", "check_status", "check_health",
            "agent_status", "agent_code", "agent_desc", "last_agt", "agent_rise", "agent_fall", "agent_health",
        ]

        /// Has the agent say one thing after the other, and expects the same of both programs after each.
        private func play(_ answers: [String], _ both: BesideHAProxy, _ agent: LineOracle) async throws {
            for answer in answers {
                try await agent.say(answer)
                try await both.expectSameStatistics(Self.columns, after: answer)
                try await expectSameLines(both, after: answer)
            }
        }

        /// The same lines from the first answer on, as soon as both have written them.
        ///
        /// A line that comes with every answer counts once: one of the two may ask once more before it hears another answer.
        private func expectSameLines(_ both: BesideHAProxy, after what: String) async throws {
            func lines(_ side: BesideHAProxy.Side) throws -> [String] {
                try side.keptLines().reduce(into: []) { lines, line in if lines.last != line { lines.append(line) } }
            }
            let deadline = ContinuousClock.now + .seconds(20)
            var (theirs, ours) = (try lines(both.haproxy), try lines(both.own))
            while ours != theirs, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
                (theirs, ours) = (try lines(both.haproxy), try lines(both.own))
            }
            #expect(ours == theirs, "the log after \(what)")
        }

        /// Has the agent say lines without an end, and expects that the program tells of them and changes nothing.
        ///
        /// HAProxy says the same as long as its memory behind the answer, where something else lay before, happens to hold no
        /// line's end ahead of a zero.
        private func expectIgnored(_ answers: [String], _ both: BesideHAProxy, _ agent: LineOracle) async throws {
            let columns = ["status", "weight", "act"]
            let before = try await both.own.statistics(columns)
            for answer in answers {
                try await agent.say(answer)
                try await eventually("'\(answer)' is ignored") {
                    try await both.own.statistics(["last_agt"])
                        .contains("b/s last_agt=Ignoring incomplete line from agent")
                }
                #expect(try await both.own.statistics(columns) == before, "the server after '\(answer)'")
            }
        }

        @Test("every word, alone and with others, where nothing else checks the server")
        func words() async throws {
            let agent = try Self.agent()
            let lines = """
                    server s SERVER0 weight 10 agent-check
                    server t SERVER1
                    server follows SERVER1 track s
                """
            guard let both = try await BesideHAProxy(Self.text(agent, lines)) else { return }
            try await agent.say("up\n")
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            try await play(
                [
                    "50%\n", "down\n", "up\n", "down #so tired\n", "UP # back  again \n", "stopped\n", "75%\n",
                    "up,100%\r\n", "fail#x\n", "fail #x\n", "drain\n", "ready\n", "up\n", "maint\n", "up\n", "ready\n",
                    "maint down\n", "ready\n", "ready up\n", "maxconn:7\n", "maxconn:0\n", "maxconn:x\n",
                    "30% maxconn:12 up #fine\n", "foo\n", "up foo bar\n", "down foo #real\n", "down foo\n",
                    "foo 20% up #d\n", "0%\n", "drain 0%\n", "ready 100%\n", "300%\n", "99999%\n", "10%x\n", "10x%\n",
                    "-5%\n", " \t,up\n", "10\n", "\n", "", "up\n", "down #a\"b\u{1}\n", "down drain\n",
                    "ready up\n",
                ], both, agent)
            try await expectIgnored(["up", "down"], both, agent)
            try await both.stop()
        }

        @Test("beside a check, with lines about health, and where weights are fixed")
        func besideCheck() async throws {
            let agent = try Self.agent()
            let lines = """
                    balance static-rr
                    option log-health-checks
                    server s SERVER0 weight 10 check agent-check
                    server t SERVER1
                """
            guard let both = try await BesideHAProxy(Self.text(agent, lines)) else { return }
            try await agent.say("up\n")
            try await both.expectSameStatistics(Self.columns, after: "the start")
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            try await play(
                [
                    "50%\n", "0%\n", "100%\n", "down\n", "50%\n", "up\n", "fail #no\n", "drain\n", "up ready\n", "",
                    "up\n",
                    "down 0%\n", "up 100%\n",
                ], both, agent)
            try await both.stop()
        }

        @Test("the stats socket's commands about agents")
        func commands() async throws {
            let agent = try Self.agent()
            let lines = """
                    server s SERVER0 weight 10 check agent-check
                    server t SERVER1
                """
            guard let both = try await BesideHAProxy(Self.text(agent, lines)) else { return }
            try await agent.say("50%\n")
            try await both.expectSameStatistics(Self.columns, after: "the start")
            _ = (try both.haproxy.newLines(), try both.own.newLines())
            let commands = """
                disable agent b/t
                enable agent b/t
                set server b/t agent up
                set server b/s agent
                set server b/s agent sideways
                set server b/s agent down
                set server b/s agent up
                set server b/s agent down
                set server b/s health up
                set server b/s agent-addr
                set server b/s agent-addr a.b.c
                set server b/s agent-addr 127.0.0.1
                set server b/s agent-addr 127.0.0.1 port x
                set server b/s agent-port
                set server b/s agent-port x
                set server b/s agent-port 70000
                set server b/s agent-port \(agent.port)
                disable agent b/s
                set server b/s agent up
                set server b/s agent-send x
                set server b/s agent-addr 127.0.0.1
                enable agent b/s
                disable agent
                enable agent b/x
                """
            for command in commands.split(separator: "\n").map(String.init) {
                try await both.expectSame(command)
                try await both.expectSameStatistics(Self.columns, after: command)
            }
            let states = { (side: BesideHAProxy.Side) in
                // The first server, and of it everything but times, and whether it is being asked.
                let line = try await side.ask("show servers state").split(separator: "\n").dropFirst(2).first ?? ""
                let fields = line.split(separator: " ")
                return (fields[5...8] + fields[15...]).joined(separator: " ")
            }
            #expect(try await states(both.own) == states(both.haproxy))
            for side in [both.haproxy, both.own] {
                _ = try await side.ask("set server b/s agent-send question\(side.stats.port)!")
            }
            try await agent.say("90%\n")
            for side in [both.haproxy, both.own] {
                #expect(agent.questions.contains("question\(side.stats.port)!"))
            }
            try await both.expectSameStatistics(Self.columns, after: "another question")
            try await both.stop()
        }
    }
}
