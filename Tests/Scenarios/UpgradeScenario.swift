import Foundation
import Testing

extension Scenarios {
    @Suite("Upgrade")
    struct Upgrades {
        @Test("upgrades under load refuse and cut nobody, and a session of the old process goes on")
        func underLoad() async throws {
            let setUp = try await GuardedInstance()
            let first = try await setUp.supervisorID()
            let session = try await setUp.session()
            let load = Load(port: setUp.port.port)
            let served = try await load.run(clients: 8) {
                try await eventually("sessions") { load.served > 50 }
                let upgrade = try await setUp.supervisor.run("upgrade", "--reason", "newer")
                try upgrade.requireSuccess("upgrade")
                #expect(upgrade.errorOutput.contains("has taken over from pid \(first)"))
                let before = load.served
                try await eventually("sessions after the upgrade") { load.served > before + 50 }
            }
            #expect(served.refused == 0)
            #expect(served.cut == 0)
            let second = try await setUp.supervisorID()
            #expect(second != first)
            try await session.write(Array("still".utf8))
            #expect(try await session.read(exactly: 5) == Array("still".utf8))
            #expect(kill(first, 0) == 0)

            // A signal does the same.
            setUp.process.signal(SIGUSR2)
            let third = try await setUp.nextSupervisorID(after: second)
            try await eventually("the second has ended") { kill(second, 0) != 0 }
            #expect(try await setUp.echoes())
            session.finishWriting()
            _ = try await session.readToEnd()
            try await eventually("the first has ended") { kill(first, 0) != 0 }

            let events = try await setUp.supervisor.json(EventLine.self, "events").filter { $0.instance == nil }
            let handed = events.filter { $0.event == "UPGRADED" }.compactMap(\.detail)
            #expect(handed.count == 2)
            #expect(handed.first?.hasPrefix("from pid \(first), ") == true)
            #expect(handed.last?.contains("to pid \(third), ") == true)
            #expect(!events.contains { ["SUPERVISOR_LOST", "CRASHED"].contains($0.event) })
            let states = try await setUp.supervisor.json(HistoryLine.self, "history").map(\.to)
            #expect(!states.isEmpty && states.allSatisfy { $0 == "UP" })
            let wanted = served.served + 2
            try await eventually("\(wanted) sessions are in the history", every: .milliseconds(200)) {
                try await setUp.supervisor.json(SessionsLine.self, "sessions", "FRONTEND").reduce(0) { $0 + $1.total }
                    >= wanted
            }
            try await setUp.end()
        }

        @Test("a new process that doesn't come up changes nothing, and is told")
        func refused() async throws {
            let setUp = try await GuardedInstance()
            let first = try await setUp.supervisorID()
            try setUp.supervisor.configure("main", "listen main\n    bnd \(setUp.port.address)\n")
            let upgrade = try await setUp.supervisor.run("upgrade")
            #expect(upgrade.status == .code(1))
            #expect(upgrade.errorOutput.contains("the new program did not come up"))
            #expect(setUp.process.errorOutput.contains("main.cfg:2:"))
            #expect(try await setUp.supervisorID() == first)
            #expect(try await setUp.echoes())
            try await setUp.end()
        }

        @Test("one that is ordered before the first process serves is carried out once it does")
        func early() async throws {
            let echo = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: try TemporaryDirectory(), isGuarded: true)
            try supervisor.configure(
                "main", PlainInstance(name: "main", bind: port, servers: ["echo \(echo.address.address)"]).text)
            let process = try supervisor.start()
            try await eventually("the guardian takes signals; \(process.errorOutput)", every: .milliseconds(5)) {
                try Self.takesUpgrades(process.processID)
            }
            process.signal(SIGUSR2)
            let upgrade = try await eventually("the upgrade; \(process.errorOutput)", every: .milliseconds(100)) {
                let events = try? await supervisor.json(EventLine.self, "events")
                return events?.first { $0.event == "UPGRADED" }
            }
            let socket = try #require(try await Socket.connect(port: port.port))
            try await socket.write([7])
            #expect(try await socket.read(exactly: 1) == [7])
            socket.finishWriting()
            _ = try await socket.readToEnd()
            let status = try await eventually("a status", every: .milliseconds(100)) {
                try? await supervisor.json(StatusLine.self, "status").first
            }
            #expect(upgrade.detail?.contains("to pid \(status.pid), ") == true)
            process.signal(SIGTERM)
            #expect(try await process.waitUntilExit() == .code(0))
        }

        /// Whether a guardian is far enough for SIGUSR2 to be an order: it waits for signals, which are blocked.
        private static func takesUpgrades(_ process: Int32) throws -> Bool {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let blocked = status.firstMatch(of: #/SigBlk:\s+([0-9a-f]+)/#).flatMap { UInt64($0.1, radix: 16) } ?? 0
            return status.hasPrefix("Name:\tsupervise-guard") && blocked & 1 << (SIGUSR2 - 1) != 0
        }

        @Test("without a guardian there is nobody to ask")
        func unguarded() async throws {
            let echo = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            try supervisor.configure(
                "main", PlainInstance(name: "main", bind: port, servers: ["echo \(echo.address.address)"]).text)
            let process = try await supervisor.up(listeningOn: [port])
            let upgrade = try await supervisor.run("upgrade")
            #expect(upgrade.status == .code(1))
            #expect(upgrade.errorOutput.contains("without a guardian"))
            try await process.stop()
        }
    }
}
