import Foundation
import Testing

extension Scenarios {
    @Suite("Servers that commands add and take away, beside HAProxy")
    struct DynamicServers {
        private static let file = """
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
            listen l
                bind PORT
                server s1 SERVER0
                server s2 SERVER1 check inter 3600s
            backend st
                balance static-rr
                server a SERVER0
            backend so
                balance source
                server a SERVER0
            backend ring
                balance source
                hash-type consistent
                server a SERVER0
            backend fi
                balance first
                server a SERVER0 id 5
            backend le
                balance leastconn
                server a SERVER0
            backend none
            backend off
                disabled
                server a SERVER0
            backend used
                use-server a if { src 192.0.2.1 }
                server a SERVER0
                server b SERVER1
                server c SERVER2 track l/s2
            frontend f
                bind FOLDER/f.sock
                default_backend le

            """

        @Test("servers that come get sessions, and those that go lose none")
        func sessions() async throws {
            guard let both = try await BesideHAProxy(Self.file) else { return }
            let (third, fourth) = (both.servers[2].address.address, both.servers[3].address.address)
            try await both.expectSameChoices(5, after: "the beginning")
            try await both.expectSame(
                """
                add server l/n1 \(third)
                add server l/n2 \(fourth) weight 2
                """)
            // In maintenance they change nobody's turn.
            try await both.expectSameChoices(3, after: "two have come")
            try await both.expectSame(
                """
                set server l/n1 state ready
                enable server l/n2
                """)
            try await both.expectSameChoices(12, after: "they are ready")
            try await both.expectSameStatistics(["status", "stot", "lbtot", "weight"], after: "they are ready")
            try await both.expectSame(
                """
                set server l/s1 state maint
                set server l/s2 state maint
                """)
            for side in [both.haproxy, both.own] {
                guard let open = try await Socket.connect(port: side.port.port) else { throw ScenarioError("refused") }
                let server = String(decoding: try await open.read(exactly: 2), as: UTF8.self)
                let named = try #require(["0": "s1", "1": "s2", "2": "n1", "3": "n2"][String(server.prefix(1))])
                _ = try await side.ask("set server l/\(named) state maint")
                let refusal = "Server still has connections attached to it, cannot remove it.\n"
                #expect(try await side.ask("del server l/\(named)") == refusal)
                open.finishWriting()
                _ = try await open.readToEnd()
                try await eventually("the server can go") {
                    try await side.ask("del server l/\(named)") == "Server deleted.\n"
                }
            }
            try await both.stop()
        }
    }
}
