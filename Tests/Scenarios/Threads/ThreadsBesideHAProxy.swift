import Testing

extension Scenarios {
    /// What several threads do the same however they are scheduled, beside HAProxy with as many.
    @Suite("Threads, beside HAProxy")
    struct ThreadsBesideHAProxy {
        private static func text(_ lines: String) -> String {
            """
            global
                stats socket STATS level admin
                log LOG local0
                nbthread 2
            defaults
                mode tcp
                log global
                timeout connect 5s
                timeout queue 20s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
            \(lines)

            """
        }

        private static let columns = ["status", "weight", "act", "bck", "stot", "scur", "lbtot"]

        @Test(
            "sessions that come one after the other go to the same servers",
            arguments: ["balance roundrobin", "balance static-rr", "balance leastconn", "balance first"])
        func choices(balance: String) async throws {
            let lines = """
                    \(balance)
                    server s0 SERVER0 weight 2 maxconn 20
                    server s1 SERVER1 weight 1 maxconn 3
                    server s2 SERVER2 weight 5 maxconn 20
                    server s3 SERVER3 backup

                """
            guard let both = try await BesideHAProxy(Self.text(lines)) else { return }
            for side in [both.haproxy, both.own] {
                #expect(try await side.ask("show info").contains("Nbthread: 2\n"))
            }
            try await both.expectSameChoices(13, after: "the start")
            try await both.expectSame("set server l/s2 state drain")
            try await both.expectSameChoices(7, after: "a drain")
            try await both.expectSame("set server l/s0 state maint\nset server l/s2 state ready")
            try await both.expectSameChoices(7, after: "maintenance")
            try await both.expectSame("set server l/s1 state maint\nset server l/s2 state maint")
            try await both.expectSameChoices(2, after: "the end of all but the backup")
            try await both.expectSameStatistics(Self.columns, after: "all of that")
            try await both.stop()
        }

        @Test("who waits is served in the same order, and a full queue ends in the same way")
        func queue() async throws {
            let lines = "    server s0 SERVER0 maxconn 1 maxqueue 4\n    fullconn 100\n"
            guard let both = try await BesideHAProxy(Self.text(lines)) else { return }
            for side in [both.haproxy, both.own] {
                var clients: [Socket] = []
                for position in 0..<4 {
                    clients.append(try #require(try await Socket.connect(port: side.port.port)))
                    if position == 0 { _ = try await clients[0].read(exactly: 2) }
                    try await eventually("\(position) wait") {
                        try await side.statistics(["qcur"]).contains("l/BACKEND qcur=\(position)")
                    }
                }
                for position in 1..<4 {
                    clients[position - 1].finishWriting()
                    #expect(try await clients[position].read(exactly: 2) == Array("0\n".utf8))
                }
                clients[3].finishWriting()
                _ = try await clients[3].readToEnd()
            }
            try await both.expectSameStatistics(["stot", "qmax", "qcur", "scur"], after: "the queue")
            try await both.stop()
        }
    }
}
