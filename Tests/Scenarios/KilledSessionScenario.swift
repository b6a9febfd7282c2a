import Testing

extension Scenarios {
    @Suite("Sessions that are ended by order, beside HAProxy")
    struct KilledSessions {
        private static let text = """
            global
                stats socket STATS level admin
                log LOG local0
            defaults
                mode tcp
                log global
                option tcplog
                timeout connect 5s
                timeout queue 3s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                server s1 SERVER0 maxconn 1

            """

        /// Opens a session at the server, and one that waits for it.
        private func open(at side: BesideHAProxy.Side) async throws -> (served: Socket, waiting: Socket) {
            guard let served = try await Socket.connect(port: side.port.port) else { throw ScenarioError("refused") }
            #expect(try await served.read(exactly: 2) == Array("0\n".utf8))
            guard let waiting = try await Socket.connect(port: side.port.port) else { throw ScenarioError("refused") }
            try await waiting.write(Array("hello".utf8))
            try await eventually("the second waits") {
                try await side.statistics(["qcur"]).contains("l/BACKEND qcur=1")
            }
            return (served, waiting)
        }

        /// The number of the session that waits, as the stats socket names it.
        private func numberOfWaiting(at side: BesideHAProxy.Side) async throws -> String {
            let lines = try await side.ask("show sess").split(separator: "\n")
            let line = lines.first { $0.contains("fe=l ") && $0.contains("srv=<none>") }
            return String(try #require(line).prefix { $0 != ":" })
        }

        @Test("one that waits for a server: KQ")
        func waiting() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            for side in [both.haproxy, both.own] {
                let (served, waiting) = try await open(at: side)
                #expect(try await side.ask("shutdown session \(try await numberOfWaiting(at: side))") == "\n")
                _ = try await side.log.line("of the one that waited") {
                    $0.contains(" l/<NOSRV> ") && $0.contains(" KQ ")
                }
                served.finishWriting()
                waiting.finishWriting()
            }
            try await both.stop()
        }

        @Test("one that is being connected, between two attempts: KC")
        func connecting() async throws {
            let nobody = try HeldPort()
            let text = Self.text.replacing("SERVER0", with: nobody.address).replacing("mode tcp", with: "retries 60")
            guard let both = try await BesideHAProxy(text) else { return }
            for side in [both.haproxy, both.own] {
                let client = try #require(try await Socket.connect(port: side.port.port))
                try await eventually("the first attempt has failed") {
                    try await side.statistics(["wretr"]).contains { $0.hasPrefix("l/s1 ") && $0 != "l/s1 wretr=0" }
                }
                let lines = try await side.ask("show sess").split(separator: "\n")
                let line = try #require(lines.first { $0.contains("fe=l ") })
                #expect(try await side.ask("shutdown session \(line.prefix { $0 != ":" })") == "\n")
                _ = try await side.log.line("of the one that was being connected") {
                    $0.contains(" l/s1 ") && $0.contains(" KC ")
                }
                #expect(try await client.readToEnd().bytes.isEmpty)
            }
            try await both.stop()
        }

        @Test("those of a server: K-, and who waited has its place then")
        func ofServer() async throws {
            guard let both = try await BesideHAProxy(Self.text) else { return }
            for side in [both.haproxy, both.own] {
                let (served, waiting) = try await open(at: side)
                #expect(try await side.ask("shutdown sessions server l/s1") == "\n")
                _ = try await side.log.line("of the one that had the server") {
                    $0.contains(" l/s1 ") && $0.contains(" K- ")
                }
                waiting.finishWriting()
                let answer = String(decoding: try await waiting.readToEnd().bytes, as: UTF8.self)
                #expect(answer.contains("hello"), "who waited is served")
                served.finishWriting()
                _ = try await side.log.line("of the one that waited") { $0.contains(" -- ") }
            }
            try await both.stop()
        }
    }
}
