import Model
import Peers
import Testing

/// What follows when so many servers fail their checks that the checks aren't believed (`panic-threshold`).
@Suite("panic")
struct PanicTests {
    private static let check = "check inter 50ms rise 1 fall 1"

    @Test("below the threshold all servers are used, and above it the checks are believed again")
    func panicAndCalm() async throws {
        let servers = [try FakeServer(), try FakeServer(), try FakeServer()]
        let text = Example.listen(
            servers, options: [Self.check, Self.check, Self.check], lines: ["panic-threshold 50%", "option redispatch"])
        try await withInstance(text) { instance in
            #expect(try await eventually { instance.history.transitions.count == 3 })
            servers[0].stop()
            #expect(try await eventually { try await instance.backend().activeServers == 2 })
            #expect(try await !instance.backend().isPanicking)
            servers[1].stop()
            #expect(try await eventually { try await instance.backend().isPanicking })
            #expect(try await instance.backend().activeServers == 3)
            #expect(try await instance.server("s1").state == .down)
            #expect(instance.history.events.map(\.kind) == [.panic])
            #expect(
                instance.history.events.first?.detail
                    == "backend front panics: 1 of 3 servers up, below 50 %. "
                    + "Checks are not believed, all servers are used.")
            // Whoever is sent to one that really is down finds the one that is up.
            for _ in 0..<3 {
                let client = try instance.connect()
                try client.send("a")
                try client.expect("a")
                client.close()
            }
            try servers[1].start()
            #expect(try await eventually { try await !instance.backend().isPanicking })
            #expect(try await instance.backend().activeServers == 2)
            #expect(instance.history.events.map(\.kind) == [.panic, .calm])
        }
    }
}
