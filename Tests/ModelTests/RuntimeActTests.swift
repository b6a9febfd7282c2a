import Model
import Testing

@Suite("RuntimeAct")
struct RuntimeActTests {
    @Test("a weight in percent is a part of the file's, and never above the greatest")
    func percent() {
        #expect(WeightChange.percent(50).weight(ofFile: 11) == 5)
        #expect(WeightChange.percent(0).weight(ofFile: 11) == 0)
        #expect(WeightChange.percent(2_328).weight(ofFile: 11) == 256)
        #expect(WeightChange.percent(.max).weight(ofFile: 256) == 256)
        #expect(WeightChange.percent(300).weight(ofFile: 0) == 0)
        #expect(WeightChange.absolute(256).weight(ofFile: 1) == 256)
    }

    @Test("the history reads what was changed, in words")
    func words() {
        let server = ServerIdentity(instance: "shop", proxy: "web", server: "s1")
        let acts: [ServerAct] = [
            .setState(.drain), .setHealth(.stopping), .setHealth(.down), .setChecks(isOn: false),
            .setWeight(.absolute(7)), .setWeight(.percent(50)), .setSessionLimit(3), .endSessions,
            .setAgent(isOn: true), .setAgentHealth(isUp: false), .setAgentAddress(host: "127.0.0.9", port: 7),
            .setAgentAddress(host: nil, port: 8), .setAgentQuestion("how"),
        ]
        #expect(
            acts.map { "\(RuntimeAct.server(server, $0))" } == [
                "web/s1 state drain", "web/s1 health stopping", "web/s1 health down", "web/s1 checks off",
                "web/s1 weight 7", "web/s1 weight 50%", "web/s1 maxconn 3", "web/s1 sessions ended",
                "web/s1 agent on", "web/s1 agent down", "web/s1 agent address 127.0.0.9 port 7", "web/s1 agent port 8",
                "web/s1 agent's question",
            ])
        let others: [RuntimeAct] = [
            .frontend("in", .pause), .frontend("in", .setSessionLimit(5)), .instance(.clearCounters(all: true)),
            .instance(.setSessionRate(9)), .endSession(SessionIdentifier(rawValue: 0x1_0000_002a)),
            .proxy("in", .failback), .proxy(nil, .rebalance(perMinute: 60)),
        ]
        #expect(
            others.map { "\($0)" } == [
                "frontend in paused", "frontend in maxconn 5", "all counters cleared", "sessions per second 9",
                "session 0x10000002a ended", "in failback", "rebalance, 60 per minute",
            ])
    }
}
