import Foundation
import Testing

extension Scenarios {
    @Suite("Connections of the stats sockets, beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct SocketLimits {
        private static let file = """
            global
                stats socket STATS level admin
                stats socket FOLDER/other.sock level admin
                stats maxconn 2
                stats timeout 1m
                log ring@events local0
            ring events
                size 20000
            defaults
                mode tcp
                log global
                option tcplog
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                server s1 SERVER0

            """

        /// A connection on which a command has been sent.
        private func connect(_ side: BesideHAProxy.Side, saying command: String, toOther: Bool = false) async throws
            -> Socket
        {
            let path = "\(side.folder.path)/other.sock"
            let connected =
                toOther ? try Socket.connect(path: path) : try await Socket.connect(port: side.stats.port)
            guard let socket = connected else { throw ScenarioError("no stats socket") }
            try await socket.write(Array("\(command)\n".utf8))
            return socket
        }

        @Test("'stats maxconn' holds for all stats sockets together: whoever is one too many waits for a place")
        func maxconn() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            for side in [both.haproxy, both.own] {
                let first = try await connect(side, saying: "prompt;show cli level")
                let second = try await connect(side, saying: "prompt;show cli level", toOther: true)
                for socket in [first, second] {
                    #expect(String(decoding: try await socket.read(exactly: 8), as: UTF8.self) == "\n> admin")
                }
                let third = try await connect(side, saying: "show cli level", toOther: true)
                let fourth = try await connect(side, saying: "show cli level")
                // A session that comes and goes takes longer than an answer would.
                _ = try await Socket.connect(port: side.port.port)?.read(exactly: 2)
                for socket in [third, fourth] { #expect(try socket.tryRead() == nil) }
                first.finishWriting()
                for socket in [third, fourth] {
                    #expect(String(decoding: try await socket.readToEnd().bytes, as: UTF8.self) == "admin\n\n")
                }
                second.finishWriting()
            }
            try await both.stop()
        }

        @Test("'show events -w' tells of lines as they come, until the client says anything")
        func waiting() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            for side in [both.haproxy, both.own] {
                let new = try await connect(side, saying: "show events events -nw")
                for text in ["first", "second"] {
                    guard let client = try await Socket.connect(port: side.port.port) else {
                        throw ScenarioError("refused")
                    }
                    try await client.write(Array(text.utf8))
                    _ = try await client.read(exactly: 2)
                    client.finishWriting()
                    _ = try await client.readToEnd()
                    var told = ""
                    while told.last != "\n" {
                        told += String(decoding: try await new.read(exactly: 1), as: UTF8.self)
                    }
                    #expect(told.contains(" l l/s1 "), "\(text): \(told)")
                }
                try await new.write(Array("\n".utf8))
                new.finishWriting()
                #expect(String(decoding: try await new.readToEnd().bytes, as: UTF8.self) == "\n")
                let all = try await side.ask("show events events")
                #expect(all.split(separator: "\n").count { $0.contains(" l l/s1 ") } == 2, "\(all)")
            }
            try await both.stop()
        }
    }
}
