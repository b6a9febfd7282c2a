import Configuration
import EventLoop
import Model
import Testing

@testable import Supervision

/// Any sequence of reloads while sessions last, wait and come: nothing is lost, and the counts stay those of the clients.
@Suite(.timeLimit(.minutes(2))) struct ReloadWalkTests {
    private static let rounds = 25
    private static let mostClients = 12

    /// Numbers that one seed makes the same each time (SplitMix64).
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// What a round's file says.
    private struct File {
        var servers: [String]
        var text: String

        init(bind: BindAddress, echoes: [EchoServer], _ dice: inout Dice) {
            let names = ["a", "b", "c", "d", "e"].shuffled(using: &dice).prefix(Int.random(in: 1...5, using: &dice))
            servers = Array(names)
            let algorithm = ["roundrobin", "leastconn", "static-rr", "first", "source"].randomElement(using: &dice)
            let lines = names.enumerated().map { position, name in
                let echo = echoes[name == "a" || name == "b" ? 0 : 1]
                var line = "    server \(name) \(echo.address) weight \(Int.random(in: 1...9, using: &dice))"
                if Bool.random(using: &dice) { line += " check inter \(Int.random(in: 10...50, using: &dice))ms" }
                if Bool.random(using: &dice) { line += " maxconn \(Int.random(in: 2...6, using: &dice))" }
                if Bool.random(using: &dice) { line += " slowstart 1s" }
                if position > 0, Int.random(in: 0...3, using: &dice) == 0 { line += " backup" }
                return line
            }
            text = """
                defaults
                    mode tcp
                    timeout connect 2s
                    timeout client \(Int.random(in: 20...90, using: &dice))s
                    timeout server 30s
                    timeout queue 60s
                listen relay
                    bind \(bind)
                    maxconn \(Int.random(in: 40...60, using: &dice))
                    balance \(algorithm ?? "roundrobin")
                \(lines.joined(separator: "\n"))

                """
        }
    }

    @Test("sessions and counts survive any sequence of reloads", arguments: Array(1...8) as [UInt64])
    func walk(seed: UInt64) async throws {
        var dice = Dice(state: seed)
        let folder = try TemporaryFolder()
        let echoes = [try EchoServer(), try EchoServer()]
        let address = try Example.freeAddress()
        func write() throws -> File {
            let file = File(bind: address, echoes: echoes, &dice)
            try file.text.write(toFile: "\(folder.path)/one.cfg", atomically: true, encoding: .utf8)
            return file
        }
        _ = try write()
        let supervisor = Supervisor(
            settings: SupervisorSettings(directory: folder.path, environment: [:]), history: FakeHistory(),
            surface: FakeSurface(), logger: LogLines().logger)
        try await supervisor.start()
        let ada = Operator(name: "ada")
        // Those that have had an echo, and so a server, and those that may still wait for one.
        var served: [Client] = []
        var waiting: [Client] = []
        for round in 1...Self.rounds {
            let file = try write()
            let plan = try await supervisor.carryOut(.reload, OrderOptions(), on: "one", by: ada)
            #expect(plan?.way != .newWorker, "seed \(seed), round \(round): \(plan?.wayInWords ?? "")")
            for client in served { #expect(try await onThread { try client.echo("still") } == "still") }
            if served.count + waiting.count < Self.mostClients {
                let client = try await onThread { try Client(connectedTo: address) }
                waiting.append(client)
            } else if !served.isEmpty {
                served.remove(at: Int.random(in: served.indices, using: &dice))
            }
            let (clients, alreadyServed) = (served.count + waiting.count, served.count)
            let isCounted = await eventually {
                let snapshot = try? await supervisor.snapshot(of: "one")
                guard let proxy = snapshot?.proxies.first, let backend = proxy.backend else { return false }
                let connected = backend.counters.currentSessions - proxy.waiting
                return proxy.frontend?.currentSessions == clients && proxy.servers.map(\.name) == file.servers
                    && backend.counters.currentSessions == clients && connected >= alreadyServed
                    && proxy.servers.reduce(0) { $0 + $1.counters.currentSessions } <= connected
            }
            #expect(isCounted, "seed \(seed), round \(round): \(clients) clients, \(alreadyServed) served")
            // As soon as there is a place for everybody, everybody has one.
            let snapshot = try #require(try await supervisor.snapshot(of: "one"))
            guard snapshot.proxies.first?.waiting == 0 else { continue }
            for client in waiting { #expect(try await onThread { try client.echo("first") } == "first") }
            served += waiting
            waiting = []
        }
        #expect(try await supervisor.status(of: ["one"]).first?.restarts == 0)
        served = []
        waiting = []
        #expect(await eventually { (try? await supervisor.status(of: ["one"]))?.first?.sessions == 0 })
        await supervisor.shutDown(by: ada)
        await supervisor.shutDown(by: ada)
        await supervisor.waitUntilStopped()
    }
}

extension ProxySnapshot {
    /// Sessions that wait, for any server or for one.
    fileprivate var waiting: Int {
        servers.reduce(backend?.counters.queueCurrent ?? 0) { $0 + $1.counters.queueCurrent }
    }
}
