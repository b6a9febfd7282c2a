import Testing

@testable import Balancing

@Suite("Counters of a period")
struct PeriodCounterTests {
    @Test("what was counted leaves slowly, over one period")
    func leaving() {
        var counter = PeriodCounter()
        counter.count(10, at: 1_000, period: 100)
        #expect(counter.value(at: 1_000, period: 100) == 10)
        #expect(counter.value(at: 1_099, period: 100) == 10)
        #expect(counter.value(at: 1_100, period: 100) == 10)
        #expect(counter.value(at: 1_150, period: 100) == 5)
        #expect(counter.value(at: 1_199, period: 100) == 0)
        #expect(counter.value(at: 5_000, period: 100) == 0)
    }

    @Test("both periods count")
    func both() {
        var counter = PeriodCounter()
        counter.count(10, at: 1_000, period: 100)
        counter.count(4, at: 1_120, period: 100)
        #expect(counter.value(at: 1_120, period: 100) == 12)
        counter.count(at: 1_150, period: 100)
        #expect(counter.value(at: 1_150, period: 100) == 10)
    }

    @Test("after two periods without events it begins anew")
    func pause() {
        var counter = PeriodCounter()
        counter.count(10, at: 1_000, period: 100)
        counter.count(1, at: 1_205, period: 100)
        #expect(counter.value(at: 1_205, period: 100) == 1)
    }
}
