import Configuration
import EventLoop
import Glibc
import Logging
import Model
import Testing

@testable import Supervision

/// The whole of it with real workers: files, sockets, clients.
@Suite(.timeLimit(.minutes(1))) struct SupervisorTests {
    private let folder: TemporaryFolder
    private let server: EchoServer
    private let history = FakeHistory()
    private let ada = Operator(name: "uid 1000 (ada)", reason: "because")

    init() throws {
        folder = try TemporaryFolder()
        server = try EchoServer()
    }

    private func write(_ name: String, bind: BindAddress, _ servers: String? = nil) throws {
        let text = """
            defaults
                mode tcp
                timeout connect 2s
                timeout client 30s
                timeout server 30s
            listen relay
                bind \(bind)
                \(servers ?? "server echo \(server.address)")

            """
        try text.write(toFile: "\(folder.path)/\(name).cfg", atomically: true, encoding: .utf8)
    }

    private func makeSupervisor(_ change: (inout SupervisorSettings) -> Void = { _ in }) -> Supervisor {
        var settings = SupervisorSettings(directory: folder.path, environment: [:])
        change(&settings)
        return Supervisor(settings: settings, history: history, surface: FakeSurface(), logger: LogLines().logger)
    }

    private func end(_ supervisor: Supervisor) async {
        await supervisor.shutDown(by: ada)
        await supervisor.shutDown(by: ada)
        await supervisor.waitUntilStopped()
    }

    @Test("every file of the folder becomes an instance that serves")
    func serves() async throws {
        let (one, two) = (try Example.freeAddress(), try Example.freeAddress())
        try write("one", bind: one)
        try write("two", bind: two, "server echo \(server.address)\n    server spare 127.0.0.1:1 backup disabled")
        try "not an instance".write(toFile: "\(folder.path)/notes.txt", atomically: true, encoding: .utf8)
        let supervisor = makeSupervisor()
        try await supervisor.start()
        for address in [one, two] {
            #expect(try await onThread { try Client(connectedTo: address).echo("ping") } == "ping")
        }
        let status = try await supervisor.status(of: [])
        #expect(status.map(\.instance) == ["one", "two"])
        #expect(status.map(\.state) == [.running, .running])
        #expect(status.map(\.listen) == [["\(one)"], ["\(two)"]])
        #expect(status.map(\.servers) == [1, 2])
        #expect(status.map(\.serversUp) == [1, 1])
        #expect(status[0].processID == getpid())
        await #expect(throws: ControlError.notFound("tow", suggestion: "two")) {
            try await supervisor.status(of: ["tow"])
        }
        await end(supervisor)
        #expect(history.kinds.filter { $0 == .stopped }.count == 2)
    }

    @Test("servers are set by name over all instances, and unknown names get a suggestion")
    func set() async throws {
        try write("one", bind: try Example.freeAddress())
        try write("two", bind: try Example.freeAddress())
        let supervisor = makeSupervisor()
        try await supervisor.start()
        let both = try await supervisor.set(.drain, server: "echo", by: ada)
        #expect(both.map(\.description) == ["one/relay/echo", "two/relay/echo"])
        let one = try await supervisor.set(.ready, server: "two/echo", by: ada)
        #expect(one.map(\.description) == ["two/relay/echo"])
        await #expect(throws: ControlError.notFound("one/ecko", suggestion: "one/echo")) {
            try await supervisor.set(.maint, server: "one/ecko", by: ada)
        }
        #expect(try await supervisor.snapshot(of: "one")?.proxies.first?.servers.first?.state == .drain)
        #expect(try await supervisor.snapshot(of: "two")?.proxies.first?.servers.first?.state == .up)
        try await supervisor.carryOut(.restart, on: "one", by: ada)
        #expect(try await supervisor.snapshot(of: "one")?.proxies.first?.servers.first?.state == .drain)
        #expect(history.kinds == [.started, .started, .drain, .drain, .ready, .restarted])
        #expect(history.events[2].detail == "relay/echo")
        await end(supervisor)
    }

    @Test("a restart under load loses no connection and leaves the other instance's sessions alone")
    func restartUnderLoad() async throws {
        let (one, two) = (try Example.freeAddress(), try Example.freeAddress())
        try write("one", bind: one)
        try write("two", bind: two)
        let supervisor = makeSupervisor()
        try await supervisor.start()
        let bystander = try await onThread { try Client(connectedTo: two) }
        #expect(try await onThread { try bystander.echo("before") } == "before")
        let isOver = Flag()
        let clients = Task {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await onThread {
                            var served = 0
                            while !isOver.isRaised {
                                let answer = try Client(connectedTo: one).echo("ping")
                                if answer != "ping" { throw SystemError("echo", answer, code: ECONNRESET) }
                                served += 1
                            }
                            return served
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        for _ in 0..<20 { try await supervisor.carryOut(.restart, on: "one", by: ada) }
        isOver.raise()
        #expect(try await clients.value > 0)
        #expect(try await onThread { try bystander.echo("after") } == "after")
        #expect(try await supervisor.status(of: ["one"]).first?.restarts == 20)
        #expect(try await supervisor.status(of: ["two"]).first?.restarts == 0)
        await end(supervisor)
    }

    @Test("a restart of one instance never waits for another's")
    func independence() async throws {
        try write("one", bind: try Example.freeAddress())
        try write("two", bind: try Example.freeAddress())
        let (workers, gate, logger) = (FakeWorkers(), Gate(), LogLines().logger)
        var surroundings = InstanceSurroundings(
            history: history, surface: FakeSurface(),
            locator: ServerLocator(resolver: Resolver(), standIns: nil, logger: logger), logger: logger,
            drain: .seconds(30), grace: .seconds(5))
        surroundings.startWorker = { plan throws(SystemError) in try workers.start(plan) }
        let supervisor = Supervisor(
            settings: SupervisorSettings(directory: folder.path, environment: [:]), surroundings: surroundings)
        try await supervisor.start()
        // The next worker of 'one' says at the gate what it leaves to its successor.
        workers.hold(at: gate)
        try await supervisor.carryOut(.restart, on: "one", by: ada)
        let restart = Task { [ada] in try await supervisor.carryOut(.restart, on: "one", by: ada) }
        #expect(await eventually { gate.isAwaited })
        try await supervisor.carryOut(.restart, on: "two", by: ada)
        let status = try await supervisor.status(of: [])
        #expect(status.map(\.state) == [.reloading, .running])
        #expect(status.map(\.restarts) == [1, 1])
        gate.open()
        try await restart.value
        #expect(try await supervisor.status(of: ["one"]).map(\.restarts) == [2])
        await end(supervisor)
    }

    @Test("a wrong file is refused with its diagnostics while the old configuration goes on")
    func refused() async throws {
        let (one, two) = (try Example.freeAddress(), try Example.freeAddress())
        try write("one", bind: one)
        try write("two", bind: two)
        let supervisor = makeSupervisor()
        try await supervisor.start()
        try write("one", bind: one, "server echo \(server.address) chekc")
        let wrong = await #expect(throws: ControlError.self) {
            try await supervisor.carryOut(.restart, on: "one", by: ada)
        }
        guard case .refusedConfiguration(let lines)? = wrong else {
            Issue.record("not refused: \(String(describing: wrong))")
            return
        }
        #expect(lines.contains { $0.contains("chekc") })
        try write("one", bind: two)
        await #expect(throws: ControlError.self) { try await supervisor.carryOut(.reload, on: "one", by: ada) }
        let status = try await supervisor.status(of: ["one"])
        #expect(status.first?.state == .running)
        #expect(status.first?.reason?.isEmpty == false)
        #expect(history.kinds == [.started, .started, .reloadRefused, .reloadRefused])
        #expect(try await onThread { try Client(connectedTo: one).echo("ping") } == "ping")
        let three = try Example.freeAddress()
        try write("one", bind: three)
        try await supervisor.carryOut(.restart, on: "one", by: ada)
        #expect(try await onThread { try Client(connectedTo: three).echo("ping") } == "ping")
        #expect(history.events.last?.detail == "listen relay: bind \(three) added; listen relay: bind \(one) removed")
        #expect(try await supervisor.status(of: ["one"]).first?.reason == nil)
        await end(supervisor)
    }

    @Test("nothing is started when any file is wrong, or there is none")
    func startRefused() async throws {
        let good = try Example.freeAddress()
        let none = await #expect(throws: ConfigurationRefused.self) { try await makeSupervisor().start() }
        #expect(none?.diagnostics.count == 1)
        try write("good", bind: good)
        try "listen x\n    bimd :1\n    nonsense\n".write(
            toFile: "\(folder.path)/bad.cfg", atomically: true, encoding: .utf8)
        let supervisor = makeSupervisor()
        let refused = await #expect(throws: ConfigurationRefused.self) { try await supervisor.start() }
        #expect((refused?.diagnostics.filter { $0.severity == .error }.count ?? 0) >= 2)
        #expect(throws: SystemError("connect", "\(good)", code: ECONNREFUSED)) { try Client(connectedTo: good) }
        await end(supervisor)
    }

    @Test("a stopped instance refuses connections and starts again with its file as it is then")
    func stopAndStart() async throws {
        let (before, after) = (try Example.freeAddress(), try Example.freeAddress())
        try write("one", bind: before)
        let supervisor = makeSupervisor { $0.drain = .zero }
        try await supervisor.start()
        try await supervisor.carryOut(.stop, on: "one", by: ada)
        #expect(throws: SystemError("connect", "\(before)", code: ECONNREFUSED)) { try Client(connectedTo: before) }
        #expect(try await supervisor.snapshot(of: "one") == nil)
        await #expect(throws: ControlError.failed("one: it is not running")) {
            try await supervisor.carryOut(.stop, on: "one", by: ada)
        }
        try write("one", bind: after)
        try await supervisor.carryOut(.start, on: "one", by: ada)
        #expect(try await onThread { try Client(connectedTo: after).echo("ping") } == "ping")
        #expect(history.kinds == [.started, .stopped, .started, .configurationChanged])
        await end(supervisor)
    }

    @Test("a shutdown accepts nobody, lets the sessions end, and ends at once when told again")
    func shutDown() async throws {
        let (one, two) = (try Example.freeAddress(), try Example.freeAddress())
        try write("one", bind: one)
        try write("two", bind: two)
        let supervisor = makeSupervisor()
        try await supervisor.start()
        let (first, second) = (
            try await onThread { try Client(connectedTo: one) }, try await onThread { try Client(connectedTo: two) }
        )
        for client in [first, second] { #expect(try await onThread { try client.echo("a") } == "a") }
        await supervisor.shutDown(by: ada)
        #expect(await eventually { (try? Client(connectedTo: one)) == nil && (try? Client(connectedTo: two)) == nil })
        for client in [first, second] { #expect(try await onThread { try client.echo("b") } == "b") }
        #expect(try await supervisor.status(of: []).map(\.state) == [.stopping, .stopping])
        await #expect(throws: ControlError.failed("the supervisor is shutting down")) {
            try await supervisor.carryOut(.start, on: "one", by: ada)
        }
        await supervisor.shutDown(by: ada)
        await supervisor.waitUntilStopped()
        for client in [first, second] { #expect(try await onThread { client.isEnded() }) }
        #expect(try await supervisor.status(of: []).map(\.state) == [.stopped, .stopped])
    }

    @Test("stand-ins take the servers' places, one for each address, and go down and come back")
    func standIns() async throws {
        let check = "check inter 50ms rise 1 fall 1"
        try write("one", bind: try Example.freeAddress(), "server rabbit 192.0.2.1:5672 \(check)")
        try write(
            "two", bind: try Example.freeAddress(),
            "server rabbit 192.0.2.1:5672 \(check)\n    server spare broker.invalid:5672 backup \(check)")
        let supervisor = makeSupervisor { $0.usesStandIns = true }
        try await supervisor.start()
        let placed = await supervisor.standIns()
        #expect(placed.map(\.name) == ["rabbit", "spare"])
        #expect(placed.map(\.replaces) == ["192.0.2.1:5672", "broker.invalid:5672"])
        #expect(placed.map(\.isRunning) == [true, true])
        #expect(try await supervisor.status(of: []).map(\.serversUp) == [1, 2])
        try await supervisor.setStandIn("rabbit", running: false, by: ada)
        #expect(await eventually { (try? await supervisor.status(of: []).map(\.serversUp)) == [0, 1] })
        #expect(try await supervisor.status(of: []).map(\.isOnBackup) == [false, true])
        try await supervisor.setStandIn("rabbit", running: true, by: ada)
        #expect(await eventually { (try? await supervisor.status(of: []).map(\.serversUp)) == [1, 2] })
        await #expect(throws: ControlError.notFound("rabit", suggestion: "rabbit")) {
            try await supervisor.setStandIn("rabit", running: false, by: ada)
        }
        await end(supervisor)
    }
}
