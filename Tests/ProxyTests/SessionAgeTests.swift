import Configuration
import Peers
import Testing

@testable import Proxy

/// Sessions that end for their age (`max-session-age`).
@Suite("session age")
struct SessionAgeTests {
    @Test("ages lie between the limit less the jitter and the limit, and all over")
    func spread() {
        let age = SessionAge(limit: .seconds(100), jitterPercent: 20)
        let ages = (0..<2_000).map { age.milliseconds(forSession: UInt64($0)) }
        #expect(ages.allSatisfy { (80_000...100_000).contains($0) })
        #expect((0..<20).allSatisfy { part in ages.contains { ($0 - 80_000) / 1_000 == Int64(part) } })
        #expect(age.milliseconds(forSession: 7) == age.milliseconds(forSession: 7))
        #expect(SessionAge(limit: .seconds(100)).milliseconds(forSession: 3) == 100_000)
        #expect((0..<100).allSatisfy { SessionAge(limit: .milliseconds(1)).milliseconds(forSession: $0) == 1 })
    }

    @Test("a busy session ends when it is old enough, after everything received was passed on")
    func end() async throws {
        let server = try FakeServer()
        let log = try LogCollector()
        let text = Example.listen(
            [server], lines: ["max-session-age 300ms", "log 127.0.0.1:\(log.port) local0", "option tcplog"])
        try await withInstance(text) { instance in
            let start = ContinuousClock.now
            let client = try instance.connect()
            var ending = Peer.Ending.open
            while ending == .open, ContinuousClock.now - start < Peer.patience {
                // Never silent for long: an idle limit would not end it.
                do throws(PeerError) { try client.send("tick") } catch { break }
                ending = client.receive(atMost: 1_000, within: .milliseconds(20)).ending
            }
            #expect(ContinuousClock.now - start >= .milliseconds(300))
            #expect(try await eventually { log.datagrams.contains { $0.contains(" A- ") } })
            #expect(try await instance.backend().counters.serverAborts == 0)
        }
    }

    @Test("a server's own age comes before its proxy's, and 0 is none")
    func precedence() async throws {
        let servers = [try FakeServer(), try FakeServer()]
        let text = Example.listen(
            servers, options: ["max-session-age 0", "max-session-age 1s jitter 50%"],
            lines: ["max-session-age 1h", "balance roundrobin"])
        try await withInstance(text) { instance in
            let lasting = try instance.connect()
            try lasting.send("a")
            try lasting.expect("a")
            let ending = try instance.connect()
            try ending.send("b")
            try ending.expect("b")
            #expect(ending.readToEnd().ending == .fin)
            try lasting.send("c")
            try lasting.expect("c")
            lasting.close()
        }
    }
}
