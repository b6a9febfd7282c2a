import EventLoop
import Testing

@testable import Proxy

@Suite struct ExhaustionTests {
    private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test("of many pauses only the first is news, and the end comes once none has followed for a while")
    func once() {
        var exhaustion = Exhaustion()
        #expect(exhaustion.end(at: time(0)) == nil)
        #expect(exhaustion.begins(at: time(1_000)) == true)
        for pause in 11...50 { #expect(exhaustion.begins(at: time(Int64(pause) * 100)) == false) }
        #expect(exhaustion.end(at: time(5_000 + Exhaustion.calmMilliseconds - 1)) == nil)
        #expect(exhaustion.end(at: time(5_000 + Exhaustion.calmMilliseconds)) == time(1_000))
        #expect(exhaustion.end(at: time(60_000)) == nil)
        #expect(exhaustion.begins(at: time(70_000)) == true)
    }
}
