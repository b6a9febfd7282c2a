import Synchronization
import Testing

extension Scenarios {
    @Suite("Restart")
    struct Restart {
        private static let restarts = 5
        private static let clients = 8

        @Test("no connection is refused while an instance restarts under load, and the other instance notices nothing")
        func underLoad() async throws {
            let setUp = try await SetUp()
            let bystander = try #require(try await Socket.connect(port: setUp.other.port))
            try await check(bystander, "before")
            let load = Load(port: setUp.steady.port)
            let served = try await load.run(clients: Self.clients) {
                for round in 1...Self.restarts {
                    let before = load.served
                    let restart = try await setUp.supervisor.run("restart", "steady", "--reason", "round \(round)")
                    try restart.requireSuccess("restart")
                    try await eventually("sessions go on after restart \(round)") { load.served > before + 100 }
                    try await check(bystander, "after \(round)")
                }
            }
            #expect(served.refused == 0)
            // A session that was open on the old worker may be cut: one a client and a restart at most.
            #expect(served.cut <= Self.clients * Self.restarts)

            let status = try await setUp.supervisor.json(StatusLine.self, "status", "steady")
            #expect(status.map(\.state) == ["RUNNING"])
            #expect(status.map(\.restarts) == [Self.restarts])
            #expect(status.map(\.pid) == [setUp.process.processID])
            let events = try await eventually("the restarts are in the history", every: .milliseconds(100)) {
                let events = try await setUp.supervisor.json(EventLine.self, "events", "steady")
                    .filter { $0.event == "RESTARTED" }
                return events.count == Self.restarts ? events : nil
            }
            #expect(events.map(\.reason) == (1...Self.restarts).map { "round \($0)" })
            #expect(events.allSatisfy { $0.actor?.isEmpty == false })
            try await setUp.process.stop()
        }

        @Test("a bad new file is refused with exit code 2, and the old configuration goes on")
        func badFile() async throws {
            let setUp = try await SetUp()
            let session = try #require(try await Socket.connect(port: setUp.steady.port))
            try await check(session, "before")
            try setUp.supervisor.configure("steady", "listen steady\n    bnd \(setUp.steady.address)\n")
            let refused = try await setUp.supervisor.run("restart", "steady")
            #expect(refused.status == .code(2))
            #expect(refused.errorOutput.contains("steady.cfg:2:"))
            try await check(session, "after")
            let fresh = try #require(try await Socket.connect(port: setUp.steady.port))
            try await check(fresh, "new")
            #expect(try await setUp.supervisor.json(StatusLine.self, "status", "steady").map(\.state) == ["RUNNING"])
            #expect(try await setUp.supervisor.run("restart", "stedy").status == .code(4))
            try await setUp.process.stop()
        }

        private func check(_ session: Socket, _ word: String) async throws {
            try await session.write(Array(word.utf8))
            #expect(String(decoding: try await session.read(exactly: word.utf8.count), as: UTF8.self) == word)
        }

        /// Two instances before one echo server.
        private struct SetUp {
            let steady: HeldPort
            let other: HeldPort
            let supervisor: Supervisor
            let process: TestProcess
            private let echo: FakeServer

            init() async throws {
                echo = try FakeServer(serve: FakeServer.echo)
                steady = try HeldPort()
                other = try HeldPort()
                supervisor = try Supervisor(in: try TemporaryDirectory())
                for (name, port) in [("steady", steady), ("other", other)] {
                    let servers = ["echo \(echo.address.address)"]
                    try supervisor.configure(name, PlainInstance(name: name, bind: port, servers: servers).text)
                }
                process = try await supervisor.up(listeningOn: [steady, other])
            }
        }
    }
}

/// Clients that connect, get an echo and go, again and again.
final class Load: Sendable {
    struct Counts {
        var served = 0
        var refused = 0
        var cut = 0
    }

    private let port: Int
    private let counts = Mutex(Counts())

    init(port: Int) {
        self.port = port
    }

    var served: Int { counts.withLock(\.served) }

    /// Runs clients while something is done.
    func run(clients: Int, while act: () async throws -> Void) async throws -> Counts {
        let tasks = (0..<clients).map { _ in
            Task { while !Task.isCancelled { try await self.session() } }
        }
        defer { for task in tasks { task.cancel() } }
        try await act()
        for task in tasks { task.cancel() }
        for task in tasks {
            do {
                try await task.value
            } catch is CancellationError {
                continue
            }
        }
        return counts.withLock { $0 }
    }

    private func session() async throws {
        guard let socket = try await Socket.connect(port: port) else {
            counts.withLock { $0.refused += 1 }
            return
        }
        let sent = Array("hello".utf8)
        do {
            try await socket.write(sent)
            let isRight = try await socket.read(exactly: sent.count) == sent
            counts.withLock { if isRight { $0.served += 1 } else { $0.cut += 1 } }
        } catch is ScenarioError {
            counts.withLock { $0.cut += 1 }
        }
    }
}
