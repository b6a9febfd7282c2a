import Testing

extension Scenarios {
    @Suite("What the stats socket changes of frontends and of the whole instance, beside HAProxy")
    struct FrontendActs {
        private static let text = """
            global
                stats socket STATS level admin
                log LOG local0
                maxconn 1000
            defaults
                mode tcp
                log global
                maxconn 500
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            frontend f
                bind PORT
                rate-limit sessions 100
                default_backend b
            backend b
                server s1 SERVER0 maxconn 5
                server s2 SERVER1
            listen l
                bind FOLDER/l.sock
                server s1 SERVER0

            """
        /// What says how a frontend is, and what has been counted of it and its backend.
        private static let counts = [
            "status", "scur", "smax", "slim", "stot", "bin", "bout", "rate_lim", "lbtot", "qmax", "conn_tot", "econ",
            "cli_abrt", "srv_abrt",
        ]

        @Test("limits: every answer and refusal")
        func limits() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            try await both.expectSame(
                """
                set maxconn frontend
                set maxconn frontend f
                set maxconn frontend f -2
                set maxconn frontend b 30
                set maxconn frontend nix 30
                set maxconn frontend f abc
                set maxconn frontend f 30
                set maxconn global
                set maxconn global abc
                set maxconn global -1
                set maxconn global 1001
                set maxconn global 100
                set rate-limit
                set rate-limit foo
                set rate-limit connections
                set rate-limit connections global
                set rate-limit connections globl 3
                set rate-limit connections global abc
                set rate-limit connections global -3
                set rate-limit connections global 3000
                set rate-limit sessions global 3000
                set rate-limit http-compression global 30
                shutdown session
                shutdown session 0x1
                shutdown session abc
                shutdown frontend
                shutdown frontend nix
                shutdown frontend b
                disable frontend
                disable frontend nix
                disable frontend b
                enable frontend
                enable frontend b
                clear counters foo
                """)
            try await both.expectSameStatistics(Self.counts, after: "limits")
            try await both.stop()
        }

        @Test("a frontend that is paused refuses, one that resumes serves, and one that is shut down has had its time")
        func listening() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            for command in ["enable frontend f", "disable frontend f", "disable frontend f"] {
                try await both.expectSame(command)
                try await both.expectSameStatistics(Self.counts, after: command)
            }
            for side in [both.haproxy, both.own] {
                try await eventually("it refuses") { try await Socket.connect(port: side.port.port) == nil }
            }
            try await both.expectSame("enable frontend f")
            try await both.expectSameChoices(3, after: "it listens again")
            try await both.expectSame("shutdown frontend f")
            try await both.expectSameStatistics(["status"], after: "its end")
            for side in [both.haproxy, both.own] {
                try await eventually("it refuses") { try await Socket.connect(port: side.port.port) == nil }
            }
            try await both.expectSame("shutdown frontend f\nenable frontend f\ndisable frontend f")
            try await both.stop()
        }

        @Test("a lower limit of connections holds from the next one on, and a higher one lets those in that wait")
        func connectionLimit() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            // HAProxy 2.6.12 dies of the second command while somebody waits.
            let side = both.own
            #expect(try await side.ask("set maxconn frontend f 1") == "\n")
            let first = try #require(try await Socket.connect(port: side.port.port))
            _ = try await first.read(exactly: 2)
            let second = try #require(try await Socket.connect(port: side.port.port))
            #expect(try await side.statistics(["scur"]).contains("f/FRONTEND scur=1"))
            #expect(try second.tryRead() == nil)
            #expect(try await side.ask("set maxconn frontend f 2") == "\n")
            _ = try await second.read(exactly: 2)
            try await both.stop()
        }

        @Test("cleared counters begin anew, what is there now stays")
        func counters() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            try await both.expectSameChoices(5, after: "the start")
            // A connection that only looked whether anybody listens may have been one more for a moment.
            let withoutMaximum = Self.counts.filter { $0 != "smax" }
            try await both.expectSameStatistics(withoutMaximum, after: "five sessions")
            try await both.expectSame("clear counters")
            try await both.expectSameStatistics(Self.counts, after: "the maxima are cleared")
            try await both.expectSameChoices(2, after: "the maxima are cleared")
            try await both.expectSameStatistics(Self.counts, after: "two sessions")
            try await both.expectSame("clear counters all")
            try await both.expectSameStatistics(Self.counts, after: "all is cleared")
            try await both.expectSameChoices(3, after: "all is cleared")
            try await both.expectSameStatistics(Self.counts, after: "three sessions")
            try await both.stop()
        }

        @Test("ended sessions are closed at once, on both sides of the comparison")
        func sessions() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            for side in [both.haproxy, both.own] {
                var sessions: [Socket] = []
                for name in ["0\n", "1\n"] {
                    let session = try #require(try await Socket.connect(port: side.port.port))
                    #expect(try await session.read(exactly: 2) == Array(name.utf8))
                    sessions.append(session)
                }
                #expect(try await side.ask("shutdown sessions server b/s1") == "\n")
                #expect(try await sessions[0].readToEnd().bytes.isEmpty)
                try await eventually("one session is left") {
                    try await side.statistics(["scur"]).contains("b/BACKEND scur=1")
                }
            }
            try await both.stop()
        }
    }
}
