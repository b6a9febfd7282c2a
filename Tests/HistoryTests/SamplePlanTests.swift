import Seeds
import Testing

@testable import History

@Suite("which level of session counts answers")
struct SamplePlanTests {
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000

    /// Ten days and a half hour of history: samples since day 8, minutes since day 4.
    private static let coverage: SampleCoverage = {
        var coverage = SampleCoverage.untouched
        coverage.keptFrom = [8 * day, 4 * day, 0, 0]
        coverage.rolledUntil = [0, 10 * day + 29 * 60_000, 10 * day, 10 * day]
        return coverage
    }()

    private func plan(_ since: Int64?, _ until: Int64?, every bucket: Int64) -> [SamplePlan.Segment] {
        SamplePlan(since: since, until: until, bucketMilliseconds: bucket, coverage: Self.coverage).segments
    }

    private func segment(
        _ level: SampleLevel, _ from: Int64, _ to: Int64, _ bucket: Int64
    ) -> SamplePlan.Segment {
        SamplePlan.Segment(level: level, from: from, to: to, bucketMilliseconds: bucket)
    }

    @Test("samples answer what is no whole number of minutes")
    func samples() {
        #expect(
            plan(9 * Self.day, 10 * Self.day, every: 90_000) == [
                segment(.sample, 9 * Self.day, 10 * Self.day, 90_000)
            ])
    }

    @Test("the coarsest level that fits answers, with finer ones at the ends of the period")
    func ends() {
        let since = 9 * Self.day + 90_001
        let end = SamplePlan.endOfTime
        #expect(
            plan(since, nil, every: 2 * Self.hour) == [
                segment(.sample, since, 9 * Self.day + 120_000, 2 * Self.hour),
                segment(.minute, 9 * Self.day + 120_000, 9 * Self.day + Self.hour, 2 * Self.hour),
                segment(.hour, 9 * Self.day + Self.hour, 10 * Self.day, 2 * Self.hour),
                segment(.minute, 10 * Self.day, 10 * Self.day + 29 * 60_000, 2 * Self.hour),
                segment(.sample, 10 * Self.day + 29 * 60_000, end, 2 * Self.hour),
            ])
    }

    @Test("where finer counts were removed, buckets are as long as what is left")
    func removed() {
        let plan = plan(2 * Self.day + 1, 9 * Self.day, every: 300_000)
        #expect(
            plan == [
                segment(.hour, 2 * Self.day, 4 * Self.day, Self.hour),
                segment(.minute, 4 * Self.day, 8 * Self.day, 300_000),
                segment(.minute, 8 * Self.day, 9 * Self.day, 300_000),
            ])
        #expect(self.plan(0, Self.day, every: 5_400_000).map(\.bucketMilliseconds) == [2 * Self.hour])
    }

    @Test("the segments of any period follow one another without a gap or an overlap")
    func complete() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let since = Int64.random(in: 0..<(11 * Self.day), using: &random)
            let until = Int64.random(in: (since + 1)...(11 * Self.day), using: &random)
            let bucket = Int64.random(in: 1...2000, using: &random) * (Bool.random(using: &random) ? 1000 : 60_000)
            let segments = plan(since, until, every: bucket)
            #expect(segments.first.map { $0.from <= since } == true)
            #expect(segments.last?.to == until)
            #expect(zip(segments, segments.dropFirst()).allSatisfy { $0.to == $1.from })
            #expect(segments.allSatisfy { $0.bucketMilliseconds % $0.level.unitMilliseconds == 0 })
            #expect(segments.allSatisfy { $0.from >= Self.coverage.keptFrom[$0.level.rawValue] })
        }
    }
}
