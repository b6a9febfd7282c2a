import Foundation
import Peers
import Testing

/// Limits that leave connections in the kernel's queue: rates, and an address's own `maxconn`.
@Suite("limits of accepting")
struct AcceptingLimitsTests {
    private func echo(_ client: Peer) throws {
        try client.send("ping")
        try client.expect("ping")
    }

    /// Connects so many clients at once and takes the time until the last of them is served.
    private func timeToServe(_ count: Int, _ text: String) async throws -> Duration {
        var time = Duration.zero
        try await withInstance(text) { instance in
            let begin = ContinuousClock.now
            let clients = try (0..<count).map { _ in try instance.connect() }
            for client in clients { try echo(client) }
            time = ContinuousClock.now - begin
            for client in clients { client.close() }
        }
        return time
    }

    @Test(
        "more than the rate waits for the next second, and nobody is refused",
        arguments: [(["rate-limit sessions 4"], []), ([], ["maxconnrate 4"]), ([], ["maxsessrate 4"])])
    func rates(lines: [String], global: [String]) async throws {
        let server = try FakeServer()
        let text = Example.listen([server], lines: lines, global: global)
        #expect(try await timeToServe(5, text) >= .milliseconds(990))
    }

    @Test("the limits of rates are shown")
    func shown() async throws {
        let server = try FakeServer()
        let text = Example.listen(
            [server], lines: ["rate-limit sessions 40"], global: ["maxconnrate 50", "maxsessrate 60"])
        try await withInstance(text) { instance in
            let snapshot = try await instance.snapshot()
            #expect(snapshot.connectionRate.limit == 50 && snapshot.sessionRate.limit == 60)
            #expect(try await instance.frontend().sessionRate.limit == 40)
        }
    }

    @Test("a full address leaves the others open, and goes on when a place is free")
    func fullAddress() async throws {
        let server = try FakeServer()
        let text = Example.listen([server], lines: ["bind 127.0.0.1:PORT maxconn 1"])
        try await withInstance(text) { instance in
            let first = try Peer(port: instance.ports[1])
            try echo(first)
            let second = try Peer(port: instance.ports[1])
            let other = try instance.connect()
            try echo(other)
            #expect(try await instance.frontend().currentSessions == 2)
            first.close()
            try echo(second)
            second.close()
            other.close()
        }
    }
}
