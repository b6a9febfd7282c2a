import Model
import Seeds
import Testing

@testable import History

@Suite("a server's time divides into states")
struct AvailabilityTimelineTests {
    private func run(_ start: Int64, _ end: Int64, _ changes: [(Int64, ServerState)]) -> AvailabilityTimeline.Run {
        AvailabilityTimeline.Run(
            start: .base + start, end: .base + end, changes: changes.map { (at: .base + $0.0, state: $0.1) })
    }

    private func account(
        _ runs: [AvailabilityTimeline.Run], blind: [ClosedRange<Int64>] = [], _ since: Int64 = 0, _ until: Int64 = 100
    ) -> [Int64] {
        let blind = blind.map { (.base + $0.lowerBound)...(.base + $0.upperBound) }
        let account = AvailabilityTimeline(runs: runs, blind: blind)
            .account(of: .primary, since: .base + since, until: .base + until)
        return [
            account.upMilliseconds, account.downMilliseconds, account.maintMilliseconds, account.unknownMilliseconds,
        ]
    }

    @Test("without any run all is unknown")
    func nothing() {
        #expect(account([]) == [0, 0, 0, 100])
        #expect(account([], 50, 50) == [0, 0, 0, 0])
        #expect(account([], 60, 50) == [0, 0, 0, 0])
    }

    @Test("a state holds until the next transition or the end of the run")
    func states() {
        #expect(account([run(0, 100, [(10, .up), (40, .down), (45, .maint), (60, .up)])]) == [70, 5, 15, 10])
        #expect(
            account([run(0, 80, [(10, .drain), (20, .degraded), (30, .unknown), (40, .down)])]) == [20, 40, 0, 40])
    }

    @Test("each run begins with nothing known")
    func runs() {
        #expect(account([run(0, 30, [(0, .up)]), run(50, 100, [(60, .up)])]) == [70, 0, 0, 30])
        #expect(account([run(0, 30, [(0, .up)]), run(50, 100, [])]) == [30, 0, 0, 70])
    }

    @Test("a period cuts what begins before it and ends after it")
    func period() {
        #expect(account([run(-50, 200, [(-40, .down), (50, .up)])]) == [50, 50, 0, 0])
        #expect(account([run(-50, 200, [(-40, .down), (50, .up)])], 60, 70) == [10, 0, 0, 0])
    }

    @Test("while transitions were dropped nothing is known, and afterwards the state holds again")
    func blindTimes() {
        let always = [run(0, 100, [(0, .up)])]
        #expect(account(always, blind: [20...30]) == [90, 0, 0, 10])
        #expect(account(always, blind: [20...30, 25...50, 90...200]) == [60, 0, 0, 40])
        #expect(account(always, blind: [-10...200]) == [0, 0, 0, 100])
        #expect(account(always, blind: [20...20]) == [100, 0, 0, 0])
    }

    @Test("transitions at moments outside of their run, or in the wrong order, do no harm")
    func wrongClock() {
        #expect(account([run(10, 90, [(0, .up), (200, .down)])]) == [80, 0, 0, 20])
        #expect(account([run(0, 100, [(50, .up), (20, .down)])]) == [0, 50, 0, 50])
        #expect(account([run(0, 100, [(0, .up)]), run(50, 80, [(50, .down)])]) == [50, 30, 0, 20])
        #expect(account([run(50, 40, [(45, .up)])]) == [0, 0, 0, 100])
    }

    @Test(
        "whatever was recorded, the four parts add up and agree with a look at every single moment", arguments: 0..<300)
    func anySequence(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let runs = (0..<Int.random(in: 0...4, using: &random)).map { number in
            // Mostly one after the other, sometimes with the clock set back.
            let start = Int64(number * 30) + Int64.random(in: -20...20, using: &random)
            let changes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (Int64.random(in: -10...130, using: &random), ServerState.allCases.randomElement(using: &random) ?? .up)
            }
            return run(start, start + Int64.random(in: -5...60, using: &random), changes)
        }
        let blind = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            let from = Int64.random(in: 0...100, using: &random)
            return from...(from + Int64.random(in: 0...20, using: &random))
        }
        let since = Int64.random(in: -20...120, using: &random)
        let until = since + Int64.random(in: 0...120, using: &random)
        let parts = account(runs, blind: blind, since, until)
        #expect(parts.reduce(0, +) == until - since)
        #expect(parts.allSatisfy { $0 >= 0 })
        let moments = (since..<until).map { moment in
            blind.contains { $0.lowerBound <= moment && moment < $0.upperBound } ? .unknown : state(at: moment, runs)
        }
        #expect(parts[0] == Int64(moments.count { [.up, .drain, .degraded, .stopping].contains($0) }))
        #expect(parts[1] == Int64(moments.count { $0 == .down }))
        #expect(parts[2] == Int64(moments.count { $0 == .maint }))
    }

    /// The state during one millisecond, found the slow way: the last run that has begun, and its last transition by then.
    private func state(at moment: Int64, _ runs: [AvailabilityTimeline.Run]) -> ServerState {
        let moment = .base + moment
        guard let run = runs.last(where: { $0.start <= moment }), moment < run.end else { return .unknown }
        var latest = run.start
        var state = ServerState.unknown
        for change in run.changes {
            latest = max(latest, change.at)
            if latest <= moment { state = change.state }
        }
        return state
    }
}
