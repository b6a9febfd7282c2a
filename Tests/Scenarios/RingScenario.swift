import Foundation
import Synchronization
import Testing

extension Scenarios {
    @Suite("Rings")
    struct Rings {
        private static let file = """
            global
                stats socket STATS level admin
                log ring@counted len 900 format rfc5424 local0
                log ring@plain local1
                log tcp@COLLECTOR format short local2
            ring counted
                description "With their lengths"
                format rfc3164
                maxlen 1200
                size 32764
                timeout connect 5s
                timeout server 10s
                server one COLLECTOR log-proto octet-count
            ring plain
                timeout connect 5s
                timeout server 10s
                server two COLLECTOR
            ring alone
                size 20000
                format priority
            defaults
                mode tcp
                log global
                option tcplog
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                log ring@alone local3
                server s1 SERVER0

            """

        /// A text without what depends on the moment.
        private func comparable(_ text: String) -> String {
            text.replacing(#/127\.0\.0\.1:\d+/#, with: "CLIENT")
                .replacing(#/\[\d\d/\w{3}/\d{4}:[\d:.]+\]/#, with: "[DATE]")
                .replacing(#/\w{3} [ \d]\d \d\d:\d\d:\d\d/#, with: "DATE")
                .replacing(#/haproxy\[\d+\]/#, with: "haproxy[PID]")
                .replacing(#/ \d+/\d+/\d+ 2 /#, with: " TIMES 2 ")
                .replacing(#/(?:^|\d)\d\d+ </#, with: "N <")
        }

        @Test("lines reach their servers over TCP and can be looked at, as with HAProxy")
        func besideHAProxy() async throws {
            let collector = try Collector()
            let text = Self.file.replacingOccurrences(of: "COLLECTOR", with: collector.server.address.address)
            guard let both = try await BesideHAProxy(text, servers: 1) else { return }
            for (position, side) in [both.haproxy, both.own].enumerated() {
                _ = try await side.choices(2)
                try await eventually("all lines have come") {
                    collector.streams.count { !$0.isEmpty } == 3 * (position + 1) && collector.hasAll(2)
                }
            }
            let streams = collector.streams.filter { !$0.isEmpty }.map(comparable).sorted()
            // Three of each program.
            #expect(streams.count == 6)
            for pair in stride(from: 0, to: streams.count - 1, by: 2) { #expect(streams[pair] == streams[pair + 1]) }
            for command in [
                "show events counted", "show events plain", "show events alone", "show events nope",
                "show events alone -n", "show events alone -x", "show events alone foo", "show events alone -w",
                "show events counted -nw", "help show events",
            ] {
                let theirs = comparable(try await both.haproxy.ask(command))
                #expect(comparable(try await both.own.ask(command)) == theirs, "\(command)")
            }
            let listed = try await both.own.ask("show events").split(separator: "\n").map { String($0) }
            let expected = try await both.haproxy.ask("show events").split(separator: "\n").map { String($0) }
            for name in ["counted", "plain", "alone"] {
                let line = listed.first { $0.hasPrefix("    \(name) ") }
                #expect(line != nil && line == expected.first { $0.hasPrefix("    \(name) ") })
            }
            try await both.stop()
        }

        @Test("a server that takes nothing never slows traffic; lines that find no room are counted, and told later")
        func deafServer() async throws {
            let directory = try TemporaryDirectory()
            let collector = try Collector(isDeaf: true)
            let echo = try FakeServer(serve: FakeServer.echo)
            let (port, stats) = (try HeldPort(), try HeldPort())
            let supervisor = try Supervisor(in: directory)
            try supervisor.configure(
                "shop",
                """
                global
                    stats socket \(stats.address) level admin
                    log ring@small local0
                ring small
                    timeout connect 5s
                    server deaf \(collector.server.address.address)
                defaults
                    mode tcp
                    log global
                    log-format "%[str(\(String(repeating: "x", count: 900)))] end"
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen l
                    bind \(port.address)
                    server s \(echo.address.address)

                """)
            let process = try await supervisor.up(listeningOn: [port])
            func dropped() async throws -> Int {
                guard let socket = try await Socket.connect(port: stats.port) else { throw ScenarioError("no socket") }
                try await socket.write(Array("show events\n".utf8))
                socket.finishWriting()
                let text = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
                let line = text.split(separator: "\n").first { $0.contains(" small ") } ?? ""
                return line.firstMatch(of: #/(\d+) dropped/#).flatMap { Int($0.1) } ?? -1
            }
            func session() async throws {
                guard let client = try await Socket.connect(port: port.port) else { throw ScenarioError("refused") }
                try await client.write(Array("hello".utf8))
                _ = try await client.read(exactly: 5)
                client.finishWriting()
                _ = try await client.readToEnd()
            }
            // More than the buffers of both sockets and the ring hold together.
            var sessions = 0
            while sessions < 20_000 {
                for _ in 0..<100 { try await session() }
                sessions += 100
                if try await dropped() > 0 { break }
            }
            #expect(try await dropped() > 0)
            collector.listen()
            try await eventually("the gap is told") {
                try await session()
                return collector.streams.contains {
                    $0.contains(" events dropped\n") || $0.contains(" event dropped\n")
                }
            }
            try await process.stop()
        }

        @Test("lines wait for a server that is away")
        func awayServer() async throws {
            let collector = try Collector()
            collector.server.stopListening()
            let text = Self.file.replacingOccurrences(of: "COLLECTOR", with: collector.server.address.address)
            guard let both = try await BesideHAProxy(text, servers: 1) else { return }
            _ = try await both.own.choices(1)
            try collector.server.listen()
            try await eventually("the line comes") {
                collector.streams.contains { $0.contains(" l l/s1 ") && $0.hasPrefix("1") }
            }
            try await both.stop()
        }
    }
}

/// A server that collects what each of its connections says.
private final class Collector: Sendable {
    let server: FakeServer
    private let content: Content

    private final class Content: Sendable {
        let streams = Mutex<[String]>([])
        let isDeaf: Mutex<Bool>

        init(isDeaf: Bool) { self.isDeaf = Mutex(isDeaf) }
    }

    /// Starts.
    ///
    /// - Parameter isDeaf: whether it takes nothing until `listen` is called.
    /// - Throws: when there is no port.
    init(isDeaf: Bool = false) throws {
        let content = Content(isDeaf: isDeaf)
        self.content = content
        server = try FakeServer { client in
            try await eventually("it listens", within: .seconds(600)) { !content.isDeaf.withLock { $0 } }
            let index = content.streams.withLock { streams in
                streams.append("")
                return streams.count - 1
            }
            while case .bytes(let bytes) = try await client.read(within: .seconds(600)) {
                content.streams.withLock { $0[index] += String(decoding: bytes, as: UTF8.self) }
            }
        }
    }

    /// What each connection has said.
    var streams: [String] { content.streams.withLock { $0 } }

    /// Begins to take what comes.
    func listen() { content.isDeaf.withLock { $0 = false } }

    /// Whether each connection that has said anything has told of so many sessions.
    func hasAll(_ count: Int) -> Bool {
        streams.filter { !$0.isEmpty }.allSatisfy { $0.components(separatedBy: " l l/s1 ").count == count + 1 }
    }
}
