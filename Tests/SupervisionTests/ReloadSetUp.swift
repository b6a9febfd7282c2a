import Configuration
import EventLoop
import Model
import Proxy
import Testing

@testable import Supervision

/// An instance before two echo servers, which each round of its file gives to another worker.
final class ReloadSetUp {
    let echoes: [EchoServer]
    let address: BindAddress
    let supervisor: Supervisor
    let history = FakeHistory()
    private let folder: TemporaryFolder
    private var round = 0
    let ada = Operator(name: "ada")

    init(_ servers: [String], lines: [String] = []) async throws {
        folder = try TemporaryFolder()
        echoes = [try EchoServer(), try EchoServer()]
        address = try Example.freeAddress()
        supervisor = Supervisor(
            settings: SupervisorSettings(directory: folder.path, environment: [:]), history: history,
            surface: FakeSurface(), logger: LogLines().logger)
        try write(servers, lines)
        try await supervisor.start()
    }

    /// Of a server's line, `A` and `B` stand for the addresses; another log tag is what only a new worker takes.
    private func write(_ servers: [String], _ lines: [String]) throws {
        let places = ["A": "\(echoes[0].address)", "B": "\(echoes[1].address)"]
        let words = servers.map { line in
            line.split(separator: " ").map { places[String($0)] ?? String($0) }.joined(separator: " ")
        }
        let text = """
            global
                log-tag round\(round)
            defaults
                mode tcp
                timeout connect 20s
                timeout client 30s
                timeout server 30s
            listen relay
                bind \(address)
            \((lines + words.map { "server \($0)" }).map { "    \($0)" }.joined(separator: "\n"))

            """
        try text.write(toFile: "\(folder.path)/one.cfg", atomically: true, encoding: .utf8)
    }

    func replaceWorker(_ servers: [String], lines: [String] = []) async throws {
        round += 1
        try write(servers, lines)
        let plan = try await supervisor.carryOut(.reload, OrderOptions(), on: "one", by: ada)
        #expect(plan?.way == .newWorker)
    }

    /// Reloads with a file that the running worker takes.
    func reload(_ servers: [String], lines: [String] = []) async throws {
        try write(servers, lines)
        let plan = try await supervisor.carryOut(.reload, OrderOptions(), on: "one", by: ada)
        #expect(plan?.way == .inPlace, "\(plan?.wayInWords ?? "no plan")")
    }

    func carryOut(_ act: RuntimeAct) async throws -> ActResult {
        try await supervisor.carryOut(act, on: "one", by: ada)
    }

    func identity(_ server: String) -> ServerIdentity {
        ServerIdentity(instance: "one", proxy: "relay", server: server)
    }

    func connect() async throws -> Client {
        let address = address
        return try await onThread { try Client(connectedTo: address) }
    }

    /// A client that has a server.
    func session() async throws -> Client {
        let client = try await connect()
        try await check(client)
        return client
    }

    func check(_ client: Client) async throws {
        #expect(try await onThread { try client.echo("word") } == "word")
    }

    func proxy() async throws -> ProxySnapshot {
        try #require(try await supervisor.snapshot(of: "one")?.proxies.first)
    }

    /// How many sessions each server has, and how many wait.
    func counts() async throws -> [Int] {
        let proxy = try await proxy()
        let waiting = proxy.servers.reduce(proxy.backend?.counters.queueCurrent ?? 0) {
            $0 + $1.counters.queueCurrent
        }
        return proxy.servers.map(\.counters.currentSessions) + [waiting]
    }

    func expect(_ counts: [Int], _ comment: Comment) async throws {
        var found: [Int] = []
        _ = await eventually {
            found = (try? await self.counts()) ?? []
            return found == counts
        }
        #expect(found == counts, comment)
    }

    func sessionNames() async throws -> [[SessionIdentifier]] {
        var names: [[SessionIdentifier]] = []
        for worker in try await supervisor.workers(of: "one") {
            names.append(await worker.ask(.sessions(from: 0))?.sessions.map(\.identifier) ?? [])
        }
        return names
    }

    func end() async {
        await supervisor.shutDown(by: ada)
        await supervisor.shutDown(by: ada)
        await supervisor.waitUntilStopped()
    }
}
