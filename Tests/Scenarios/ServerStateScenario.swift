import Testing

extension Scenarios {
    @Suite("Servers begin as a file says that they were, beside HAProxy")
    struct ServerStates {
        private static let text = """
            global
                stats socket STATS level admin
                log LOG local0
                maxconn 1000
                server-state-base FOLDER
                server-state-file states
            defaults
                mode tcp
                log global
                maxconn 500
                timeout connect 5s
                timeout client 60s
                timeout server 60s
                load-server-state-from-file global
            listen l
                bind PORT
                server s1 SERVER0 weight 10
                server s2 SERVER1 weight 20 check inter 3600s
                server s3 SERVER2 weight 30
                server s4 SERVER3 backup
                server s5 SERVER3 disabled
                server s6 SERVER3 disabled
                server s7 SERVER3 weight 7
                server s8 SERVER3
            backend own
                load-server-state-from-file local
                server s1 SERVER0
                server s2 SERVER1
            backend named
                load-server-state-from-file local
                server-state-file-name other
                server s1 SERVER0
                server s2 SERVER1
            backend none
                load-server-state-from-file none
                server s1 SERVER0

            """

        /// A line of such a file, as far as it says something.
        private static func line(
            _ proxy: String, _ server: String, state: Int, orders: Int, weight: Int, fileWeight: Int, check: Int = 0,
            port: Int
        ) -> String {
            "2 \(proxy) 1 \(server) 127.0.0.1 \(state) \(orders) \(weight) \(fileWeight) 100 1 0 0 \(check) 0 0 0 - "
                + "\(port) - 0 0 - - 0\n"
        }

        @Test("states, weights and orders are those that HAProxy gives them")
        func begins() async throws {
            let both = try await BesideHAProxy(Self.text) { folder, servers in
                let ports = servers.map(\.address.port)
                let lines = [
                    Self.line("l", "s1", state: 2, orders: 8, weight: 10, fileWeight: 10, port: ports[0]),
                    Self.line("l", "s2", state: 2, orders: 0, weight: 5, fileWeight: 20, check: 2, port: ports[1]),
                    // Its port is another server's.
                    Self.line("l", "s3", state: 2, orders: 0, weight: 15, fileWeight: 30, port: ports[0]),
                    Self.line("l", "s4", state: 0, orders: 0, weight: 1, fileWeight: 1, port: ports[3]),
                    Self.line("l", "s5", state: 2, orders: 4, weight: 1, fileWeight: 1, port: ports[3]),
                    Self.line("l", "s6", state: 0, orders: 5, weight: 1, fileWeight: 1, port: ports[3]),
                    Self.line("l", "s7", state: 2, orders: 0, weight: 3, fileWeight: 8, port: ports[3]),
                    Self.line("l", "s8", state: 3, orders: 0, weight: 1, fileWeight: 1, port: ports[3]),
                    Self.line("none", "s1", state: 2, orders: 1, weight: 1, fileWeight: 1, port: ports[0]),
                ]
                let own = Self.line("own", "s1", state: 2, orders: 1, weight: 1, fileWeight: 1, port: ports[0])
                let other = Self.line("named", "s2", state: 2, orders: 1, weight: 1, fileWeight: 1, port: ports[1])
                for (name, text) in [("states", lines.joined()), ("own", own), ("other", other)] {
                    try ("1\n" + text).write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
                }
            }
            guard let both else { return }
            try await both.expectSameStatistics(
                ["status", "weight", "uweight", "act", "bck"], after: "the start with a file of states")
            try await both.expectSameChoices(5, after: "the start with a file of states")
            try await both.stop()
        }
    }
}
