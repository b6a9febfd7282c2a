import Testing

@testable import Guardian

@Suite("Restart intensity")
struct RestartIntensityTests {
    @Test("the first end is followed at once, four more by growing waits, and from the sixth on the waits are long")
    func burst() {
        var intensity = RestartIntensity()
        let waits = (0..<12).map { intensity.ended(at: Int64($0)) }
        #expect(waits == [0, 100, 200, 400, 800, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    }

    @Test("a minute that goes well wipes the record clean, also after long waits")
    func settles() {
        var intensity = RestartIntensity()
        for moment in 0..<8 { _ = intensity.ended(at: Int64(moment)) }
        #expect(intensity.ended(at: 60_006) == 16_000)
        #expect(intensity.ended(at: 120_006) == 0)
        #expect(intensity.ended(at: 120_007) == 100)
    }

    @Test("ends that come every quarter of a minute are no burst")
    func slowTrickle() {
        var intensity = RestartIntensity()
        let waits = (0..<20).map { intensity.ended(at: Int64($0) * 15_000) }
        #expect(waits.allSatisfy { $0 <= 400 })
    }

    @Test("it never gives up")
    func never() {
        var intensity = RestartIntensity()
        var now: Int64 = 0
        for _ in 0..<1_000 {
            let wait = intensity.ended(at: now)
            #expect((0...30_000).contains(wait))
            now += wait + 10
        }
    }
}
