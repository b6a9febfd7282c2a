import EventLoop
import Testing

@Suite("alarm")
struct AlarmTests {
    private let poller: Poller
    private let alarm: Alarm

    init() throws {
        poller = try Poller()
        alarm = try Alarm()
        #expect(poller.add(alarm.descriptor, token: EventToken(kind: 9, generation: 0, index: 0)) == 0)
    }

    /// Waits for it; how many milliseconds it took, at the least.
    private func wait() -> Int64 {
        let begin = MonotonicTime.now()
        #expect(poller.wait(timeoutMilliseconds: 10_000) == 1)
        #expect(poller.event(0).token.kind == 9)
        return MonotonicTime.now().milliseconds(since: begin)
    }

    @Test("it ends a wait at its deadline, again and again, and at once when that has passed")
    func rings() {
        for _ in 0..<3 {
            let now = MonotonicTime.now()
            alarm.ring(at: now.advanced(byMilliseconds: 20), now: now)
            #expect(wait() >= 19)
        }
        let now = MonotonicTime.now()
        alarm.ring(at: now.advanced(byMilliseconds: -5), now: now)
        #expect(wait() < 5_000)
        alarm.ring(at: MonotonicTime(nanoseconds: 0), now: .now())
        #expect(wait() < 5_000)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
    }

    @Test("an earlier deadline counts, a later one only after it has rung")
    func earliest() {
        let now = MonotonicTime.now()
        alarm.ring(at: now.advanced(byMilliseconds: 60_000), now: now)
        alarm.ring(at: now.advanced(byMilliseconds: 20), now: now)
        alarm.ring(at: now.advanced(byMilliseconds: 40_000), now: now)
        alarm.ring(at: nil, now: now)
        #expect(wait() < 9_000)
        let later = MonotonicTime.now()
        alarm.ring(at: later.advanced(byMilliseconds: 30), now: later)
        #expect(wait() >= 29)
    }
}
