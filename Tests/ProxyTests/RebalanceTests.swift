import Model
import Peers
import Synchronization
import Testing

@testable import Proxy

/// Sessions that are closed so that their clients come back to emptier servers (`rebalance`).
@Suite("rebalance of sessions")
struct RebalanceTests {
    private func set(_ health: OperationalState, of server: String, in instance: InstanceUnderTest) async {
        let act = RuntimeAct.server(instance.identity(server), .setHealth(health))
        #expect(await instance.worker.carryOut(act, actor: "ada", reason: nil) == .done)
    }

    /// Clients that connect again whenever their connections end.
    private final class StubbornClients: Sendable {
        // Owner: the mutex; written by the test, read by the clients' threads.
        private let isOver = Mutex(false)

        /// Connects one, which stays until everything is over.
        func join(_ port: UInt16) -> Task<Void, any Error> {
            onThreadInBackground {
                while !self.isOver.withLock({ $0 }) {
                    let client = try Peer(port: port)
                    var ending = Peer.Ending.open
                    while ending == .open, !self.isOver.withLock({ $0 }) {
                        ending = client.receive(atMost: 100, within: .milliseconds(20)).ending
                    }
                    client.close()
                }
            }
        }

        /// Lets all go.
        func end(_ tasks: [Task<Void, any Error>]) async throws {
            isOver.withLock { $0 = true }
            for task in tasks { try await task.value }
        }
    }

    private func counts(_ instance: InstanceUnderTest) async throws -> [Int] {
        try await instance.snapshot().proxies.flatMap(\.servers).map(\.counters.currentSessions)
    }

    private func text(_ servers: [FakeServer], _ lines: [String], options: [String] = []) -> String {
        Example.listen(servers, options: options, lines: lines)
    }

    @Test("sessions move from the fullest servers until all have their part, and the history knows who and why")
    func byOrder() async throws {
        let servers = try (0..<3).map { _ in try FakeServer() }
        let log = try LogCollector()
        let lines = ["log 127.0.0.1:\(log.port) local0", "option tcplog"]
        try await withInstance(text(servers, lines, options: ["weight 1", "weight 1", "weight 2"])) { instance in
            await set(.down, of: "s2", in: instance)
            await set(.down, of: "s1", in: instance)
            let crowd = StubbornClients()
            let clients = (0..<12).map { _ in crowd.join(instance.port) }
            #expect(try await eventually { try await counts(instance) == [12, 0, 0] })
            await set(.up, of: "s1", in: instance)
            await set(.up, of: "s2", in: instance)
            let views = await instance.worker.ask(.rebalanceViews("front")).flatMap { $0 }
            #expect(views?.first?.servers.map(\.target) == [3, 3, 6])
            #expect(views?.first?.servers.map(\.closes) == [9, 0, 0])
            #expect(try await counts(instance) == [12, 0, 0])
            let order = RuntimeAct.proxy(nil, .rebalance(perMinute: 1_200))
            let result = await instance.worker.carryOut(order, actor: "ada", reason: "s1 and s2 are new")
            let plan = "front: closes 9 sessions, 1200 per minute: s0 12 -> 3, s1 0 -> 3, s2 0 -> 6"
            #expect(result == .told(plan + "\n"))
            #expect(try await instance.backend().isRebalancing)
            #expect(try await eventually { try await !instance.backend().isRebalancing })
            #expect(try await eventually { try await counts(instance) == [3, 3, 6] })
            let events = instance.history.events
            #expect(events.map(\.kind) == [.rebalance, .rebalanced])
            #expect(events.allSatisfy { $0.actor == "ada" && $0.reason == "s1 and s2 are new" })
            #expect(events.first?.detail == plan)
            #expect(events.last?.detail?.hasPrefix("front: 9 sessions were closed: ") == true)
            #expect(try await eventually { log.datagrams.count { $0.contains(" M- ") } == 9 })
            let again = await instance.worker.carryOut(order, actor: "ada", reason: nil)
            #expect(again == .told("front: the servers are even\n"))
            try await crowd.end(clients)
        }
    }

    @Test("with 'rebalance auto' a server that returns gets its part by itself")
    func automatic() async throws {
        let servers = try (0..<2).map { _ in try FakeServer() }
        try await withInstance(text(servers, ["rebalance auto per-minute 6000"])) { instance in
            await set(.down, of: "s1", in: instance)
            let crowd = StubbornClients()
            let clients = (0..<8).map { _ in crowd.join(instance.port) }
            #expect(try await eventually { try await counts(instance) == [8, 0] })
            await set(.up, of: "s1", in: instance)
            #expect(try await eventually { try await counts(instance) == [4, 4] })
            #expect(try await eventually { instance.history.events.map(\.kind) == [.rebalance, .rebalanced] })
            #expect(instance.history.events.allSatisfy { $0.actor == nil && $0.reason == "server s1 is back" })
            try await crowd.end(clients)
        }
    }

    @Test("a server that falls while sessions are moved ends it, and a plan for the others is made where there is one")
    func interrupted() async throws {
        let servers = try (0..<3).map { _ in try FakeServer() }
        try await withInstance(text(servers, [])) { instance in
            for server in ["s1", "s2"] { await set(.down, of: server, in: instance) }
            let clients = try (0..<6).map { _ in try instance.connect() }
            #expect(try await eventually { try await counts(instance) == [6, 0, 0] })
            for server in ["s1", "s2"] { await set(.up, of: server, in: instance) }
            let order = RuntimeAct.proxy("front", .rebalance(perMinute: 1))
            #expect(await instance.worker.carryOut(order, actor: "ada", reason: nil) != .refused(.notRunning))
            await set(.down, of: "s2", in: instance)
            #expect(try await instance.backend().isRebalancing)
            #expect(instance.history.events.last?.detail?.contains("s0 6 -> 3, s1 0 -> 3") == true)
            await set(.down, of: "s1", in: instance)
            #expect(try await !instance.backend().isRebalancing)
            #expect(instance.history.events.last?.kind == .rebalanced)
            #expect(try await counts(instance) == [6, 0, 0])
            for client in clients { client.close() }
        }
    }

    @Test(
        "where clients come back to the same server, nothing is closed",
        arguments: [
            ["balance source"], ["balance first"], ["stick-table type ip size 10", "stick on src"],
        ])
    func obstacles(lines: [String]) async throws {
        let servers = try (0..<2).map { _ in try FakeServer() }
        try await withInstance(text(servers, lines)) { instance in
            let order = RuntimeAct.proxy("front", .rebalance(perMinute: 60))
            guard case .refused(.invalid(let why)) = await instance.worker.carryOut(order, actor: "ada", reason: nil)
            else {
                Issue.record("the order was not refused")
                return
            }
            #expect(why.contains("front"))
            #expect(instance.history.events.isEmpty)
        }
    }
}
