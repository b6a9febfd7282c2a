import Testing

extension Scenarios {
    @Suite("What the stats socket changes of servers, beside HAProxy")
    struct ServerActs {
        private static let beginning = """
            global
                stats socket STATS level admin
                log LOG local0
                maxconn 1000
            defaults
                mode tcp
                maxconn 500
                log global
                timeout connect 5s
                timeout client 60s
                timeout server 60s

            """
        private static let mixed =
            beginning + """
                listen l
                    bind PORT
                    server s1 SERVER0 weight 10
                    server s2 SERVER1 weight 20 check inter 3600s
                    server s3 SERVER2 track s2
                    server s4 SERVER3 backup maxconn 5
                    server s5 SERVER3 disabled
                frontend f
                    bind FOLDER/f.sock
                    default_backend st
                backend st
                    balance static-rr
                    server a SERVER0 weight 10
                    server b SERVER1 weight 20
                backend off
                    disabled
                    server a SERVER0

                """
        /// What says how a server is.
        private static let states = [
            "status", "weight", "uweight", "act", "bck", "slim", "check_status", "check_health", "tracked",
        ]

        @Test("weights: every answer and refusal")
        func weights() async throws {
            guard let both = try await BesideHAProxy(Self.mixed) else { return }
            try await both.expectSame(
                """
                set weight
                set weight l
                set weight l/
                set weight l/s9 3
                set weight nix/s9 3
                set weight f/a 3
                set weight off/a 3
                set weight off/z 3
                set weight l/s1
                set weight l/s1 abc
                set weight l/s1 3x
                set weight l/s1 300x
                set weight l/s1 -3
                set weight l/s1 -3%
                set weight l/s1 257
                set weight l/s1 256
                get weight l/s1
                set weight l/s1 50%
                get weight l/s1
                set weight l/s1 3000%
                get weight l/s1
                set weight l/s1 3%%
                set weight l/s1 %
                set weight l/s1 +5
                get weight l/s1
                set weight l/s1 7 8
                get weight l/#1
                get weight
                get weight l
                get weight l/s9
                get weight nix/s1
                set weight st/a 5
                set weight st/a 50%
                set weight st/a 300
                set weight st/a 0
                get weight st/a
                set weight st/a 100%
                get weight st/a
                set server l/s1 weight 12
                set server l/s1 weight
                get weight l/s1
                """)
            try await both.expectSameStatistics(Self.states, after: "weights")
            try await both.expectSame(
                """
                set weight l/s1 0
                set weight l/s2 0
                set weight l/s3 0
                set weight l/s4 0
                set weight l/s4 1
                """)
            try await both.expectSameStatistics(Self.states, after: "only the backup has a weight")
            try await both.stop()
        }

        @Test("a server that is disabled in the file is down from the beginning, until somebody makes it ready")
        func disabledInTheFile() async throws {
            let file =
                Self.beginning + """
                    listen l
                        bind PORT
                        server s1 SERVER0 check inter 3600s disabled
                        server s2 SERVER1 disabled
                    listen other
                        bind FOLDER/o.sock
                        server s1 SERVER0 check inter 100
                        server s2 SERVER1 check inter 100 disabled

                    """
            guard let both = try await BesideHAProxy(file) else { return }
            try await both.expectSameStatistics(["chkdown"], after: "the start")
            for side in [both.haproxy, both.own] {
                try await eventually("the time counts") {
                    let seconds = try await secondsDown(side)
                    return ["l/s1", "l/BACKEND", "other/s2"].allSatisfy { seconds[$0].map { $0 >= 2 } ?? false }
                        && seconds["l/s2"] == nil && seconds["other/BACKEND"] == 0
                }
            }
            try await both.expectSame("set server l/s1 state ready")
            try await both.expectSameStatistics(["chkdown"], after: "one is ready")
            // The second one's time goes on, in each program from its own start.
            var seconds = (theirs: try await secondsDown(both.haproxy), ours: try await secondsDown(both.own))
            for counted in [seconds.theirs["other/s2"], seconds.ours["other/s2"]] { #expect((counted ?? 0) >= 2) }
            seconds.theirs["other/s2"] = nil
            seconds.ours["other/s2"] = nil
            #expect(seconds.ours == seconds.theirs)
            try await both.stop()
        }

        /// For how many seconds each has been down, where that counts.
        private func secondsDown(_ side: BesideHAProxy.Side) async throws -> [String: Int] {
            try await side.statistics(["downtime"]).reduce(into: [:]) { seconds, row in
                guard let match = row.wholeMatch(of: /(\S+) downtime=(\d+)/) else { return }
                seconds[String(match.1)] = Int(match.2)
            }
        }

        @Test("states and health: every answer, line in the log and status")
        func states() async throws {
            guard let both = try await BesideHAProxy(Self.mixed) else { return }
            // The first check comes at once, and leaves no line.
            for side in [both.haproxy, both.own] {
                try await eventually("s2 is checked") {
                    try await side.statistics(["check_status"]).contains("l/s2 check_status=L4OK")
                }
            }
            // Out of maintenance, HAProxy's first check waits for its time, and ours comes at once: hence the word for s2.
            let commands = """
                set server
                set server l
                set server l/s9 state drain
                set server l/s1
                set server l/s1 foo
                set server l/s1 state
                set server l/s1 state foo
                set server l/s1 health
                set server l/s1 health foo
                set server l/s3 health up
                set server l/s2 health down
                set server l/s2 health up
                set server l/s2 health stopping
                set server l/s2 health stopping
                set server l/s2 health down
                set server l/s2 health stopping
                set server l/s2 state maint
                set server l/s2 health down
                set server l/s2 state ready;set server l/s2 health up
                set server l/s1 health down
                set server l/s1 health stopping
                set server l/s1 health up
                set server l/s1 health stopping
                set server l/s1 state maint
                set server l/s1 health down
                set server l/s1 state ready
                set server l/s1 state drain
                set server l/s1 health down
                set server l/s1 health up
                set server l/s1 health stopping
                set server l/s1 state ready
                set server l/s1 health up
                enable server l/s1
                disable server l/s1
                disable server l/s1
                enable server l/s1
                set server l/s1 state drain
                set server l/s1 state drain
                enable server l/s1
                disable server
                disable server l
                enable server l/s9
                enable server nix/s1
                set server l/s5 state ready
                set server l/s3 state maint
                set server l/s2 state maint
                set server l/s3 state ready
                set server l/s2 state ready;set server l/s2 health up
                set server l/s2 state drain
                set server l/s3 state drain
                set server l/s2 state ready;set server l/s2 health up
                set server l/s3 state ready
                disable health
                disable health l/s1
                disable health l/s9
                disable health l/s2
                disable health l/s2
                enable health l/s1
                enable health l/s3
                enable health l/s2
                set maxconn server
                set maxconn server l/s4
                set maxconn server l/s4 abc
                set maxconn server l/s4 3x
                set maxconn server l/s4 0
                set maxconn server l/s4 -1
                set maxconn server l/s4 1
                set maxconn server l/s9 3
                shutdown sessions server
                shutdown sessions server l
                shutdown sessions server l/s9
                shutdown sessions server l/s1
                """
            for command in commands.split(separator: "\n").map(String.init) {
                try await both.expectSame(command)
                try await both.expectSameStatistics(Self.states, after: command)
            }
            try await both.stop()
        }

        @Test("addresses: every answer, and sessions go where the server is now")
        func addresses() async throws {
            guard let both = try await BesideHAProxy(Self.mixed) else { return }
            let other = both.servers[3].address
            try await both.expectSame(
                """
                set server l/s1 addr
                set server l/s1 addr a.b.c
                set server l/s1 addr 127.0.0.2
                set server l/s1 addr 127.0.0.2
                set server l/s1 addr 127.0.0.1 port
                set server l/s1 addr 127.0.0.1 port x
                set server l/s1 addr 127.0.0.1 port 70000
                set server l/s1 addr 127.0.0.1 port +1
                set server l/s1 addr 127.0.0.1 prt 7
                set server l/s1 addr ::1 port 7301
                set server l/s1 addr ::1
                set server l/s1 addr 127.0.0.1 port \(other.port)
                set server l/s1 addr 127.0.0.1 port \(other.port)
                set server l/s2 check-addr
                set server l/s1 check-addr 127.0.0.1
                set server l/s2 check-addr a.b.c
                set server l/s2 check-addr 127.0.0.1 port
                set server l/s2 check-addr 127.0.0.1 port 70000
                set server l/s2 check-addr 127.0.0.1 port \(other.port)
                set server l/s2 check-port
                set server l/s1 check-port 3
                set server l/s2 check-port abc
                set server l/s2 check-port 70000
                set server l/s2 check-port 0
                set server l/s1 fqdn
                set server l/s1 fqdn a.b
                set server l/s1 ssl
                set server l/s1 ssl on
                set server l/s1 agent up
                set server l/s1 agent-addr
                set server l/s1 agent-addr 127.0.0.1
                set server l/s1 agent-port
                set server l/s1 agent-port 3
                set server l/s1 agent-send
                enable agent
                enable agent l/s1
                disable agent l/s9
                disable agent l/s1
                set server l/s2 state maint
                set server l/s3 state maint
                """)
            for side in [both.haproxy, both.own] { #expect(try await side.choices(2) == ["3", "3"]) }
            try await both.stop()
        }

        @Test(
            "after a change of weights, sessions go where HAProxy sends them",
            arguments: ["roundrobin", "static-rr", "leastconn", "first", "source", "source\nhash-type consistent"])
        func choices(algorithm: String) async throws {
            let text = """
                \(Self.beginning)listen l
                    bind PORT
                    balance \(algorithm)
                    server s1 SERVER0 weight 10
                    server s2 SERVER1 weight 20
                    server s3 SERVER2 weight 30
                    server s4 SERVER3 weight 0

                """
            guard let both = try await BesideHAProxy(text) else { return }
            let commands = [
                "set weight l/s1 0", "set weight l/s4 7", "set weight l/s4 0", "set weight l/s1 100%",
                "set weight l/s2 5", "set weight l/s3 256", "set weight l/s4 250", "set weight l/s2 0%",
                "set weight l/s3 1", "disable server l/s1", "set weight l/s1 40", "enable server l/s1",
                "set server l/s3 state drain", "set weight l/s2 100%", "set server l/s3 state ready",
            ]
            try await both.expectSameChoices(13, after: "the start")
            for command in commands {
                try await both.expectSame(command)
                try await both.expectSameChoices(13, after: command)
            }
            try await both.expectSameStatistics(Self.states + ["stot", "lbtot"], after: "all")
            try await both.stop()
        }
    }
}
