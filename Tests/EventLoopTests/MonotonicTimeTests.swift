import EventLoop
import Testing

@Suite("monotonic time")
struct MonotonicTimeTests {
    @Test(
        "a moment is rounded to the nearest multiple of a step",
        arguments: [
            (0, 0), (4_999_999, 0), (5_000_000, 10_000_000), (14_999_999, 10_000_000), (20_000_001, 20_000_000),
        ])
    func rounding(nanoseconds: Int64, expected: Int64) {
        let moment = MonotonicTime(nanoseconds: nanoseconds)
        #expect(moment.rounded(to: .milliseconds(10)).nanoseconds == expected)
        #expect(moment.rounded(to: .nanoseconds(1)) == moment)
        #expect(moment.rounded(to: .zero) == moment)
    }
}
