import Model
import Peers
import Testing

@testable import Proxy

@Suite("What is changed of servers while they run")
struct ActsOnServersTests {
    private static let text = """
        listen l
            mode tcp
            bind 127.0.0.1:PORT
            retries 0
            timeout connect 1s
            timeout client 10s
            timeout server 10s
            server s0 127.0.0.1:1 weight 10
            server s1 127.0.0.1:1 weight 10

        """

    @Test("a weight holds for a successor, and a server that nobody knows is refused")
    func weight() async throws {
        let first = try InstanceUnderTest(Self.text)
        let server = first.identity("s1")
        #expect(
            await first.worker.carryOut(.server(server, .setWeight(.percent(40))), actor: "ada", reason: nil) == .done)
        #expect(try await first.server("s1").configuredWeight == 4)
        #expect(try await first.server("s1").fileWeight == 10)
        #expect(try await first.backend().weight == 14)
        var nobody = server
        nobody.server = "s9"
        let refused = await first.worker.carryOut(.server(nobody, .setWeight(.absolute(1))), actor: "ada", reason: nil)
        #expect(refused == .refused(.noSuchServer))
        let inheritance = await first.worker.inheritance()
        let second = try InstanceUnderTest(Self.text, after: first, inherited: inheritance)
        #expect(try await second.server("s1").configuredWeight == 4)
        #expect(try await second.server("s0").configuredWeight == 10)
        await first.stop()
        let late = await first.worker.carryOut(.server(server, .setWeight(.absolute(1))), actor: "ada", reason: nil)
        #expect(late == .refused(.notRunning))
        await second.stop()
    }

    @Test("a weight that a server gets in maintenance counts once it leaves that, and until then the old one is shown")
    func weightInMaintenance() async throws {
        try await withInstance(Self.text) { instance in
            let server = instance.identity("s1")
            func order(_ act: ServerAct) async -> ActResult {
                await instance.worker.carryOut(.server(server, act), actor: "ada", reason: nil)
            }
            func weights() async throws -> [Int] {
                let server = try await instance.server("s1")
                return [server.weight, server.configuredWeight]
            }
            for state in [AdministrativeState.ready, .drain] {
                #expect(await order(.setWeight(.absolute(10))) == .done)
                #expect(await order(.setState(.maint)) == .done)
                #expect(await order(.setWeight(.absolute(7))) == .done)
                #expect(await order(.setWeight(.absolute(0))) == .done)
                let meanwhile = try await weights()
                #expect(meanwhile == [10, 0])
                #expect(await order(.setWeight(.absolute(5))) == .done)
                #expect(await order(.setState(state)) == .done)
                let afterwards = try await weights()
                #expect(afterwards == [5, 5])
            }
        }
    }

    @Test("servers that follow one that is out of service take their backend down at the start, and that is counted")
    func follows() async throws {
        let text = Self.text + "    server s2 127.0.0.1:1 check disabled\n    server s3 127.0.0.1:1 track l/s2\n"
        let lines = text.split(separator: "\n").filter { !$0.contains("weight 10") }
        try await withInstance(lines.joined(separator: "\n") + "\n") { instance in
            let backend = try await instance.backend()
            #expect(!backend.isUp && backend.counters.timesDown == 1)
        }
        try await withInstance(text) { instance in
            let backend = try await instance.backend()
            #expect(backend.isUp && backend.counters.timesDown == 0)
        }
    }

    @Test("a frontend that is held takes nobody until it is released, and one that is stopped never again")
    func frontend() async throws {
        try await withInstance(Self.text) { instance in
            func order(_ act: FrontendAct) async -> ActResult {
                await instance.worker.carryOut(.frontend("l", act), actor: "ada", reason: nil)
            }
            #expect(await order(.resume) == .refused(.alreadyListening))
            #expect(await order(.pause) == .done)
            #expect(await order(.pause) == .refused(.alreadyPaused))
            let waiting = try instance.connect()
            #expect(try await instance.frontend().status == "PAUSED")
            #expect(try await instance.frontend().totalConnections == 0)
            #expect(await order(.resume) == .done)
            _ = waiting.readToEnd()
            #expect(try await instance.frontend().totalConnections == 1)
            #expect(await order(.stop) == .done)
            #expect(await order(.stop) == .refused(.frontendStopped(nil)))
            #expect(await order(.resume) == .refused(.frontendStopped("enable")))
            #expect(try await instance.frontend().status == "STOP")
            let nobody = await instance.worker.carryOut(.frontend("x", .pause), actor: "ada", reason: nil)
            #expect(nobody == .refused(.noSuchFrontend))
        }
    }

    @Test("what a person says of a server's health goes into the history, with who said so, and to a successor")
    func health() async throws {
        let first = try InstanceUnderTest(Self.text)
        let server = first.identity("s0")
        for state in [OperationalState.stopping, .down] {
            #expect(
                await first.worker.carryOut(.server(server, .setHealth(state)), actor: "ada", reason: "why") == .done)
        }
        let transitions = first.history.transitions.filter { $0.actor != nil }
        #expect(transitions.map(\.to) == [.stopping, .down])
        #expect(transitions.allSatisfy { $0.actor == "ada" && $0.reason == "why" && $0.server == server })
        #expect(try await first.backend().activeServers == 1)
        let inheritance = await first.worker.inheritance()
        let second = try InstanceUnderTest(Self.text, after: first, inherited: inheritance)
        #expect(try await second.server("s0").state == .down)
        _ = await second.worker.carryOut(.server(server, .setHealth(.up)), actor: "ada", reason: nil)
        #expect(try await second.server("s0").state == .up)
        #expect(try await second.backend().activeServers == 2)
        await first.stop()
        await second.stop()
    }
}
