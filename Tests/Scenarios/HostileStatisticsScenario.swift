import Foundation
import Testing

extension Scenarios {
    @Suite("Hostile clients of the statistics", .enabled(if: MonitoredPair.isInstalled))
    struct HostileStatistics {
        /// How many clients of each kind there are.
        private static let crowd = 600
        /// Most memory that all of them may cost: a page for each reader, and what its connection needs.
        private static let mostBytes = 400 << 20

        @Test(
            "a crowd that never reads, never finishes or guesses passwords stays small and disturbs no traffic",
            .timeLimit(.minutes(2)))
        func crowd() async throws {
            let pair = try await MonitoredPair(["maxconn 4000", "stats auth ada:secret"], user: "ada:secret")
            let side = pair.ours
            let before = try side.process.residentBytes()
            let login = "Authorization: Basic \(Data("ada:secret".utf8).base64EncodedString())\r\n"
            let guess = "Authorization: Basic \(Data("ada:secreu".utf8).base64EncodedString())\r\n"
            let reader = "GET /stats HTTP/1.1\r\nHost: x\r\n\(login)\r\n"
            var clients: [Socket] = []
            for (text, count) in [
                ("GET /sta", 1), ("GET /stats HTTP/1.1\r\nHost: x\r\n\(login)", 1), (reader, 20),
                ("GET /stats HTTP/1.1\r\n\(guess)\r\n", 20),
                ("POST /stats HTTP/1.1\r\nContent-Length: 99999\r\n\r\ns=", 1),
            ] {
                for _ in 0..<Self.crowd {
                    guard let client = try await Socket.connect(port: side.statistics.port) else {
                        throw ScenarioError("the statistics refuse")
                    }
                    _ = try client.tryWrite(Array(String(repeating: text, count: count).utf8)[...])
                    clients.append(client)
                }
            }
            for _ in 0..<20 { try await side.exchange("still here") }
            try await eventually("they are counted") { try await side.rows()["fe/FRONTEND"]?["stot"] == "20" }
            let cost = try side.process.residentBytes() - before
            #expect(cost < Self.mostBytes, "\(cost >> 20) MiB for \(clients.count) clients")
            clients = []
            try await eventually("they are gone") {
                try await side.rows()["st/FRONTEND"]?["scur"].flatMap { Int($0) }.map { $0 < 10 } ?? false
            }
            try await pair.stop()
        }

        @Test("oversized heads, too many headers and broken requests are refused clearly, as by HAProxy")
        func heads() async throws {
            let pair = try await MonitoredPair()
            let long = String(repeating: "a", count: 40_000)
            for (line, headers) in [
                ("GET /\(long) HTTP/1.1", []), ("GET /stats HTTP/1.1", ["X-Long: \(long)"]),
                ("GET /stats HTTP/1.1", (0..<300).map { "X-\($0): y" }), ("GET /stats", ["no colon"]),
                ("G\u{1}T /stats HTTP/1.1", []), ("\r\n\u{0}", []),
            ] as [(String, [String])] {
                let theirs = try await pair.theirs.ask(line, headers + ["Connection: close"]).head
                let ours = try await pair.ours.ask(line, headers + ["Connection: close"]).head
                #expect(theirs.contains(" 400 "), "\(line.prefix(40)): \(theirs)")
                #expect(ours.contains(" 400 "), "\(line.prefix(40)): \(ours)")
            }
            try await pair.ours.exchange("still here")
            try await pair.stop()
        }

        @Test("nothing that a client sends becomes a header or markup")
        func injection() async throws {
            let pair = try await MonitoredPair(["stats admin if TRUE"])
            let evil = "%0d%0aSet-Cookie:%20a=b%3Cscript%3E"
            let posted = try await pair.ours.post("s=x", to: "/stats;up?scope=\(evil)")
            #expect(!posted.head.lowercased().contains("\r\nset-cookie"))
            let page = try await pair.ours.get("/stats;st=DONE\(evil)?scope=\(evil)")
            #expect(!page.head.lowercased().contains("set-cookie"))
            #expect(!page.body.contains("<script"))
            try await pair.stop()
        }
    }
}
