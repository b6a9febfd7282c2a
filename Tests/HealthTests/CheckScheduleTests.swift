import Testing

@testable import Health

@Suite("CheckSchedule")
struct CheckScheduleTests {
    @Test("the first checks of three servers come at 0, a third and two thirds of the interval")
    func firstChecks() {
        let schedule = CheckSchedule(interval: .milliseconds(5000))
        let common = CheckSchedule.commonInterval(of: [.seconds(5), .seconds(5), .seconds(5)])
        let delays = (0..<3).map { schedule.firstDelay(position: $0, of: 3, in: .goingDown, shortestInterval: common) }
        #expect(delays[0] == .zero)
        #expect(delays[1] > .milliseconds(1666) && delays[1] < .milliseconds(1667))
        #expect(delays[2] > .milliseconds(3333) && delays[2] < .milliseconds(3334))
    }

    /// As recorded: two servers that don't answer at 1.5 s, then 0.2 s, 1 s, 6 s and 4 s.
    @Test("intervals below a second do not hurry the others, and follow their own pace")
    func mixedIntervals() {
        let intervals: [Duration] = [1500, 1500, 200, 1000, 6000, 4000].map { .milliseconds($0) }
        let common = CheckSchedule.commonInterval(of: intervals)
        #expect(common == .seconds(1))
        let delays = intervals.enumerated().map { position, interval in
            CheckSchedule(interval: interval).firstDelay(
                position: position, of: 6, in: .goingDown, shortestInterval: common)
        }
        let milliseconds = delays.map { Int($0 / .milliseconds(1)) }
        #expect(milliseconds == [0, 250, 333, 500, 4000, 3333])
        #expect(CheckSchedule.commonInterval(of: [.milliseconds(200), .milliseconds(999)]) == .zero)
        let short = CheckSchedule(interval: .milliseconds(200))
        #expect(short.firstDelay(position: 1, of: 2, in: .goingDown, shortestInterval: .zero) == .milliseconds(100))
    }

    /// As recorded: a and b with `inter 6s fastinter 1500`, c, d, one in maintenance, and z with `inter 3s`.
    @Test("the first check follows fastinter, and servers in maintenance keep their place")
    func fastFirstChecks() {
        let fast = CheckSchedule(interval: .seconds(6), fastInterval: .milliseconds(1500))
        let plain = CheckSchedule(interval: .seconds(3))
        let common = CheckSchedule.commonInterval(of: [fast, fast, plain, plain, plain, plain].map(\.fastInterval))
        #expect(fast.firstDelay(position: 1, of: 6, in: .goingDown, shortestInterval: common) == .milliseconds(250))
        #expect(plain.firstDelay(position: 2, of: 6, in: .goingDown, shortestInterval: common) == .seconds(1))
        #expect(plain.firstDelay(position: 5, of: 6, in: .goingDown, shortestInterval: common) == .milliseconds(2500))
    }

    /// As recorded: `inter 3s fastinter 1s`, `inter 2s fall 1`, `inter 500ms`, `inter 4s disabled`,
    /// `inter 2s downinter 1s fastinter 600ms`.
    @Test("a server with fall 1 and one in maintenance have other intervals from the beginning")
    func firstPhases() {
        let schedules: [(CheckSchedule, HealthCounter.Phase)] = [
            (CheckSchedule(interval: .seconds(3), fastInterval: .seconds(1)), .goingDown),
            (CheckSchedule(interval: .seconds(2)), HealthCounter(rise: 2, fall: 1).phase),
            (CheckSchedule(interval: .milliseconds(500)), .goingDown),
            (CheckSchedule(interval: .seconds(4)), .down),
            (
                CheckSchedule(interval: .seconds(2), fastInterval: .milliseconds(600), downInterval: .seconds(1)),
                HealthCounter(rise: 2, fall: 3).phase
            ),
        ]
        #expect(HealthCounter(rise: 2, fall: 1).phase == .up)
        let common = CheckSchedule.commonInterval(of: schedules.map { $0.interval(in: $1) })
        #expect(common == .seconds(1))
        let delays = schedules.enumerated().map { position, schedule in
            schedule.0.firstDelay(position: position, of: 5, in: schedule.1, shortestInterval: common)
        }
        #expect(delays == [0, 400, 400, 2400, 800].map { .milliseconds($0) })
    }

    /// As recorded: four servers with intervals from 2 to 4 s under `max-spread-checks 600ms`.
    @Test("max-spread-checks lets the first checks follow each other faster")
    func longestSpread() {
        let delays = (0..<4).map { position in
            CheckSchedule(interval: .seconds(2)).firstDelay(
                position: position, of: 4, in: .goingDown, shortestInterval: .seconds(2),
                longestSpread: .milliseconds(600))
        }
        #expect(delays == [0, 150, 300, 450].map { .milliseconds($0) })
    }

    @Test("checks begin in steps of a hundredth of the shortest interval, 10 ms at the most")
    func step() {
        #expect(CheckSchedule(interval: .seconds(2)).step == .milliseconds(10))
        #expect(CheckSchedule(interval: .milliseconds(200)).step == .milliseconds(2))
        #expect(CheckSchedule(interval: .seconds(5), fastInterval: .milliseconds(500)).step == .milliseconds(5))
        #expect(CheckSchedule(interval: .seconds(5), downInterval: .milliseconds(50)).step == .microseconds(500))
    }

    @Test("each phase has its interval")
    func intervals() {
        let full = CheckSchedule(interval: .seconds(5), fastInterval: .seconds(1), downInterval: .seconds(30))
        #expect(full.nextDelay(in: .up) == .seconds(5))
        #expect(full.nextDelay(in: .goingDown) == .seconds(1))
        #expect(full.nextDelay(in: .goingUp) == .seconds(1))
        #expect(full.nextDelay(in: .down) == .seconds(30))
        let plain = CheckSchedule(interval: .seconds(5))
        for phase in HealthCounter.Phase.allCases { #expect(plain.nextDelay(in: phase) == .seconds(5)) }
    }

    @Test("spread-checks moves an interval by at most its share")
    func spread() {
        let schedule = CheckSchedule(interval: .seconds(10), spreadPercent: 50)
        #expect(schedule.nextDelay(in: .up, random: -1) == .seconds(5))
        #expect(schedule.nextDelay(in: .up, random: 0) == .seconds(10))
        #expect(schedule.nextDelay(in: .up, random: 1) == .seconds(15))
    }

    @Test("timeout connect limits a check only beside timeout check")
    func limits() {
        let plain = CheckSchedule(interval: .seconds(5), connectTimeout: .seconds(1))
        #expect(plain.connectLimit == .seconds(5))
        #expect(plain.answerLimit == nil)
        let both = CheckSchedule(interval: .seconds(5), connectTimeout: .seconds(1), checkTimeout: .seconds(9))
        #expect(both.connectLimit == .seconds(1))
        #expect(both.answerLimit == .seconds(9))
        let slow = CheckSchedule(interval: .seconds(5), connectTimeout: .seconds(8), checkTimeout: .seconds(9))
        #expect(slow.connectLimit == .seconds(5))
        let alone = CheckSchedule(interval: .seconds(5), checkTimeout: .seconds(1))
        #expect(alone.connectLimit == .seconds(5))
    }
}
