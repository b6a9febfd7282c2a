import Dispatch
import EventLoop
import Model
import Peers
import Proxy
import Synchronization
import Testing

/// Servers with names that the system is asked for.
@Suite("names that the system resolves")
struct NamesWithoutResolversTests {
    /// A system whose answers a test sets.
    private final class System: Sendable {
        private let addresses = Mutex<[String: String]>([:])
        private let questions = Mutex(0)

        var timesAsked: Int { questions.withLock { $0 } }

        func set(_ name: String, to address: String) { addresses.withLock { $0[name] = address } }

        func answer(_ name: String) -> Resolver.Answer {
            questions.withLock { $0 += 1 }
            guard let text = addresses.withLock({ $0[name] }),
                case .ip(let endpoint)? = SocketAddress(ip: text, port: 0)
            else { return .failed("Name or service not known") }
            return .addresses([endpoint])
        }
    }

    private func text(_ server: FakeServer, log: LogCollector, options: String = "") -> String {
        Example.listen(
            addresses: ["app.test:\(server.port)"], options: [options],
            lines: ["log 127.0.0.1:\(log.port) local0", "timeout queue 1s"])
    }

    @Test("a server without an address is down and is asked for until it has one")
    func comesLater() async throws {
        let server = try FakeServer()
        let log = try LogCollector()
        let system = System()
        let instance = try InstanceUnderTest(text(server, log: log, options: "check inter 50ms")) { plan in
            plan.awaitingSystem = [.init(instance: "test", proxy: "front", server: "s0")]
            plan.resolver = Resolver { system.answer($0) }
            plan.lookUpPause = .milliseconds(20)
        }
        #expect(try await eventually { system.timesAsked > 2 })
        let waiting = try await instance.server("s0")
        #expect(waiting.isUnresolved && waiting.state == .down)
        #expect(waiting.counters.timesDown == 1)
        #expect(try await !instance.backend().isUp)
        let refused = try instance.connect()
        #expect(refused.readToEnd().ending == .fin)
        #expect(instance.history.transitions.map(\.detail) == ["could not resolve address"])

        system.set("app.test", to: "127.0.0.1")
        #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>DOWN", "DOWN>UP"] })
        let client = try instance.connect()
        try client.send("a")
        try client.expect("a")
        let found = try await instance.server("s0")
        #expect(!found.isUnresolved && found.address == "127.0.0.1:\(server.port)")
        #expect(try await eventually { try await instance.server("s0").lastCheck?.status == .layer4OK })
        #expect(try await eventually { log.lines.contains { $0.hasPrefix("Server front/s0 administratively READY") } })
        #expect(
            log.lines.filter { $0.contains("front/s0") && !$0.contains("[") } == [
                "front/s0 changed its IP from (none) to 127.0.0.1 by libc.",
                "Server front/s0 ('app.test') is UP/READY (resolves again).",
                "Server front/s0 administratively READY thanks to valid DNS answer.",
            ])
        let events = instance.history.events
        #expect(events.map(\.kind) == [.addressChanged])
        #expect(events.first?.detail == "front/s0 changed its IP from (none) to 127.0.0.1 by libc")
        let asked = system.timesAsked
        #expect(try await eventually { try await instance.server("s0").health == 4 })
        #expect(system.timesAsked == asked, "who has an answer asks no more")
        await instance.stop()
    }

    @Test("an address from before is used at once and left for a newer one, by new sessions alone")
    func older() async throws {
        let server = try FakeServer(.greet("here"))
        let log = try LogCollector()
        let system = System()
        let gate = DispatchSemaphore(value: 0)
        let identity = ServerIdentity(instance: "test", proxy: "front", server: "s0")
        let instance = try InstanceUnderTest(text(server, log: log)) { plan in
            plan.addresses[identity] = SocketAddress(ip: "127.0.0.1", port: server.port)
            plan.awaitingSystem = [identity]
            plan.resolver = Resolver { name in
                gate.wait()
                return system.answer(name)
            }
        }
        let early = try instance.connect()
        try early.expect("here")
        system.set("app.test", to: "127.0.0.99")
        gate.signal()
        #expect(
            try await eventually {
                log.lines.contains("front/s0 changed its IP from 127.0.0.1 to 127.0.0.99 by libc.")
            })
        #expect(try await instance.server("s0").address == "127.0.0.99:\(server.port)")
        // Nobody listens there.
        let late = try instance.connect()
        #expect(late.readToEnd().bytes.isEmpty)
        try early.send("still")
        try early.expect("still")
        #expect(instance.history.path(of: "s0") == ["UNKNOWN>UP"])
        await instance.stop()
    }

    @Test("orders for a server without an address wait for it")
    func orders() async throws {
        let server = try FakeServer()
        let log = try LogCollector()
        let system = System()
        let instance = try InstanceUnderTest(text(server, log: log, options: "check inter 50ms")) { plan in
            plan.awaitingSystem = [.init(instance: "test", proxy: "front", server: "s0")]
            plan.resolver = Resolver { system.answer($0) }
            plan.lookUpPause = .milliseconds(20)
        }
        let identity = instance.identity("s0")
        _ = await instance.worker.set(.maint, of: identity, actor: "ada", reason: nil)
        _ = await instance.worker.set(.ready, of: identity, actor: "ada", reason: nil)
        #expect(try await instance.server("s0").state == .down)
        _ = await instance.worker.set(.drain, of: identity, actor: "ada", reason: nil)
        system.set("app.test", to: "127.0.0.1")
        #expect(try await eventually { try await instance.server("s0").state == .drain })
        #expect(
            try await eventually { log.lines.contains("Server front/s0 ('app.test') is UP/DRAIN (resolves again).") })
        await instance.stop()
    }

    @Test("a slow answer keeps nothing else waiting, and nothing waits for it at the end")
    func slow() async throws {
        let servers = [try FakeServer(.answer("a")), try FakeServer()]
        let gate = DispatchSemaphore(value: 0)
        let text = Example.listen(addresses: [servers[0].address, "slow.test:\(servers[1].port)"])
        let instance = try InstanceUnderTest(text) { plan in
            plan.awaitingSystem = [.init(instance: "test", proxy: "front", server: "s1")]
            plan.resolver = Resolver { _ in
                gate.wait()
                return .failed("too late")
            }
        }
        for _ in 0..<4 {
            let client = try instance.connect()
            try client.send("?")
            try client.expect("a")
            client.close()
        }
        await instance.stop()
        gate.signal()
    }
}
