import Foundation
import Testing

extension Scenarios {
    @Suite("What 'show info' counts of the process, beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct ProcessCounters {
        private static let file = """
            global
                stats socket STATS level admin
                stats socket FOLDER/other.sock level operator
                maxconn 1000
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                server s1 SERVER0
            frontend page
                mode http
                bind FOLDER/page.sock
                stats enable
                stats uri /stats

            """

        private func information(_ side: BesideHAProxy.Side) async throws -> (values: [String: Int], length: Int) {
            let text = try await side.ask("show info")
            let pairs = text.split(separator: "\n").compactMap { line -> (String, Int)? in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return parts.count == 2 ? Int(parts[1]).map { (parts[0], $0) } : nil
            }
            return (Dictionary(pairs, uniquingKeysWith: { first, _ in first }), text.utf8.count)
        }

        /// Gets something from the page, over one connection that ends then.
        ///
        /// - Returns: how many bytes came.
        private func get(_ target: String, times: Int, of side: BesideHAProxy.Side) async throws -> Int {
            guard let socket = try Socket.connect(path: "\(side.folder.path)/page.sock") else {
                throw ScenarioError("no page")
            }
            for turn in 1...times {
                let last = turn == times ? "Connection: close\r\n" : ""
                try await socket.write(Array("GET \(target) HTTP/1.1\r\nHost: x\r\n\(last)\r\n".utf8))
            }
            socket.finishWriting()
            return try await socket.readToEnd().bytes.count
        }

        @Test("connections and requests of pages and stats sockets are counted, and what is sent to their clients")
        func surfaces() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            var grown: [[String: Int]] = []
            for side in [both.haproxy, both.own] {
                let (before, length) = try await information(side)
                var sent = length
                for _ in 0..<5 { sent += try await side.ask("show cli level").utf8.count }
                _ = try await side.choices(2)
                let (middle, middleLength) = try await information(side)
                let connections = (middle["CumConns"] ?? 0) - (before["CumConns"] ?? 0)
                #expect((middle["CumReq"] ?? 0) - (before["CumReq"] ?? 0) == connections)
                #expect(connections >= 5 + 2 + 1)
                #expect((middle["TotalBytesOut"] ?? 0) - (before["TotalBytesOut"] ?? 0) >= sent)
                let page = try await get("/stats;csv", times: 3, of: side)
                let (after, _) = try await information(side)
                let bytes = (after["TotalBytesOut"] ?? 0) - (middle["TotalBytesOut"] ?? 0)
                #expect(bytes == page + middleLength, "\(page) bytes of the page, and \(middleLength) of 'show info'")
                #expect((after["MaxConnRate"] ?? 0) >= 1)
                #expect((after["MaxSessRate"] ?? 0) >= 1)
                var changes = ["requests": (after["CumReq"] ?? 0) - (middle["CumReq"] ?? 0)]
                changes["connections"] = (after["CumConns"] ?? 0) - (middle["CumConns"] ?? 0)
                try await eventually("all sessions have ended") { try await information(side).values["CurrConns"] == 0 }
                let (last, _) = try await information(side)
                for name in ["Jobs", "Listeners", "CurrConns", "Stopping", "Unstoppable Jobs", "PoolFailed"] {
                    changes[name] = last[name]
                }
                grown.append(changes)
            }
            #expect(grown[1] == grown[0])
            #expect(grown[0]["requests"] == 4)
            try await both.stop()
        }

        @Test("memory that is kept for sessions is told, pool by pool and in sum")
        func pools() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            let layout =
                #/  - Pool \w+ \((\d+) bytes\) : (\d+) allocated \((\d+) bytes\), (\d+) used \(~\d+ by .*, \d+ users.*/#
            for side in [both.haproxy, both.own] {
                guard let client = try await Socket.connect(port: side.port.port) else {
                    throw ScenarioError("refused")
                }
                _ = try await client.read(exactly: 2)
                let lines = try await side.ask("show pools").split(separator: "\n").map(String.init)
                #expect(lines.first?.hasPrefix("Dumping pools usage.") == true)
                var (allocated, used) = (0, 0)
                for line in lines.dropFirst().dropLast() {
                    guard let found = line.wholeMatch(of: layout), let size = Int(found.1), let count = Int(found.2),
                        let inUse = Int(found.4)
                    else {
                        Issue.record("\(line)")
                        continue
                    }
                    #expect(Int(found.3) == size * count)
                    #expect(inUse <= count)
                    allocated += size * count
                    used += size * inUse
                }
                let sum = "Total: \(lines.count - 2) pools, \(allocated) bytes allocated, \(used) used ("
                #expect(lines.last?.hasPrefix(sum) == true, "\(lines.last ?? "") is not \(sum)")
                #expect(used > 0)
                let (values, _) = try await information(side)
                #expect((values["PoolUsed_bytes"] ?? 0) >= used)
                #expect((values["PoolAlloc_bytes"] ?? 0) >= allocated)
                #expect(values["PoolAlloc_MB"] == (values["PoolAlloc_bytes"] ?? 0) >> 20)
            }
            for command in ["user;show pools", "help show pools"] {
                #expect(
                    try await both.own.ask(command).contains("pools") == both.haproxy.ask(command).contains("pools"))
            }
            try await both.stop()
        }
    }
}
