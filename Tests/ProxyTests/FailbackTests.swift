import Model
import Peers
import Seeds
import Testing

@testable import Proxy

/// New sessions that stay on backups after the active servers are back (`failback`), and old ones that are moved.
@Suite("failback of sessions")
struct FailbackTests {
    /// A warren of one active server and one backup, `s0` and `s1`, which greet with their names.
    private struct Warren {
        /// Held as long as somebody is to answer.
        let servers: [FakeServer]
        let text: String

        init(_ lines: [String], options: [String] = ["", "backup"]) throws {
            servers = try options.indices.map { try FakeServer(.greet("s\($0)")) }
            text = Example.listen(servers, options: options, lines: lines)
        }
    }

    private func set(_ health: OperationalState, of server: String, in instance: InstanceUnderTest) async {
        let act = RuntimeAct.server(instance.identity(server), .setHealth(health))
        #expect(await instance.worker.carryOut(act, actor: "ada", reason: nil) == .done)
    }

    /// Connects, and tells who has answered.
    private func visit(_ instance: InstanceUnderTest) throws -> (client: Peer, server: String) {
        let client = try instance.connect()
        return (client, String(decoding: try client.receive(2), as: UTF8.self))
    }

    private func serverOfNewSession(_ instance: InstanceUnderTest) throws -> String {
        let (client, server) = try visit(instance)
        client.close()
        return server
    }

    @Test("new sessions stay on the backup until somebody orders them back, and the history knows who and why")
    func manual() async throws {
        let warren = try Warren(["failback manual"])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            let order = RuntimeAct.proxy("front", .failback)
            #expect(await instance.worker.carryOut(order, actor: "ada", reason: nil) == .refused(.notHeld))
            #expect(try serverOfNewSession(instance) == "s0")
            await set(.down, of: "s0", in: instance)
            #expect(try serverOfNewSession(instance) == "s1")
            await set(.up, of: "s0", in: instance)
            #expect(try await instance.backend().isHeld)
            #expect(try await instance.server("s0").state == .up)
            for _ in 0..<3 { #expect(try serverOfNewSession(instance) == "s1") }
            let result = await instance.worker.carryOut(order, actor: "ada", reason: "it is well again")
            #expect(result == .told("front: new sessions go to the active servers again\n"))
            #expect(try await !instance.backend().isHeld)
            #expect(try serverOfNewSession(instance) == "s0")
            let events = instance.history.events
            #expect(events.map(\.kind) == [.held, .failback])
            #expect(events.last?.actor == "ada" && events.last?.reason == "it is well again")
            #expect(
                events.map(\.detail) == [
                    "front: active servers are usable again; new sessions stay on the backups "
                        + "until somebody orders a failback",
                    "front: new sessions go to the active servers again: by order",
                ])
            let unknown = RuntimeAct.proxy("back", .failback)
            #expect(await instance.worker.carryOut(unknown, actor: "ada", reason: nil) == .refused(.noSuchBackend))
        }
    }

    @Test("they come back by themselves after a time, which begins anew when the active server falls")
    func hold() async throws {
        let warren = try Warren(["failback hold 1s"])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            await set(.down, of: "s0", in: instance)
            await set(.up, of: "s0", in: instance)
            #expect(try await eventually { try await instance.backend().isHeld })
            await set(.down, of: "s0", in: instance)
            #expect(try await !instance.backend().isHeld)
            let start = ContinuousClock.now
            await set(.up, of: "s0", in: instance)
            let isHeld = try await instance.backend().isHeld
            #expect(isHeld || ContinuousClock.now - start >= .seconds(1))
            #expect(try await eventually { try await !instance.backend().isHeld })
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(try serverOfNewSession(instance) == "s0")
            #expect(instance.history.events.map(\.kind) == [.held, .held, .failback])
            #expect(instance.history.events.last?.detail?.hasSuffix("they were usable for 1s") == true)
        }
    }

    @Test("a hold ends at once when no backup is left")
    func lastBackup() async throws {
        let warren = try Warren(["failback manual"])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            await set(.down, of: "s0", in: instance)
            await set(.up, of: "s0", in: instance)
            await set(.down, of: "s1", in: instance)
            #expect(try serverOfNewSession(instance) == "s0")
            await set(.up, of: "s1", in: instance)
            #expect(try serverOfNewSession(instance) == "s0")
            #expect(instance.history.events.map(\.kind) == [.held, .failback])
        }
    }

    @Test("the old sessions are closed one after the other, and each one's end says why")
    func drain() async throws {
        let log = try LogCollector()
        let warren = try Warren([
            "failback-drain 600ms", "log 127.0.0.1:\(log.port) local0", "option tcplog",
        ])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            await set(.down, of: "s0", in: instance)
            let clients = try (0..<6).map { _ in try visit(instance) }
            #expect(clients.allSatisfy { $0.server == "s1" })
            let start = ContinuousClock.now
            await set(.up, of: "s0", in: instance)
            #expect(try serverOfNewSession(instance) == "s0")
            // The first ends before the last is due.
            #expect(try await eventually { try await instance.server("s1").counters.currentSessions < 6 })
            #expect(try await eventually { try await instance.server("s1").counters.currentSessions == 0 })
            #expect(ContinuousClock.now - start >= .milliseconds(550))
            for client in clients {
                #expect(client.client.readToEnd().ending == .fin)
                client.client.close()
            }
            #expect(
                try await eventually { log.datagrams.count { $0.contains("front/s1") && $0.contains(" U- ") } == 6 })
            #expect(
                instance.history.events.map(\.detail) == [
                    "front: new sessions go to the active servers again; 6 sessions on backups end within 600ms"
                ])
        }
    }

    @Test("when the active servers fail again, the rest of the old sessions stay")
    func brokenDrain() async throws {
        let warren = try Warren(["failback-drain 1h"])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            await set(.down, of: "s0", in: instance)
            let clients = try (0..<3).map { _ in try visit(instance).client }
            await set(.up, of: "s0", in: instance)
            await set(.down, of: "s0", in: instance)
            #expect(try await instance.server("s1").counters.currentSessions == 3)
            // Nothing is being closed any more: a new return begins anew, with all three.
            await set(.up, of: "s0", in: instance)
            #expect(instance.history.events.count == 2)
            #expect(instance.history.events.allSatisfy { $0.detail?.contains("3 sessions on backups") == true })
            for client in clients { client.close() }
        }
    }

    @Test("a new worker goes on with the hold of the old one")
    func inheritance() async throws {
        let warren = try Warren(["failback hold 1h"])
        let first = try InstanceUnderTest(warren.text)
        await set(.down, of: "s0", in: first)
        await set(.up, of: "s0", in: first)
        let inheritance = await first.worker.inheritance()
        #expect(inheritance[first.identity("s0")]?.heldMilliseconds != nil)
        await first.stop()
        let second = try InstanceUnderTest(warren.text, inherited: inheritance)
        #expect(try await second.backend().isHeld)
        #expect(try serverOfNewSession(second) == "s1")
        #expect(second.history.events.isEmpty)
        await second.stop()
    }

    @Test("sessions that wait for an active server's slot don't go there while new ones are held")
    func queued() async throws {
        let warren = try Warren(["failback manual", "timeout queue 20s"], options: ["maxconn 1", "backup"])
        try await withInstance(warren.text) { (instance: InstanceUnderTest) async throws in
            let first = try visit(instance)
            #expect(first.server == "s0")
            let waiting = try instance.connect()
            #expect(try await eventually { try await instance.backend().counters.queueCurrent == 1 })
            await set(.down, of: "s0", in: instance)
            await set(.up, of: "s0", in: instance)
            first.client.close()
            #expect(String(decoding: try waiting.receive(2), as: UTF8.self) == "s1")
            waiting.close()
        }
    }

    /// Something that happens to a warren, and where new sessions go afterwards; `nil` where nobody is left.
    private struct Step: Sendable {
        /// The server that falls or comes up; `nil` for an order to come back.
        var server: Int?
        var isUp = false
        var isOnBackup: Bool?

        /// What happens to two active servers and two backups, as the rule in a sentence has it.
        static func sequence(_ seed: UInt64, isManual: Bool) -> [Step] {
            var random = SeededGenerator(seed: seed)
            var isUp = [true, true, true, true]
            var isOnBackup = false
            return (0..<120).map { _ in
                var step = Step()
                if Int.random(in: 0..<5, using: &random) > 0 {
                    let server = Int.random(in: 0..<4, using: &random)
                    isUp[server].toggle()
                    (step.server, step.isUp) = (server, isUp[server])
                }
                let (actives, backups) = (isUp[0] || isUp[1], isUp[2] || isUp[3])
                let isOrdered = step.server == nil && actives && backups
                guard actives || backups else { return step }
                if !actives || !backups || !isManual || isOrdered { isOnBackup = !actives }
                step.isOnBackup = isOnBackup
                return step
            }
        }
    }

    @Test(
        "whatever happens, rules and tables included, sessions go to one side alone", arguments: 0..<6 as Range<UInt64>)
    func flapping(seed: UInt64) async throws {
        let rules = [
            ["use-server s0 if { src 127.0.0.1 }"],
            ["stick-table type ip size 10", "stick on src"],
            ["balance leastconn"],
        ][Int(seed % 3)]
        let isManual = seed < 3
        let lines = ["failback \(isManual ? "manual" : "auto")"] + rules
        let warren = try Warren(lines, options: ["", "", "backup", "backup"])
        let instance = try InstanceUnderTest(warren.text)
        for (number, step) in Step.sequence(seed, isManual: isManual).enumerated() {
            if let server = step.server {
                await set(step.isUp ? .up : .down, of: "s\(server)", in: instance)
            } else {
                _ = await instance.worker.carryOut(.proxy(nil, .failback), actor: "ada", reason: nil)
            }
            guard let isOnBackup = step.isOnBackup else { continue }
            let name = try serverOfNewSession(instance)
            #expect((name == "s2" || name == "s3") == isOnBackup, "step \(number): \(step), \(name)")
        }
        await instance.stop()
        for server in warren.servers { server.stop() }
    }
}
