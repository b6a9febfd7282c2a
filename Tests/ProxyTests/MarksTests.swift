import Foundation
import Model
import Peers
import Testing

/// What a server's state does to sessions and to servers that follow it, and what the history hears of it.
@Suite("marks")
struct MarksTests {
    private static let check = "check inter 50ms rise 2 fall 3"

    /// A `listen` section with one checked server, and two backends that follow it.
    private func chain(_ server: String, options: String = MarksTests.check) -> String {
        Example.listen(addresses: [server], options: [options]) + """
            backend second
                server s1 127.0.0.1:1 track front/s0
            backend third
                server s2 127.0.0.1:1 track second/s1

            """
    }

    @Test("the history of a server that follows another one says which, and what the check said there")
    func trackedHistory() async throws {
        let server = try FakeServer()
        try await withInstance(chain(server.address)) { instance in
            #expect(try await eventually { instance.history.transitions.count == 3 })
            let first = instance.history.transitions
            #expect(first.map(\.server.server) == ["s0", "s1", "s2"])
            #expect(first.allSatisfy { $0.from == .unknown && $0.to == .up && $0.status == .layer4OK })
            #expect(first.map(\.detail) == [nil, "via front/s0", "via second/s1"])
            server.stop()
            #expect(try await eventually { instance.history.transitions.count == 6 })
            let fall = instance.history.transitions.suffix(3)
            #expect(fall.allSatisfy { $0.to == .down && $0.status == .layer4Error })
            #expect(
                fall.map(\.detail) == [
                    "Connection refused", "via front/s0: Connection refused", "via second/s1: Connection refused",
                ])
            let last = try await instance.server("s2")
            #expect(last.tracks == "second/s1" && last.state == .down && last.position?.health == 0)
            #expect(last.counters.timesDown == 1)
        }
    }

    @Test("an order for a server reaches those that follow it, with who and why")
    func trackedOrders() async throws {
        let server = try FakeServer()
        try await withInstance(chain(server.address)) { instance in
            #expect(try await eventually { instance.history.transitions.count == 3 })
            _ = await instance.worker.set(.maint, of: instance.identity("s0"), actor: "ada", reason: "disk")
            let orders = instance.history.transitions.dropFirst(3)
            #expect(orders.map(\.to) == [.maint, .maint, .maint])
            #expect(orders.allSatisfy { $0.actor == "ada" && $0.reason == "disk" && $0.status == nil })
            #expect(orders.map(\.detail) == [nil, "via front/s0", "via second/s1"])
            #expect(try await instance.server("s2").isMaintenanceInherited)
            _ = await instance.worker.set(.drain, of: instance.identity("s1"), actor: "ada", reason: nil)
            _ = await instance.worker.set(.ready, of: instance.identity("s0"), actor: "ada", reason: nil)
            #expect(try await instance.server("s0").state == .up)
            #expect(try await instance.server("s1").state == .drain)
            let last = try await instance.server("s2")
            #expect(last.state == .drain && !last.isMaintenanceInherited)
        }
    }

    @Test("a server that follows an unknown one is unknown, too, and a successor knows both")
    func trackedInheritance() async throws {
        let server = try FakeServer(listens: false)
        let text = chain(server.address, options: "check inter 20s")
        let first = try InstanceUnderTest(text)
        #expect(try await eventually { first.history.path(of: "s2") == ["UNKNOWN>DOWN"] })
        let inherited = await first.worker.inheritance()
        let second = try InstanceUnderTest(text, after: first, inherited: inherited)
        #expect(try await second.server("s2").state == .down)
        #expect(second.history.path(of: "s2").isEmpty)
        await first.stop()
        await second.stop()
    }

    @Test("too many errors mark a server down, and the history says that no check did")
    func markDown() async throws {
        let checked = try FakeServer()
        let gone = try PeerListener(listens: false)
        let options = "check port \(checked.port) inter 20s observe layer4 error-limit 2 on-error mark-down"
        let text = Example.listen(addresses: [gone.address], options: [options], lines: ["retries 0"])
        try await withInstance(text) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            for _ in 0..<2 {
                let client = try instance.connect()
                #expect(client.readToEnd().ending == .fin)
                client.close()
            }
            let fall = try #require(instance.history.transitions.last)
            #expect(fall.to == .down && fall.status == .analysis && fall.checkMilliseconds == nil)
            #expect(fall.detail == "Detected 2 consecutive errors, last one was: L4 unsuccessful connection")
            #expect(try await instance.server("s0").failedAnalyses == 1)
            #expect(try await instance.server("s0").failedChecks == 1)
        }
    }

    @Test("a session that ends with its server still gets everything that was read for it")
    func slowReaderOfAMarkedServer() async throws {
        let checked = try FakeServer()
        let server = try PeerListener()
        let options = "check port \(checked.port) inter 50ms fall 1 on-marked-down shutdown-sessions"
        let text = Example.listen(addresses: [server.address], options: [options])
        try await withInstance(text) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            let client = try instance.connect(receiveBuffer: 8_192)
            try client.send("a")
            let far = try server.accept()
            try far.expect("a")
            let chunk = [UInt8](repeating: 3, count: 1 << 16)
            var quietLooks = 0
            while quietLooks < 50 {
                quietLooks = try far.sendSome(chunk) > 0 ? 0 : quietLooks + 1
                if quietLooks > 0 { _ = try await onThread { usleep(2_000) } }
            }
            let counted = try await instance.server("s0").counters.bytesOut
            checked.stop()
            #expect(try await eventually { instance.history.path(of: "s0").last == "UP>DOWN" })
            let (bytes, ending) = client.readToEnd()
            #expect(ending == .fin)
            #expect(bytes.count >= 1 << 16 && bytes.allSatisfy { $0 == 3 })
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            let moved = try await instance.server("s0").counters.bytesOut
            #expect(counted <= moved && moved == Int64(bytes.count))
            client.close()
            far.close()
        }
    }

    @Test("a server that comes up and ends the sessions on backups says how many")
    func cutOnBackups() async throws {
        let servers = [try FakeServer(listens: false), try FakeServer()]
        let options = ["check inter 50ms rise 2 fall 2 on-marked-up shutdown-backup-sessions", "backup"]
        try await withInstance(Example.listen(servers, options: options)) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>DOWN"] })
            let clients = [try instance.connect(), try instance.connect()]
            for client in clients {
                try client.send("a")
                try client.expect("a")
            }
            try servers[0].start()
            #expect(try await eventually { instance.history.path(of: "s0").last == "DOWN>UP" })
            let rise = try #require(instance.history.transitions.last { $0.server.server == "s0" })
            #expect(rise.sessions == 0)
            #expect(rise.sessionsCut == 2)
            for client in clients {
                #expect(client.readToEnd().ending == .fin)
                client.close()
            }
        }
    }
}
