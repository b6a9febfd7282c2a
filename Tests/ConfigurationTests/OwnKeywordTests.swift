import Foundation
import Testing

@testable import Configuration

/// What HAProxy doesn't have: `failback`, `failback-drain`, `rebalance`, `max-session-age`.
@Suite("Keywords of our own")
struct OwnKeywordTests {
    private func listen(_ lines: String..., options: String = "") -> ParsedInstance {
        Sample.parse(
            Sample.defaults + "listen rabbit\n    bind 127.0.0.1:5672\n" + lines.map { "    \($0)\n" }.joined()
                + "    server one 192.0.2.1:5672 \(options)\n    server two 192.0.2.2:5672 backup\n")
    }

    private func proxy(_ parsed: ParsedInstance) throws -> ProxyConfiguration {
        try #require(try parsed.clean().proxies.first)
    }

    @Test("each says what it says")
    func values() throws {
        #expect(try proxy(listen()).failback == nil)
        #expect(try proxy(listen("failback manual")).failback == FailbackConfiguration(policy: .manual))
        #expect(
            try proxy(listen("failback hold 5m", "failback-drain 10m")).failback
                == FailbackConfiguration(policy: .hold(.seconds(300)), drain: .seconds(600)))
        #expect(
            try proxy(listen("failback-drain 1s")).failback
                == FailbackConfiguration(policy: .automatic, drain: .seconds(1)))
        #expect(try proxy(listen("failback hold 0")).failback == FailbackConfiguration(policy: .automatic))
        #expect(try proxy(listen("rebalance auto")).rebalance == RebalanceConfiguration(perMinute: 60))
        #expect(try proxy(listen("rebalance auto per-minute 5")).rebalance == RebalanceConfiguration(perMinute: 5))
        #expect(try proxy(listen("rebalance auto", "rebalance off")).rebalance == nil)
    }

    @Test("a server's age comes before its proxy's")
    func ages() throws {
        let day = SessionAge(limit: .seconds(86_400), jitterPercent: 10)
        let both = try proxy(listen("max-session-age 1d jitter 10%", options: "max-session-age 1h weight 3")).servers
        #expect(both.map(\.maxSessionAge) == [SessionAge(limit: .seconds(3_600)), day])
        #expect(both.map(\.weight) == [3, 1])
        let one = try proxy(listen("max-session-age 1d jitter 10%", options: "max-session-age 0")).servers
        #expect(one.map(\.maxSessionAge) == [nil, day])
    }

    @Test(
        "what is wrong has its place, and what to write instead",
        arguments: [
            ("failback", "8:13 'failback' needs 'auto', 'hold TIME' or 'manual'"),
            ("failback never", "8:14 'never' is no way to come back from the backups"),
            ("failback hold", "8:18 'hold' needs a time"),
            ("failback hold 5x", "8:19 unknown unit 'x' in the time '5x'"),
            ("failback manual 5m", "8:21 unexpected '5m' after 'manual'"),
            ("failback-drain", "8:19 'failback-drain' needs a time"),
            ("rebalance", "8:14 'rebalance' needs 'auto' or 'off'"),
            ("rebalance always", "8:15 'always' is neither 'auto' nor 'off'"),
            ("rebalance auto per-minute 0", "8:31 0 is out of range for 'per-minute'"),
            ("max-session-age", "8:20 'max-session-age' needs a time"),
            ("max-session-age 1h jitter", "8:30 'jitter' needs a share of the time"),
            ("max-session-age 1h jitter 5", "8:31 '5' is no share of the time"),
            ("max-session-age 1h 5%", "8:24 unexpected '5%' after '1h'"),
        ])
    func mistakes(line: String, expected: String) {
        let errors = listen(line).diagnostics.filter { $0.severity == .error }
        #expect(errors.map { "\($0.location.line):\($0.location.column) \($0.message)" } == [expected])
        #expect(errors.allSatisfy { $0.help != nil })
    }

    @Test("a failback without a backup, and a drain that comes too late, are warned of")
    func withoutEffect() {
        let lonely = Sample.listen("failback manual", "failback-drain 5m").diagnostics
        #expect(lonely.map(\.severity) == [.warning, .warning])
        #expect(lonely.allSatisfy { $0.message.hasSuffix("proxy 'rabbit' has no backup to come back from") })
        let late = listen("failback-drain 5m", options: "on-marked-up shutdown-backup-sessions").diagnostics
        #expect(
            late.map(\.message) == [
                "'failback-drain' has no effect: 'on-marked-up' closes the backups' sessions all at once"
            ])
        let shared = Sample.defaults + "    failback manual\n" + Sample.proxy
        #expect(Sample.parse(shared).diagnostics.isEmpty)
    }
}
