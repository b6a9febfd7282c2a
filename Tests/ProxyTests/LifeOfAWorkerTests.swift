import Foundation
import Model
import Peers
import Testing

/// Limits, hand-over, stopping, and what is counted and logged on the way.
@Suite("life of a worker")
struct LifeOfAWorkerTests {
    private func echo(_ client: Peer) throws {
        try client.send("ping")
        try client.expect("ping")
    }

    @Test("no connection is refused while one worker follows another")
    func handOver() async throws {
        let server = try FakeServer()
        let text = Example.listen([server])
        let first = try InstanceUnderTest(text)
        let clients = onThreadInBackground {
            for _ in 0..<300 {
                let client = try first.connect()
                try client.send("ping")
                try client.expect("ping")
                client.close()
            }
        }
        let staying = try first.connect()
        try echo(staying)
        let second = try InstanceUnderTest(text, after: first)
        await first.worker.stopAccepting()
        try await clients.value
        try echo(staying)
        staying.close()
        await first.stop()
        await second.stop()
    }

    @Test("a stop waits for the sessions, and cuts those that are left when its time is over")
    func grace() async throws {
        let server = try FakeServer()
        let instance = try InstanceUnderTest(Example.listen([server]))
        let client = try instance.connect()
        try echo(client)
        async let stopped: Void = instance.worker.stop(
            grace: .milliseconds(300), isFinal: true, actor: "ada", reason: "night")
        try echo(client)
        #expect(client.readToEnd().ending != .open)
        await stopped
        #expect(await instance.worker.snapshot() == nil)
        let last = try #require(instance.history.transitions.last)
        #expect(last.to == .unknown)
        #expect(last.actor == "ada")
        #expect(last.reason == "night")
    }

    @Test("a stop serves those who already wait to be accepted, whatever the limit")
    func waitingAtStop() async throws {
        let server = try FakeServer()
        let instance = try InstanceUnderTest(Example.listen([server], lines: ["maxconn 1"]))
        let first = try instance.connect()
        try echo(first)
        // Connected as far as the kernel is concerned, and accepted by nobody.
        let waiting = try (0..<3).map { _ in try instance.connect() }
        async let stopped: Void = instance.worker.stop(grace: .seconds(600), isFinal: true, actor: nil, reason: nil)
        for client in waiting {
            try echo(client)
            client.close()
        }
        try echo(first)
        first.close()
        await stopped
    }

    @Test("a stop without sessions doesn't wait for its time")
    func stopAtOnce() async throws {
        let instance = try InstanceUnderTest(Example.listen([try FakeServer()]))
        let begin = ContinuousClock.now
        await instance.worker.stop(grace: .seconds(600), isFinal: false, actor: nil, reason: nil)
        #expect(ContinuousClock.now - begin < Peer.patience)
        // Somebody else goes on: nothing is unknown now.
        #expect(!instance.history.transitions.contains { $0.to == .unknown })
        // What is asked of an ended worker is answered.
        #expect(await instance.worker.inheritance().isEmpty)
        await instance.stop()
    }

    @Test("waiting sessions get a full server in the order in which they came")
    func queueOrder() async throws {
        let server = try PeerListener()
        let text = Example.listen(addresses: [server.address], options: ["maxconn 1"])
        try await withInstance(text) { instance in
            var clients: [Peer] = []
            for number in 0..<4 {
                clients.append(try instance.connect())
                try clients[number].send("\(number)")
                #expect(try await eventually { try await instance.backend().counters.queueCurrent == number })
            }
            for number in 0..<4 {
                let far = try server.accept()
                try far.expect("\(number)")
                far.close()
                clients[number].close()
            }
            #expect(try await instance.server("s0").counters.maxSessions == 1)
            #expect(try await instance.backend().counters.queueMax == 3)
        }
    }

    @Test("the instance's maxconn holds for all frontends together, and nobody is refused")
    func globalMaxconn() async throws {
        let server = try FakeServer()
        let text = Example.listen([server], lines: ["bind 127.0.0.1:PORT"], global: ["maxconn 2"])
        try await withInstance(text) { instance in
            let first = try Peer(port: instance.ports[0])
            let second = try Peer(port: instance.ports[1])
            try echo(first)
            try echo(second)
            let third = try Peer(port: instance.ports[1])
            try third.send("ping")
            #expect(third.receive(atMost: 1, within: .milliseconds(100)).bytes.isEmpty)
            first.close()
            try third.expect("ping")
            #expect(try await instance.snapshot().currentConnections == 2)
            second.close()
            third.close()
        }
    }

    @Test("samples add up to the sessions and bytes that were counted, those of running sessions included")
    func samples() async throws {
        let server = try FakeServer()
        let instance = try InstanceUnderTest(Example.listen([server]))
        let running = try instance.connect()
        try echo(running)
        for _ in 0..<5 {
            let client = try instance.connect()
            try echo(client)
            client.close()
        }
        #expect(try await eventually { try await instance.frontend().currentSessions == 1 })
        // A change of state takes a sample while one session still runs.
        _ = await instance.worker.set(.drain, of: instance.identity("s0"), actor: "ada", reason: nil)
        for subject in ["s0", SessionSample.frontendName, SessionSample.backendName] {
            let sum = instance.history.sum(of: subject)
            #expect(sum.new == 6)
            #expect(sum.bytesIn == 24)
            #expect(sum.bytesOut == 24)
        }
        #expect(instance.history.samples.last { $0.subject.server == "s0" }?.current == 1)
        try echo(running)
        running.close()
        #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
        await instance.stop()
        let sum = instance.history.sum(of: "s0")
        #expect(sum.new == 6)
        #expect(sum.bytesIn == 28)
        #expect(sum.bytesOut == 28)
    }

    @Test("sessions and changes of state are logged over UDP, sessions without a byte are not if so configured")
    func logLines() async throws {
        let log = try LogCollector()
        let server = try FakeServer()
        let text = Example.listen(
            [server], lines: ["log 127.0.0.1:\(log.port) local0 info", "option tcplog", "option dontlognull"])
        try await withInstance(text) { instance in
            let silent = try instance.connect()
            silent.close()
            #expect(try await eventually { try await instance.frontend().totalSessions == 1 })
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            let client = try instance.connect()
            try echo(client)
            client.close()
            #expect(try await eventually { log.lines.count == 1 })
            let line = try #require(log.lines.first)
            #expect(line.contains("front front/s0 1/"))
            #expect(line.hasSuffix(" 4 -- 1/1/0/0/0 0/0"))
            #expect(log.datagrams[0].hasPrefix("<134>"))
            _ = await instance.worker.set(.maint, of: instance.identity("s0"), actor: "ada", reason: nil)
            #expect(try await eventually { log.lines.contains { $0.contains("is going DOWN for maintenance") } })
            #expect(try await eventually { log.lines.contains("proxy front has no server available!") })
        }
    }
}
