import Synchronization
import Testing

extension Scenarios {
    @Suite("History")
    struct History {
        @Test("the history says how many sessions a server had when it fell, and the sessions go on")
        func sessionsAtThatMoment() async throws {
            let setUp = try SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
            let sessions = try await setUp.sessions(6)

            setUp.one.stopListening()
            let down = try await setUp.transition(to: "DOWN")
            #expect(down.from == "UP")
            #expect(down.status == "L4CON")
            #expect(down.detail == "Connection refused")
            #expect(down.sessions == 3)
            #expect(down.active_servers == 1)
            for session in sessions { try await SetUp.checkEcho(session) }

            try setUp.one.listen()
            let up = try await setUp.transition(to: "UP")
            #expect(up.status == "L4OK")
            #expect(up.sessions == 3)
            #expect(up.lasted_ms.map { $0 >= 0 } == true)

            try await eventually("the sessions are counted", every: .milliseconds(100)) {
                try await setUp.supervisor.json(SessionsLine.self, "sessions", "one")
                    .contains { $0.server == "one" && $0.current == 3 }
            }
            let uptime = try #require(try await setUp.supervisor.json(UptimeLine.self, "uptime", "one").first)
            #expect(uptime.down_ms > 0)
            #expect(uptime.availability.map { (0..<1).contains($0) } == true)

            for session in sessions {
                session.finishWriting()
                #expect(try await session.readToEnd().end == .end)
            }
            // The history answers without a supervisor too.
            let before = try await setUp.history()
            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await process.waitUntilExit() == .code(0))
            let after = try await setUp.history()
            #expect(Array(after.dropLast()) == before)
            // From then on nobody looks.
            #expect(after.last?.to == "UNKNOWN")
            #expect(after.last?.actor?.isEmpty == false)
            #expect(try await setUp.supervisor.run("status").status == .code(4))
        }

        @Test("what an operator orders is done at once and remembered with who and why")
        func orders() async throws {
            let setUp = try SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
            try await setUp.supervisor.run("maint", "main/one", "--reason", "new disk").requireSuccess("maint")
            let maint = try await setUp.transition(to: "MAINT")
            #expect(maint.from == "UP")
            #expect(maint.reason == "new disk")
            #expect(maint.actor?.isEmpty == false)
            #expect(maint.active_servers == 1)
            _ = try await setUp.sessions(4)
            #expect(setUp.served == 0)

            try await setUp.supervisor.run("ready", "one").requireSuccess("ready")
            let ready = try await setUp.transition(to: "UP")
            #expect(ready.from == "MAINT")
            _ = try await setUp.sessions(4)
            #expect((1...3).contains(setUp.served))
            #expect(try await setUp.supervisor.run("maint", "main/oen").status == .code(4))

            // An order is answered when it is done, and written after that.
            let orders = try await eventually("both orders are in the history", every: .milliseconds(100)) {
                let orders = try await setUp.supervisor.json(EventLine.self, "events", "main").map(\.event)
                    .filter { ["MAINT", "READY"].contains($0) }
                return orders.count >= 2 ? orders : nil
            }
            #expect(orders == ["MAINT", "READY"])
            try await process.stop()
        }

        private final class Served: Sendable {
            let count = Mutex(0)
        }

        /// One instance before two echo servers; the first is checked often and can stop listening.
        private final class SetUp: Sendable {
            let port: HeldPort
            let supervisor: Supervisor
            let one: FakeServer
            private let two: FakeServer
            private let servedByOne: Served

            init() throws {
                port = try HeldPort()
                let served = Served()
                servedByOne = served
                one = try FakeServer { client in
                    // A check connects too, and sends nothing.
                    let first = try await client.read(exactly: 1, within: .seconds(600))
                    served.count.withLock { $0 += 1 }
                    try await client.write(first)
                    try await FakeServer.echo(client)
                }
                two = try FakeServer(serve: FakeServer.echo)
                supervisor = try Supervisor(in: try TemporaryDirectory())
                let servers = ["one \(one.address.address) check inter 50ms", "two \(two.address.address)"]
                let instance = PlainInstance(name: "main", bind: port, servers: servers)
                try supervisor.configure("main", instance.text)
            }

            /// How many sessions the first server has answered.
            var served: Int { servedByOne.count.withLock { $0 } }

            /// Sessions that each have had an echo.
            func sessions(_ count: Int) async throws -> [Socket] {
                var sessions: [Socket] = []
                for _ in 0..<count {
                    let session = try #require(try await Socket.connect(port: port.port))
                    try await Self.checkEcho(session)
                    sessions.append(session)
                }
                return sessions
            }

            static func checkEcho(_ session: Socket) async throws {
                try await session.write([7])
                #expect(try await session.read(exactly: 1) == [7])
            }

            func history() async throws -> [HistoryLine] {
                try await supervisor.json(HistoryLine.self, "history", "main/main/one")
            }

            func transition(to state: String) async throws -> HistoryLine {
                try await eventually("the history has \(state)", every: .milliseconds(50)) {
                    guard let last = try await history().last, last.to == state else { return nil }
                    return last
                }
            }
        }
    }
}
