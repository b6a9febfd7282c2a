import EventLoop
import Testing

@testable import Supervision

@Suite("Stalls")
struct StallRuleTests {
    private let turn = MonotonicTime(nanoseconds: 1)
    private let next = MonotonicTime(nanoseconds: 2)
    private let second = Duration.seconds(1)

    private func rule() -> StallRule { StallRule(stalledAfter: .seconds(3), hopelessAfter: .seconds(6)) }

    @Test("a loop that waits, or turns, is never stuck")
    func well() {
        var rule = rule()
        for step in 0..<100 {
            #expect(rule.look(at: nil, after: second) == .fine)
            #expect(rule.look(at: MonotonicTime(nanoseconds: Int64(step + 1)), after: second) == .fine)
        }
    }

    @Test("a turn that lasts is told once, and is beyond help later, at each look")
    func stuck() {
        var rule = rule()
        let verdicts = (0...8).map { _ in rule.look(at: turn, after: second) }
        #expect(
            verdicts == [
                .fine, .fine, .fine, .stalled(for: .seconds(3)), .fine, .fine, .hopeless(for: .seconds(6)),
                .hopeless(for: .seconds(7)), .hopeless(for: .seconds(8)),
            ])
    }

    @Test("a turn that was told and ends is told again, another one begins at nothing")
    func recovers() {
        var rule = rule()
        for _ in 0...4 { _ = rule.look(at: turn, after: second) }
        #expect(rule.look(at: next, after: second) == .recovered(after: .seconds(4)))
        #expect(rule.look(at: next, after: second) == .fine)
        #expect(rule.look(at: nil, after: second) == .fine)
        for _ in 0...3 { _ = rule.look(at: turn, after: second) }
        #expect(rule.look(at: nil, after: second) == .recovered(after: .seconds(3)))
    }

    @Test("a process that was stopped for an hour has not been stuck for an hour")
    func stopped() {
        var rule = rule()
        #expect(rule.look(at: turn, after: second) == .fine)
        #expect(rule.look(at: turn, after: .seconds(3_600)) == .fine)
    }
}
