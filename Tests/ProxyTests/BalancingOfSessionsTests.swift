import Foundation
import Model
import Peers
import Testing

/// Which server a session gets, with real connections.
@Suite("choice of servers")
struct BalancingOfSessionsTests {
    private func answers(of instance: InstanceUnderTest, _ count: Int) throws -> String {
        var answers = ""
        for _ in 0..<count { answers += try answer(of: instance) }
        return answers
    }

    private func answer(of instance: InstanceUnderTest) throws -> String {
        let client = try instance.connect()
        defer { client.close() }
        try client.send("?")
        return String(decoding: try client.receive(1), as: UTF8.self)
    }

    @Test("sessions go round the servers in the file's order")
    func roundRobin() async throws {
        let servers = try ["a", "b", "c"].map { try FakeServer(.answer($0)) }
        try await withInstance(Example.listen(servers)) { instance in
            let answers = try answers(of: instance, 9)
            #expect(answers == "abcabcabc")
        }
    }

    @Test("weights share the sessions")
    func weights() async throws {
        let servers = try ["a", "b"].map { try FakeServer(.answer($0)) }
        try await withInstance(Example.listen(servers, options: ["weight 1", "weight 3"])) { instance in
            let answers = try answers(of: instance, 8)
            #expect(answers.count { $0 == "a" } == 2)
            #expect(answers.count { $0 == "b" } == 6)
        }
    }

    @Test("the backup is used only while no active server is usable")
    func backup() async throws {
        let servers = try ["a", "b"].map { try FakeServer(.answer($0)) }
        let text = Example.listen(servers, options: ["check inter 50ms rise 1 fall 1", "check inter 50ms backup"])
        try await withInstance(text) { instance in
            #expect(try answer(of: instance) == "a")
            servers[0].stop()
            #expect(try await eventually { try await instance.server("s0").operational == .down })
            #expect(try answer(of: instance) == "b")
            #expect(try answer(of: instance) == "b")
            try servers[0].start()
            #expect(try await eventually { try await instance.server("s0").operational == .up })
            #expect(try answer(of: instance) == "a")
        }
    }

    @Test("of several backups the first takes all, unless all backups are to share")
    func allBackups() async throws {
        let servers = try ["a", "b", "c"].map { try FakeServer(.answer($0)) }
        let options = ["disabled", "backup", "backup"]
        try await withInstance(Example.listen(servers, options: options)) { instance in
            let answers = try answers(of: instance, 4)
            #expect(answers == "bbbb")
        }
        try await withInstance(Example.listen(servers, options: options, lines: ["option allbackups"])) { instance in
            let answers = try answers(of: instance, 4)
            #expect(answers == "bcbc")
        }
    }

    @Test("a server whose name could not be resolved is down and never chosen")
    func unresolved() async throws {
        let server = try FakeServer(.answer("a"))
        let instance = try InstanceUnderTest(Example.listen([server]), isResolved: false)
        let client = try instance.connect()
        #expect(client.readToEnd().ending == .fin)
        client.close()
        #expect(try await instance.server("s0").operational == .down)
        #expect(try await !instance.backend().isUp)
        let transition = try #require(instance.history.transitions.first)
        #expect(transition.from == .unknown)
        #expect(transition.to == .down)
        #expect(transition.detail == "could not resolve address")
        #expect(server.connections == 0)
        await instance.stop()
    }

    @Test("a frontend sends to the backend that it names")
    func frontendAndBackend() async throws {
        let server = try FakeServer(.answer("a"))
        let text = """
            defaults
                mode tcp
                timeout connect 5s
                timeout client 30s
                timeout server 30s
            frontend in
                bind 127.0.0.1:PORT
                default_backend out
            backend out
                server s0 \(server.address)

            """
        try await withInstance(text) { instance in
            #expect(try answer(of: instance) == "a")
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            let proxies = try await instance.snapshot().proxies
            #expect(proxies.map(\.name) == ["in", "out"])
            #expect(proxies[0].frontend?.totalSessions == 1)
            #expect(proxies[0].backend == nil)
            #expect(proxies[1].frontend == nil)
            #expect(proxies[1].backend?.counters.totalSessions == 1)
        }
    }

    @Test("with several retries left another server gets the session that one refuses, at once")
    func redispatch() async throws {
        let servers = [try FakeServer(.answer("a"), listens: false), try FakeServer(.answer("b"))]
        try await withInstance(Example.listen(servers, lines: ["option redispatch"])) { instance in
            let begin = ContinuousClock.now
            #expect(try answers(of: instance, 30) == String(repeating: "b", count: 30))
            // Every second one is refused at first, and none of these may have waited for the pause of a second.
            #expect(ContinuousClock.now - begin < .seconds(10))
            let refusing = try await instance.server("s0").counters
            #expect(refusing.redispatches > 0)
            #expect(refusing.retries == 0)
        }
    }
}
