import Foundation
import Testing

extension Scenarios {
    @Suite("Under the guardian")
    struct Guarded {
        private static let clients = 8

        @Test(
            "a killed supervisor is started again under load, and no connection is refused",
            arguments: [SIGKILL, SIGTRAP])
        func killed(signal: Int32) async throws {
            let setUp = try await GuardedInstance()
            let first = try await setUp.supervisorID()
            #expect(first != setUp.process.processID)
            let load = Load(port: setUp.port.port)
            let served = try await load.run(clients: Self.clients) {
                try await eventually("sessions") { load.served > 50 }
                #expect(kill(first, signal) == 0)
                let before = load.served
                try await eventually("sessions after the end of pid \(first)") { load.served > before + 50 }
            }
            #expect(served.refused == 0)
            // Those that were open in the killed process.
            #expect(served.cut <= Self.clients)
            let second = try await setUp.supervisorID()
            #expect(second != first)

            let crash = try await eventually("the crash is in the history", every: .milliseconds(100)) {
                try await setUp.supervisor.json(EventLine.self, "events").first { $0.event == "CRASHED" }
            }
            #expect(crash.instance == nil)
            let detail = try #require(crash.detail)
            #expect(detail.contains("pid \(first)") && detail.contains("signal \(signal) "))
            #expect(detail.contains("it last wrote: "))
            try await setUp.end()
        }

        @Test("servers that were down, in maintenance or of another weight are so after a crash, and get no traffic")
        func states() async throws {
            let dead = try HeldPort()
            let resting = try FakeServer(serve: FakeServer.named("resting"))
            // The next check comes long after the crash.
            let servers = [
                "dead \(dead.address) check inter 200ms downinter 60s fall 1", "resting \(resting.address.address)",
            ]
            let setUp = try await GuardedInstance(servers: servers)
            try await setUp.supervisor.run("maint", "resting").requireSuccess("maint")
            try await eventually("the first server is down", every: .milliseconds(100)) {
                try await setUp.supervisor.json(HistoryLine.self, "history", "dead").contains { $0.to == "DOWN" }
            }
            let kept = "\(setUp.supervisor.state)/servers/main.json"
            try await eventually("both are kept") {
                guard let text = try? String(contentsOfFile: kept, encoding: .utf8) else { return false }
                return text.contains("\"DOWN\"") && text.contains("\"maint\"")
            }
            let first = try await setUp.supervisorID()
            #expect(kill(first, SIGKILL) == 0)
            try await eventually("another supervisor", every: .milliseconds(50)) {
                try await setUp.supervisorIDIfUp().map { $0 != first } ?? false
            }
            // With the dead server in the rotation, a third of these would be redispatched after a refusal.
            for _ in 0..<12 { #expect(try await setUp.echoes()) }
            let status = try await setUp.supervisor.json(StatusLine.self, "status")
            #expect(status.map(\.servers_up) == [1])
            try await setUp.end()
            #expect(!FileManager.default.fileExists(atPath: kept))
        }

        @Test("after five crashes in a row it serves, after the next it waits, and an order to end ends the wait")
        func fiveInARow() async throws {
            let setUp = try await GuardedInstance()
            var last = try await setUp.supervisorID()
            for _ in 1...5 {
                #expect(kill(last, SIGKILL) == 0)
                last = try await setUp.nextSupervisorID(after: last)
                #expect(try await setUp.echoes())
            }
            #expect(kill(last, SIGKILL) == 0)
            try await eventually("it waits: \(setUp.process.errorOutput)") {
                setUp.process.errorOutput.contains("it is started again in 2000 ms")
            }
            setUp.process.signal(SIGTERM)
            #expect(try await setUp.process.waitUntilExit(within: .seconds(10)) == .code(0))
            #expect(try await Socket.connect(port: setUp.port.port) == nil)
        }

        @Test("the guardian is small, passes messages and exit codes on, and 'down' ends it")
        func small() async throws {
            let setUp = try await GuardedInstance()
            #expect(try setUp.process.residentBytes() < 10_000_000)
            let process = setUp.process
            try await eventually("it says so; \(process.errorOutput)") { process.errorOutput.contains("is up") }
            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await setUp.process.waitUntilExit() == .code(0))

            try setUp.supervisor.configure("main", "listen main\n    bnd 127.0.0.1:1\n")
            let refused = try setUp.supervisor.start()
            #expect(try await refused.waitUntilExit() == .code(2))
            #expect(refused.errorOutput.contains("main.cfg:2:"))
            #expect(!refused.errorOutput.contains("supervise-guardian"))
        }

        @Test("two interrupts in a row end it at once, one lets sessions finish")
        func interrupts() async throws {
            let setUp = try await GuardedInstance()
            let session = try await setUp.session()
            setUp.process.signal(SIGINT)
            try await eventually("new connections are refused") {
                try await Socket.connect(port: setUp.port.port) == nil
            }
            #expect(setUp.process.isRunning)
            setUp.process.signal(SIGINT)
            #expect(try await setUp.process.waitUntilExit(within: .seconds(10)) == .code(0))
            #expect(try await session.readToEnd().bytes.isEmpty)
        }

        @Test(
            "when the guardian is killed, sessions may finish, another supervisor can start at once, and nothing stays")
        func guardianKilled() async throws {
            let setUp = try await GuardedInstance()
            let old = try await setUp.supervisorID()
            let session = try await setUp.session()
            setUp.process.signal(SIGKILL)
            #expect(try await setUp.process.waitUntilExit() == .signal(SIGKILL))
            try await eventually("the address is free") { try await Socket.connect(port: setUp.port.port) == nil }
            let successor = try await setUp.supervisor.up(listeningOn: [setUp.port])
            #expect(try await setUp.echoes())
            try await session.write(Array("still".utf8))
            #expect(try await session.read(exactly: 5) == Array("still".utf8))
            session.finishWriting()
            _ = try await session.readToEnd()
            try await eventually("the old supervisor has ended") { kill(old, 0) != 0 }
            try await successor.stop()
        }
    }
}

/// One instance before an echo server, under a guardian.
final class GuardedInstance: Sendable {
    let port: HeldPort
    let supervisor: Supervisor
    let process: TestProcess
    private let echo: FakeServer

    init(
        servers: [String] = [], arguments: [String] = [], lines: [String] = [], isCopied: Bool = false
    ) async throws {
        echo = try FakeServer(serve: FakeServer.echo)
        port = try HeldPort()
        supervisor = try Supervisor(in: try TemporaryDirectory(), isGuarded: true, isCopied: isCopied)
        let instance = PlainInstance(
            name: "main", bind: port, servers: ["echo \(echo.address.address)"] + servers, lines: lines)
        try supervisor.configure("main", instance.text)
        process = try await supervisor.up(arguments, listeningOn: [port])
    }

    /// The supervisor's process, which is not the one that was started.
    func supervisorID() async throws -> Int32 {
        try await eventually("a supervisor's answer", every: .milliseconds(50)) { try await supervisorIDIfUp() }
    }

    func supervisorIDIfUp() async throws -> Int32? {
        let finished = try await supervisor.run("status", "--json")
        guard finished.status == .code(0) else { return nil }
        return try JSONDecoder().decode(StatusLine.self, from: Data(finished.output.utf8)).pid
    }

    /// The supervisor that is started in the place of another one.
    func nextSupervisorID(after last: Int32) async throws -> Int32 {
        try await eventually("the successor of pid \(last)", every: .milliseconds(50)) {
            guard let next = try await supervisorIDIfUp(), next != last else { return nil }
            return next
        }
    }

    /// A session that has had an echo.
    func session() async throws -> Socket {
        let session = try #require(try await Socket.connect(port: port.port))
        try await session.write([7])
        #expect(try await session.read(exactly: 1) == [7])
        return session
    }

    /// Whether a new session has its echo.
    func echoes() async throws -> Bool {
        guard let socket = try await Socket.connect(port: port.port) else { return false }
        try await socket.write(Array("hello".utf8))
        return try await socket.read(exactly: 5) == Array("hello".utf8)
    }

    /// Ends it in order.
    func end() async throws {
        process.signal(SIGTERM)
        #expect(try await process.waitUntilExit() == .code(0))
    }
}
