import Testing

@testable import Balancing

@Suite("RedispatchRule")
struct RedispatchRuleTests {
    struct Observation: Sendable {
        var retries: Int
        var interval: Int
        /// How many failures HAProxy needed to go to another server; `nil` where it gave up.
        var failures: Int?
    }

    /// What HAProxy 2.6 did with `balance source`, `hash-type consistent` and a first server that refuses.
    static let observations: [Observation] = [
        (3, 1, 1), (3, 2, 2), (3, 3, 3), (3, 4, nil), (3, 6, nil), (3, 0, nil), (3, -1, 3), (3, -2, 2), (3, -3, 1),
        (3, -5, 1), (3, -6, 2), (3, -7, 3), (5, 1, 1), (5, 2, 2), (5, 3, 3), (5, 4, 4), (5, 6, nil), (5, 0, nil),
        (5, -1, 5), (5, -2, 4), (5, -3, 3), (5, -5, 1), (5, -7, 1), (4, 1, 1), (4, 2, 2), (4, 3, 3), (4, 4, 4),
        (4, 6, nil), (4, 0, nil), (4, -1, 4), (4, -2, 3), (4, -3, 2), (4, -6, 1), (4, -7, 2),
    ].map { Observation(retries: $0.0, interval: $0.1, failures: $0.2) }

    @Test("a session tied to its server leaves it after as many failures as with HAProxy", arguments: observations)
    func interval(_ observation: Observation) {
        let rule = RedispatchRule(
            retries: observation.retries, interval: observation.interval,
            algorithm: .source(.consistent(balanceFactor: nil), isAvalanched: true))
        let steps = (1...observation.retries + 1).map {
            rule.step(after: $0, activeServers: 2, isServerUsable: true)
        }
        #expect(steps.firstIndex(of: .redispatch).map { $0 + 1 } == observation.failures)
        #expect(steps.last == .giveUp)
        #expect(steps.dropLast().allSatisfy { $0 == .retry || $0 == .redispatch })
    }

    @Test(
        "a session tied to nobody goes on at once, whatever the interval",
        arguments: [
            Algorithm.roundRobin, .staticRoundRobin, .leastConnections, .firstAvailable,
            .random(draws: 2, balanceFactor: nil, seed: 1),
        ])
    func free(_ algorithm: Algorithm) {
        for interval in -5...5 {
            let rule = RedispatchRule(retries: 3, interval: interval, algorithm: algorithm)
            let steps = (1...4).map { rule.step(after: $0, activeServers: 2, isServerUsable: true) }
            #expect(steps == [.redispatch, .redispatch, .redispatch, .giveUp])
        }
    }

    @Test("without the option, the same server is tried again until the retries are used up")
    func withoutOption() {
        let rule = RedispatchRule(retries: 2, interval: nil, algorithm: .roundRobin)
        let steps = (1...3).map { rule.step(after: $0, activeServers: 5, isServerUsable: true) }
        #expect(steps == [.retry, .retry, .giveUp])
        #expect(rule.step(after: 1, activeServers: 5, isServerUsable: false) == .retry)
    }

    @Test("with one active server, a new choice waits for the pause like a retry")
    func alone() {
        let last = RedispatchRule(retries: 3, interval: -1, algorithm: .roundRobin)
        let steps = (1...4).map { last.step(after: $0, activeServers: 1, isServerUsable: true) }
        #expect(steps == [.retry, .retry, .redispatchAfterPause, .giveUp])
        let every = RedispatchRule(retries: 1, interval: 1, algorithm: .roundRobin)
        #expect(every.step(after: 1, activeServers: 1, isServerUsable: true) == .redispatchAfterPause)
    }

    @Test("a server that went down meanwhile is left in any case")
    func down() {
        let rule = RedispatchRule(retries: 3, interval: -1, algorithm: .source(.mapBased, isAvalanched: false))
        #expect(rule.step(after: 1, activeServers: 2, isServerUsable: false) == .redispatch)
        #expect(rule.step(after: 1, activeServers: 0, isServerUsable: false) == .redispatchAfterPause)
    }

    @Test("no retries, no second attempt")
    func none() {
        let rule = RedispatchRule(retries: 0, interval: 1, algorithm: .roundRobin)
        #expect(rule.step(after: 1, activeServers: 2, isServerUsable: true) == .giveUp)
    }
}
