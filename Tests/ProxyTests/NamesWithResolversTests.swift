import Model
import Peers
import Testing

/// Servers with names that name servers are asked for.
@Suite("names that name servers resolve")
struct NamesWithResolversTests {
    /// An instance, its name servers and its log.
    private struct Stage {
        let names: NameServer
        let log: LogCollector
        let instance: InstanceUnderTest

        init(
            _ zone: [String: NameServer.Entry], _ lines: [String], hold: [String] = [], form: String = ""
        ) throws {
            names = try NameServer(zone)
            log = try LogCollector()
            var text = "resolvers dns\n    nameserver ns1 \(form)127.0.0.1:\(names.port)\n"
            for line in ["timeout resolve 30ms", "timeout retry 20ms"] + hold { text += "    \(line)\n" }
            text += Example.listen(addresses: [], lines: ["log 127.0.0.1:\(log.port) local0"] + lines)
            instance = try InstanceUnderTest(text)
        }

        func awaitState(_ state: ServerState, of server: String) async throws {
            let instance = instance
            let isSo = try await eventually { try await instance.server(server).state == state }
            #expect(isSo, "\(server) is not \(state): \(log.lines)")
        }

        func awaitLine(_ line: String) async throws {
            let log = log
            #expect(try await eventually { log.lines.contains(line) }, "\(line): \(log.lines)")
        }
    }

    @Test("a server gets its address, changes it, loses it after its time and gets it back")
    func life() async throws {
        let server = try FakeServer(.greet("here"))
        let line = "server s0 App.test:\(server.port) check inter 20ms resolvers dns init-addr none"
        let stage = try Stage(
            ["app.test": .init("127.0.0.99")], [line], hold: ["hold nx 50ms", "hold obsolete 10ms"])
        try await stage.awaitLine("front/s0 changed its IP from (none) to 127.0.0.99 by dns/ns1.")
        try await stage.awaitLine("Server front/s0 ('App.test') is UP/READY (resolves again).")
        // Nobody listens there.
        try await stage.awaitState(.down, of: "s0")

        stage.names.set(["app.test": .init("127.0.0.1")])
        try await stage.awaitLine("front/s0 changed its IP from 127.0.0.99 to 127.0.0.1 by dns/ns1.")
        try await stage.awaitState(.up, of: "s0")
        let client = try stage.instance.connect()
        try client.expect("here")

        stage.names.set([:])
        try await stage.awaitState(.down, of: "s0")
        #expect(try await stage.instance.server("s0").isUnresolved)
        try await stage.awaitLine(
            "Server front/s0 is going DOWN for maintenance (DNS NX status). 0 active and 0 backup servers left. "
                + "1 sessions active, 0 requeued, 0 remaining in queue.")
        #expect(stage.instance.history.transitions.last?.detail == "DNS NX status")
        try client.send("still")
        try client.expect("still")

        stage.names.set(["app.test": .init("127.0.0.1")])
        try await stage.awaitState(.up, of: "s0")
        #expect(stage.instance.history.transitions.last?.detail == "resolves again")
        #expect(stage.instance.history.events.map(\.kind) == Array(repeating: .addressChanged, count: 3))
        await stage.instance.stop()
    }

    @Test(
        "what doesn't fit into a datagram is asked again over TCP, and 'tcp@' asks nowhere else",
        arguments: ["", "tcp@"])
    func stream(form: String) async throws {
        let stage = try Stage(
            ["app.test": form.isEmpty ? .long("127.0.0.9") : .init("127.0.0.9")],
            ["server s0 app.test:1 resolvers dns init-addr none"], hold: ["timeout retry 2s"], form: form)
        try await stage.awaitLine("front/s0 changed its IP from (none) to 127.0.0.9 by dns/ns1.")
        #expect(stage.names.questionsByStream > 0)
        // Asked again and again, over one connection or another.
        stage.names.set(["app.test": form.isEmpty ? .long("127.0.0.10") : .init("127.0.0.10")])
        try await stage.awaitLine("front/s0 changed its IP from 127.0.0.9 to 127.0.0.10 by dns/ns1.")
        await stage.instance.stop()
    }

    @Test(
        "every kind of failure is told by its name",
        arguments: [
            (NameServer.Entry.code(5), "refused", "DNS refused status"), (.code(2), "other", "unspecified DNS error"),
            (.silent, "timeout", "DNS timeout status"), (.init(), "other", "unspecified DNS error"),
        ])
    func failures(entry: NameServer.Entry, kind: String, reason: String) async throws {
        let stage = try Stage(
            ["app.test": .init("127.0.0.9")], ["server s0 app.test:1 resolvers dns init-addr none"],
            hold: ["hold \(kind) 10ms"])
        try await stage.awaitState(.up, of: "s0")
        stage.names.set(["app.test": entry])
        try await stage.awaitState(.down, of: "s0")
        #expect(stage.instance.history.transitions.last?.detail == reason)
        await stage.instance.stop()
    }

    @Test("an address holds while the failure is younger than its time")
    func hold() async throws {
        let stage = try Stage(
            ["app.test": .init("127.0.0.9")], ["server s0 app.test:1 resolvers dns init-addr none"])
        try await stage.awaitState(.up, of: "s0")
        stage.names.set([:])
        let asked = stage.names.questions.count
        let names = stage.names
        #expect(try await eventually { names.questions.count > asked + 20 })
        #expect(try await stage.instance.server("s0").state == .up)
        await stage.instance.stop()
    }

    @Test("the servers of a template take one address each, and what is left over has none")
    func template() async throws {
        let servers = "server-template s 1-3 app.test:7 resolvers dns init-addr none resolve-prefer ipv4"
        let stage = try Stage(["app.test": .init("127.0.0.8", "127.0.0.9")], [servers], hold: ["hold obsolete 10ms"])
        try await stage.awaitState(.up, of: "s1")
        try await stage.awaitState(.up, of: "s2")
        var found = [try await stage.instance.server("s1").address, try await stage.instance.server("s2").address]
        #expect(found.sorted() == ["127.0.0.8:7", "127.0.0.9:7"])
        #expect(try await stage.instance.server("s3").isUnresolved)
        #expect(stage.names.questions.allSatisfy { $0 == "app.test A" })

        stage.names.set(["app.test": .init("127.0.0.8", "127.0.0.10", "127.0.0.9")])
        try await stage.awaitState(.up, of: "s3")
        #expect(try await stage.instance.server("s3").address == "127.0.0.10:7")
        stage.names.set(["app.test": .init("127.0.0.10")])
        try await stage.awaitState(.down, of: "s1")
        try await stage.awaitState(.down, of: "s2")
        #expect(stage.instance.history.transitions.last?.detail == "No IP for server ")
        #expect(try await stage.instance.server("s3").state == .up)
        found = stage.log.lines.filter { $0.contains("DNS cache") }
        #expect(found.count == 2)
        await stage.instance.stop()
    }

    @Test("several servers may share an address where the file allows it")
    func duplicates() async throws {
        let servers = "server-template s 2 app.test:7 resolvers dns init-addr none resolve-opts allow-dup-ip"
        let stage = try Stage(["app.test": .init("127.0.0.8")], [servers])
        try await stage.awaitState(.up, of: "s1")
        try await stage.awaitState(.up, of: "s2")
        #expect(try await stage.instance.server("s2").address == "127.0.0.8:7")
        await stage.instance.stop()
    }

    @Test("the places of a service have a server each, with their ports and weights")
    func service() async throws {
        let place = try FakeServer(.greet("here"))
        let stage = try Stage(
            [
                "_amqp._tcp.test": .init(services: [(0, 7, "a.test"), (300, place.port, "b.test")]),
                "a.test": .init("127.0.0.8"), "b.test": .init("127.0.0.1"),
            ], ["server-template s 3 _amqp._tcp.test resolvers dns"], hold: ["hold obsolete 10ms"])
        try await stage.awaitState(.up, of: "s1")
        try await stage.awaitState(.up, of: "s2")
        try await stage.awaitLine("front/s2 changed its FQDN from (null) to b.test by 'SRV record'")
        try await stage.awaitLine("Server front/s2 ('b.test') is UP/READY (resolves again).")
        #expect(try await stage.instance.server("s1").address == "127.0.0.8:7")
        #expect(try await stage.instance.server("s1").weight == 0)
        #expect(try await stage.instance.server("s2").weight == 2)
        #expect(try await stage.instance.server("s3").isUnresolved)
        // The other one has no share.
        for _ in 0..<3 { try stage.instance.connect().expect("here") }

        stage.names.set([
            "_amqp._tcp.test": .init(services: [(700, place.port, "b.test"), (256, 9, "c.test")]),
            "b.test": .init("127.0.0.1"), "c.test": .init("127.0.0.3"),
        ])
        try await stage.awaitLine("front/s1 changed its FQDN from (null) to c.test by 'SRV record'")
        try await stage.awaitState(.up, of: "s1")
        #expect(stage.instance.history.transitions.contains { $0.detail == "entry removed from SRV record" })
        #expect(try await stage.instance.server("s1").address == "127.0.0.3:9")
        #expect(try await stage.instance.server("s3").isUnresolved)
        #expect(try await stage.instance.server("s2").weight == 3)
        #expect(try await stage.instance.server("s2").address == "127.0.0.1:\(place.port)")
        await stage.instance.stop()
    }

    @Test("the first good answer counts, whoever gives it, and a server that is away hurts nobody")
    func several() async throws {
        let wrong = try NameServer()
        let right = try NameServer(["app.test": .init("127.0.0.9")])
        let text = """
            resolvers dns
                nameserver away 127.0.0.1:1
                nameserver wrong 127.0.0.1:\(wrong.port)
                nameserver right 127.0.0.1:\(right.port)
                timeout resolve 30ms
                timeout retry 200ms

            """ + Example.listen(addresses: ["app.test:1"], options: ["resolvers dns resolve-prefer ipv4"])
        let instance = try InstanceUnderTest(text)
        #expect(try await eventually { try await instance.server("s0").state == .up })
        let first = try #require(instance.history.events.first)
        #expect(first.detail == "front/s0 changed its IP from (none) to 127.0.0.9 by dns/right")
        #expect(try await eventually { right.questions.count > 3 })
        #expect(try await instance.server("s0").state == .up)
        await instance.stop()
    }
}
