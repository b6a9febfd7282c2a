import Synchronization
import Testing

extension Scenarios {
    /// Rings of an instance of several threads: one of them has the rings, and the lines of all.
    @Suite("Threads and rings")
    struct ThreadsRings {
        /// What a ring's server has been told, on all of its connections.
        private final class Told: Sendable {
            private let text = Mutex("")

            @Sendable func take(_ client: Socket) async throws {
                while case .bytes(let bytes) = try await client.read(within: .seconds(600)) {
                    text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                }
            }

            /// How many lines there are about sessions.
            var lines: Int { text.withLock { $0.split(separator: "\n").count { $0.contains(" inst inst/s1 ") } } }
        }

        @Test("the lines of all threads reach a ring and its server, those of the end, too", arguments: [2, 4])
        func lines(threads: Int) async throws {
            let told = Told()
            let collector = try FakeServer(serve: told.take)
            let server = try FakeServer(serve: FakeServer.echo)
            let (port, stats) = (try HeldPort(), try HeldPort())
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            try supervisor.configure(
                "inst",
                """
                global
                    nbthread \(threads)
                    stats socket \(stats.address) level admin
                    log ring@all local0
                ring all
                    size 40000
                    timeout connect 5s
                    server one \(collector.address.address)
                defaults
                    mode tcp
                    log global
                    option tcplog
                    timeout connect 20s
                    timeout client 60s
                    timeout server 60s
                listen inst
                    bind \(port.address)
                    server s1 \(server.address.address)

                """)
            let process = try await supervisor.up(["--drain", "0"], listeningOn: [stats])
            func session() async throws -> Socket {
                guard let client = try await Socket.connect(port: port.port) else { throw ScenarioError("refused") }
                try await client.write([7])
                _ = try await client.read(exactly: 1)
                return client
            }
            func ask(_ command: String) async throws -> String {
                guard let socket = try await Socket.connect(port: stats.port) else { throw ScenarioError("no socket") }
                try await socket.write(Array("\(command)\n".utf8))
                socket.finishWriting()
                return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
            }
            #expect(try await ask("show info").contains("Nbthread: \(threads)\n"))
            var clients: [Socket] = []
            for _ in 0..<(4 * threads) { clients.append(try await session()) }
            for client in clients {
                client.finishWriting()
                _ = try await client.readToEnd()
            }
            try await eventually("a line of each session has come") { told.lines == 4 * threads }
            let shown = try await ask("show events all").split(separator: "\n").count { $0.contains(" inst inst/s1 ") }
            #expect(shown == 4 * threads)
            // Those that are open at the end are told of, by whichever thread has them.
            clients = []
            for _ in 0..<(4 * threads) { clients.append(try await session()) }
            try await process.stop()
            try await eventually("those that were ended are told of") { told.lines == 8 * threads }
            #expect(clients.count == 4 * threads)
        }
    }
}
