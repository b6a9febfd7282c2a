import Testing

@testable import Health

@Suite("CheckSchedule")
struct CheckScheduleTests {
    @Test("the first checks of three servers come at 0, a third and two thirds of the interval")
    func firstChecks() {
        let schedule = CheckSchedule(interval: .milliseconds(5000))
        let common = CheckSchedule.commonInterval(of: [.seconds(5), .seconds(5), .seconds(5)])
        let delays = (0..<3).map { schedule.firstDelay(position: $0, of: 3, shortestInterval: common) }
        #expect(delays[0] == .zero)
        #expect(delays[1] > .milliseconds(1666) && delays[1] < .milliseconds(1667))
        #expect(delays[2] > .milliseconds(3333) && delays[2] < .milliseconds(3334))
    }

    @Test("short intervals do not hurry the others, and follow their own pace")
    func mixedIntervals() {
        let common = CheckSchedule.commonInterval(of: [.milliseconds(200), .seconds(10), .seconds(4)])
        #expect(common == .seconds(4))
        #expect(CheckSchedule.commonInterval(of: [.milliseconds(200), .seconds(1)]) == .zero)
        let short = CheckSchedule(interval: .milliseconds(200))
        #expect(short.firstDelay(position: 1, of: 2, shortestInterval: .zero) == .milliseconds(100))
        #expect(short.firstDelay(position: 1, of: 2, shortestInterval: .seconds(4)) == .seconds(2))
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
