import Model
import Peers
import Testing

/// What checks and people change about servers, and what the history hears of it.
@Suite("health and orders")
struct HealthOfServersTests {
    private static let check = "check inter 50ms rise 2 fall 3"

    @Test("a server is UNKNOWN until its first check has passed, and an unchecked one is UP at once")
    func first() async throws {
        let servers = [try FakeServer(), try FakeServer()]
        try await withInstance(Example.listen(servers, options: [Self.check])) { instance in
            #expect(try await eventually { instance.history.transitions.count == 2 })
            #expect(instance.history.path(of: "s0") == ["UNKNOWN>UP"])
            #expect(instance.history.path(of: "s1") == ["UNKNOWN>UP"])
            let checked = try #require(instance.history.transitions.first { $0.server.server == "s0" })
            #expect(checked.status == .layer4OK)
            #expect(checked.lastedMilliseconds == nil)
            #expect(checked.activeServers == 2)
            guard case .inventory(_, let name, let known)? = instance.history.all.first else {
                Issue.record("the history hears of the servers first")
                return
            }
            #expect(name == InstanceUnderTest.name)
            #expect(known.map(\.server) == ["s0", "s1"])
        }
    }

    @Test("the first failed check takes a server down")
    func firstFailure() async throws {
        let server = try FakeServer(listens: false)
        try await withInstance(Example.listen([server], options: ["check inter 20s rise 2 fall 3"])) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>DOWN"] })
            let transition = try #require(instance.history.transitions.first)
            #expect(transition.status == .layer4Error)
            #expect(transition.detail == "Connection refused")
            #expect(transition.activeServers == 0)
            #expect(try await instance.server("s0").failedChecks == 1)
        }
    }

    @Test("a transition names the servers that take the traffic now, unless they are too many", arguments: [1, 9])
    func carriers(others: Int) async throws {
        let servers = try [FakeServer(listens: false)] + (0..<others).map { _ in try FakeServer() }
        try await withInstance(Example.listen(servers, options: ["check inter 20s"])) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>DOWN"] })
            let fall = try #require(instance.history.transitions.first { $0.server.server == "s0" })
            #expect(fall.activeServers == others)
            #expect(fall.carriers == (others > TransitionRecord.mostCarriers ? [] : ["s1"]))
        }
    }

    @Test("later it falls after three failed checks and rises after two passed ones, with its sessions on record")
    func fallAndRise() async throws {
        let servers = [try FakeServer(), try FakeServer()]
        try await withInstance(Example.listen(servers, options: [Self.check, "backup"])) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            let client = try instance.connect()
            try client.send("a")
            try client.expect("a")
            servers[0].stop()
            #expect(try await eventually { instance.history.path(of: "s0").last == "UP>DOWN" })
            let fall = try #require(instance.history.transitions.last { $0.to == .down })
            #expect(fall.sessions == 1)
            #expect(fall.activeServers == 0)
            #expect(fall.backupServers == 1)
            #expect(fall.carriers == ["s1"])
            #expect((fall.lastedMilliseconds ?? -1) >= 0)
            #expect(fall.actor == nil)
            #expect(try await instance.server("s0").failedChecks == 3)
            #expect(try await instance.server("s0").counters.timesDown == 1)
            // The session stays.
            try client.send("b")
            try client.expect("b")
            try servers[0].start()
            #expect(try await eventually { instance.history.path(of: "s0").last == "DOWN>UP" })
            client.close()
        }
    }

    @Test("maintenance stops the checks, ready starts them again")
    func maintenance() async throws {
        let server = try PeerListener()
        let text = Example.listen(addresses: [server.address], options: [Self.check])
        try await withInstance(text) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            let isKnown = await instance.worker.set(.maint, of: instance.identity("s0"), actor: "ada", reason: "disk")
            #expect(isKnown)
            let order = try #require(instance.history.transitions.last)
            #expect(order.to == .maint)
            #expect(order.actor == "ada")
            #expect(order.reason == "disk")
            #expect(order.status == nil)
            let client = try instance.connect()
            #expect(client.readToEnd().ending == .fin)
            client.close()
            // With checks this would be a fall; without them the failure shows only after the return.
            server.stop()
            let failures = try await instance.server("s0").failedChecks
            _ = await instance.worker.set(.ready, of: instance.identity("s0"), actor: "ada", reason: nil)
            #expect(try await eventually { instance.history.path(of: "s0").last == "UP>DOWN" })
            #expect(instance.history.path(of: "s0") == ["UNKNOWN>UP", "UP>MAINT", "MAINT>UP", "UP>DOWN"])
            #expect(try await instance.server("s0").failedChecks == failures + 1)
        }
    }

    @Test("a drained server keeps its sessions and gets no new ones")
    func drain() async throws {
        let servers = try ["a", "b"].map { try FakeServer(.answer($0)) }
        try await withInstance(Example.listen(servers)) { instance in
            let staying = try instance.connect()
            try staying.send("?")
            try staying.expect("a")
            _ = await instance.worker.set(.drain, of: instance.identity("s0"), actor: "ada", reason: nil)
            for _ in 0..<3 {
                let client = try instance.connect()
                try client.send("?")
                try client.expect("b")
                client.close()
            }
            try staying.send("?")
            try staying.expect("a")
            staying.close()
            #expect(instance.history.path(of: "s0") == ["UNKNOWN>UP", "UP>DRAIN"])
        }
    }

    @Test("an order for a server that is not there is refused")
    func unknown() async throws {
        try await withInstance(Example.listen([try FakeServer()])) { instance in
            let identity = ServerIdentity(instance: InstanceUnderTest.name, proxy: "front", server: "nobody")
            let isKnown = await instance.worker.set(.maint, of: identity, actor: "ada", reason: nil)
            #expect(!isKnown)
        }
    }

    @Test("a second worker goes on with what the first one knew")
    func inheritance() async throws {
        let servers = [try FakeServer(listens: false), try FakeServer()]
        let text = Example.listen(servers, options: [Self.check, Self.check])
        let first = try InstanceUnderTest(text)
        #expect(try await eventually { first.history.path(of: "s0") == ["UNKNOWN>DOWN"] })
        #expect(try await eventually { first.history.path(of: "s1") == ["UNKNOWN>UP"] })
        _ = await first.worker.set(.drain, of: first.identity("s1"), actor: "ada", reason: nil)
        let inherited = await first.worker.inheritance()
        let second = try InstanceUnderTest(text, after: first, inherited: inherited)
        #expect(try await second.server("s0").operational == .down)
        #expect(try await second.server("s1").administrative == .drain)
        await first.stop()
        await second.stop()
    }
}
