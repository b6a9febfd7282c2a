import Model
import Testing

@Suite("rate counter")
struct RateCounterTests {
    @Test("events of the running second count in full")
    func running() {
        var rate = RateCounter()
        for _ in 0..<5 { rate.count(atNanoseconds: seconds(100.25)) }
        #expect(rate.snapshot(atNanoseconds: seconds(100.5)).current == 5)
        #expect(rate.snapshot(atNanoseconds: seconds(100.5)).max == 5)
    }

    @Test("events of the last second count by the share of it that is within a second")
    func sliding() {
        var rate = RateCounter()
        for _ in 0..<100 { rate.count(atNanoseconds: seconds(100.5)) }
        #expect(rate.snapshot(atNanoseconds: seconds(101.25)).current == 75)
        #expect(rate.snapshot(atNanoseconds: seconds(101.75)).current == 25)
        #expect(rate.snapshot(atNanoseconds: seconds(102)).current == 0)
    }

    @Test("after a quiet second nothing is left")
    func quiet() {
        var rate = RateCounter()
        for _ in 0..<100 { rate.count(atNanoseconds: seconds(100.5)) }
        #expect(rate.snapshot(atNanoseconds: seconds(102.5)).current == 0)
        #expect(rate.snapshot(atNanoseconds: seconds(102.5)).max == 100)
    }

    @Test("a snapshot shows the rate and the greatest number of one second")
    func snapshot() {
        var rate = RateCounter()
        for _ in 0..<3 { rate.count(atNanoseconds: seconds(1)) }
        for _ in 0..<2 { rate.count(atNanoseconds: seconds(2)) }
        let snapshot = rate.snapshot(atNanoseconds: seconds(2))
        #expect(snapshot.current == 5)
        #expect(snapshot.max == 5)
        #expect(snapshot.limit == 0)
    }

    private func seconds(_ seconds: Double) -> Int64 { Int64(seconds * 1_000_000_000) }
}
