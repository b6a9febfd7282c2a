import Model
import Testing

@testable import Health

@Suite("HealthCounter")
struct HealthCounterTests {
    static let passed = CheckResult(status: .layer4OK)
    static let failed = CheckResult(status: .layer4Error, detail: "Connection refused")

    @Test("a new server is UP and falls at its first failed check")
    func firstFailure() {
        var counter = HealthCounter(rise: 2, fall: 3)
        #expect(counter.state == .up)
        #expect(counter.health == 2)
        #expect(counter.take(Self.failed) == HealthTransition(from: .up, to: .down))
        #expect(counter.health == 0)
    }

    @Test("a server falls after three failed checks")
    func threeFailures() {
        var counter = HealthCounter(rise: 2, fall: 3)
        #expect(counter.take(Self.passed) == nil)
        #expect(counter.health == 4)
        #expect(counter.take(Self.failed) == nil)
        #expect(counter.take(Self.failed) == nil)
        #expect(counter.take(Self.failed) == HealthTransition(from: .up, to: .down))
    }

    @Test("a server rises after two passed checks")
    func twoSuccesses() {
        var counter = HealthCounter(rise: 2, fall: 3, health: 0)
        #expect(counter.take(Self.passed) == nil)
        #expect(counter.health == 1)
        #expect(counter.take(Self.passed) == HealthTransition(from: .down, to: .up))
        #expect(counter.health == 4)
    }

    /// Every position of `rise 2 fall 3` and every event: the position afterwards.
    ///
    /// Transitions follow: there is one exactly when the step crosses from below 2 to 2 or more, or back.
    @Test(
        "every position and every event",
        arguments: [
            //       passed, failed, forced up, forced down, restarted
            (0, [1, 0, 4, 0, 2]),
            (1, [4, 0, 4, 0, 2]),
            (2, [4, 0, 4, 0, 2]),
            (3, [4, 2, 4, 0, 2]),
            (4, [4, 3, 4, 0, 2]),
        ])
    func table(position: Int, expected: [Int]) {
        let events: [(inout HealthCounter) -> HealthTransition?] = [
            { $0.take(Self.passed) },
            { $0.take(Self.failed) },
            { $0.force(isUp: true) },
            { $0.force(isUp: false) },
            { $0.restart() },
        ]
        for (event, after) in zip(events, expected) {
            var counter = HealthCounter(rise: 2, fall: 3, health: position)
            let before = counter.state
            let transition = event(&counter)
            #expect(counter.health == after)
            #expect((transition != nil) == (before != counter.state))
            if let transition { #expect(transition == HealthTransition(from: before, to: counter.state)) }
        }
    }

    @Test("for every rise and fall, rise passed checks bring a server up and fall failed ones take it down")
    func allLadders() {
        for rise in 1...4 {
            for fall in 1...4 {
                var counter = HealthCounter(rise: rise, fall: fall, health: 0)
                for check in 1...rise {
                    let transition = counter.take(Self.passed)
                    #expect((transition?.to == .up) == (check == rise))
                }
                #expect(counter.phase == .up)
                for check in 1...fall {
                    let transition = counter.take(Self.failed)
                    #expect((transition?.to == .down) == (check == fall))
                }
                #expect(counter.phase == .down)
            }
        }
    }

    @Test("one failure on the way up, and one success on the way down, begin the count anew")
    func interruptions() {
        var counter = HealthCounter(rise: 3, fall: 3, health: 0)
        _ = counter.take(Self.passed)
        _ = counter.take(Self.passed)
        #expect(counter.take(Self.failed) == nil)
        #expect(counter.health == 0)
        _ = counter.force(isUp: true)
        _ = counter.take(Self.failed)
        _ = counter.take(Self.failed)
        #expect(counter.take(Self.passed) == nil)
        #expect(counter.phase == .up)
    }

    @Test("every way a check can end counts as a success or as a failure", arguments: CheckStatus.allCases)
    func statuses(status: CheckStatus) {
        var counter = HealthCounter(rise: 1, fall: 1)
        _ = counter.take(CheckResult(status: status))
        #expect(counter.isUp == status.isSuccess)
    }

    @Test("sudden death leaves one more failure, and a mark takes the server down with the next one")
    func anticipation() {
        var counter = HealthCounter(rise: 2, fall: 5, health: 6)
        counter.endanger()
        #expect(counter.take(Self.failed) == nil)
        #expect(counter.take(Self.failed)?.to == .down)
        // Nothing to hasten before the first check has passed, or in a server that is down.
        counter = HealthCounter(rise: 2, fall: 5)
        counter.endanger()
        #expect(counter.take(Self.failed)?.to == .down)
        counter.endanger()
        #expect(!counter.isUp)
        counter = HealthCounter(rise: 2, fall: 5, health: 6)
        counter.condemn()
        #expect(counter.take(Self.failed)?.to == .down)
    }

    @Test("too many errors in a row are told once, and a success or a passed check begins anew")
    func errorStreak() {
        var streak = ErrorStreak(limit: 3)
        let outcomes = [true, true, false, true, true, true, true, true]
        #expect(outcomes.map { streak.take(isError: $0) } == [false, false, false, false, false, true, false, false])
        streak.clear()
        #expect([true, true, true].map { streak.take(isError: $0) } == [false, false, true])
        var single = ErrorStreak(limit: 1)
        let isTold = single.take(isError: true)
        #expect(isTold)
    }

    @Test("an inherited position keeps its meaning under another rise and fall")
    func inheritance() {
        // (old rise, old fall, old position) -> (new rise, new fall): new position
        let cases: [(Int, Int, Int, Int, Int, Int)] = [
            (2, 3, 4, 2, 3, 4), (2, 3, 4, 5, 9, 13), (2, 3, 0, 5, 9, 0), (2, 3, 1, 1, 9, 0), (5, 3, 4, 2, 3, 1),
            (2, 9, 8, 2, 3, 4), (2, 3, 2, 4, 3, 4), (2, 3, 3, 4, 1, 4), (2, 3, -7, 2, 3, 0), (2, 3, 99, 2, 3, 4),
        ]
        for (oldRise, oldFall, old, rise, fall, new) in cases {
            let counter = HealthCounter(
                rise: rise, fall: fall, health: old, earlierRise: oldRise, earlierFall: oldFall)
            #expect(counter.health == new, "\(old) of \(oldRise)+\(oldFall) in \(rise)+\(fall)")
        }
    }

    @Test("a check that passes on a condition keeps new sessions away until one passes without")
    func condition() {
        let condition = CheckResult(status: .layer7Conditional)
        var counter = HealthCounter(rise: 2, fall: 2)
        #expect(counter.take(Self.passed) == nil)
        #expect(counter.take(condition) == HealthTransition(from: .up, to: .stopping))
        #expect(counter.take(Self.failed) == nil)
        #expect(counter.state == .stopping)
        #expect(counter.take(condition) == nil)
        #expect(counter.take(Self.passed) == HealthTransition(from: .stopping, to: .up))
        _ = counter.take(condition)
        _ = counter.take(Self.failed)
        #expect(counter.take(Self.failed) == HealthTransition(from: .stopping, to: .down))
        #expect(counter.take(condition) == nil)
        #expect(counter.state == .down)
        #expect(counter.take(condition) == HealthTransition(from: .down, to: .stopping))
        #expect(counter.restart() == HealthTransition(from: .stopping, to: .up))
    }
}
