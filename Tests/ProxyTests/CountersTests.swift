import EventLoop
import Testing

@testable import Proxy

private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

@Suite("outage")
struct OutageTests {
    @Test("it begins up and counts the seconds since")
    func beginning() {
        let outage = Outage(at: time(10))
        #expect(!outage.isDown)
        #expect(outage.count == 0)
        #expect(outage.secondsSinceChange(at: time(13.9)) == 3)
        #expect(outage.downSeconds(at: time(100)) == 0)
    }

    @Test("a fall counts, and the time until the return is down time")
    func fall() {
        var outage = Outage(at: time(0))
        outage.note(isDown: true, at: time(10))
        #expect(outage.isDown)
        #expect(outage.count == 1)
        #expect(outage.downSeconds(at: time(12.5)) == 2)
        outage.note(isDown: false, at: time(15))
        #expect(outage.downSeconds(at: time(100)) == 5)
        #expect(outage.secondsSinceChange(at: time(100)) == 85)
        #expect(outage.count == 1)
    }

    @Test("parts of seconds add up over several outages")
    func sum() {
        var outage = Outage(at: time(0))
        for second in stride(from: 0.0, to: 10, by: 2) {
            outage.note(isDown: true, at: time(second))
            outage.note(isDown: false, at: time(second + 0.5))
        }
        #expect(outage.downSeconds(at: time(100)) == 2)
        #expect(outage.count == 5)
    }

    @Test("a second note of the same state keeps the down time and counts no second fall")
    func again() {
        var outage = Outage(at: time(0))
        outage.note(isDown: true, at: time(1))
        outage.note(isDown: true, at: time(3))
        #expect(outage.count == 1)
        #expect(outage.secondsSinceChange(at: time(4)) == 1)
        #expect(outage.downSeconds(at: time(4)) == 3)
    }
}

@Suite("sliding average")
struct SlidingAverageTests {
    @Test("no values average to zero")
    func none() {
        #expect(SlidingAverage().average(over: 0) == 0)
        #expect(SlidingAverage().max == 0)
    }

    @Test("few values have their plain average, rounded up, and their maximum")
    func few() {
        var average = SlidingAverage()
        for (index, value) in [1, 2, 4].enumerated() { average.add(value, count: index + 1) }
        #expect(average.average(over: 3) == 3)
        #expect(average.max == 4)
    }

    @Test("beyond the window old values fade while the maximum stays")
    func fading() {
        var average = SlidingAverage()
        average.add(1_000_000, count: 1)
        for count in 2...20 * SlidingAverage.window { average.add(10, count: count) }
        #expect((10...11).contains(average.average(over: 20 * SlidingAverage.window)))
        #expect(average.max == 1_000_000)
    }

    @Test("a steady value is its own average at every count")
    func steady() {
        var average = SlidingAverage()
        for count in 1...5_000 {
            average.add(7, count: count)
            #expect(average.average(over: count) == 7)
        }
    }
}

@Suite("idle share")
struct IdleShareTests {
    @Test("before the first full second a loop counts as idle")
    func beginning() {
        #expect(IdleShare().percent == 100)
    }

    @Test("the share is that of the last full second or so", arguments: [0, 25, 50, 100])
    func share(percent: Int) {
        var idle = IdleShare()
        idle.slept(from: time(1_000), to: time(1_000))
        for turn in 0..<10 {
            let start = 1_000 + 0.1 * Double(turn)
            idle.slept(from: time(start + 0.1 - 0.001 * Double(percent)), to: time(start + 0.1))
        }
        #expect(abs(idle.percent - percent) <= 1)
    }

    @Test("a window begins anew after each second")
    func windows() {
        var idle = IdleShare()
        idle.slept(from: time(1_000), to: time(1_000))
        idle.slept(from: time(1_000), to: time(1_001))
        #expect(idle.percent == 100)
        idle.slept(from: time(1_002), to: time(1_002))
        #expect(idle.percent == 0)
    }
}

@Suite("tally")
struct TallyTests {
    @Test("sessions now, most at once and in all are counted apart")
    func sessions() {
        var tally = Tally()
        for _ in 0..<3 {
            tally.begin(at: time(1))
            tally.enter()
        }
        tally.leave()
        tally.leave()
        tally.begin(at: time(2))
        tally.enter()
        let counters = tally.snapshot(at: time(5), queue: 4)
        #expect(counters.currentSessions == 2)
        #expect(counters.maxSessions == 3)
        #expect(counters.totalSessions == 4)
        #expect(counters.queueCurrent == 4)
        #expect(counters.secondsSinceLastSession == 3)
        #expect(tally.sample.new == 4)
        #expect(tally.sample.max == 3)
    }

    @Test("before the first session there is no time since the last one")
    func none() {
        var tally = Tally()
        #expect(tally.snapshot(at: time(5), queue: 0).secondsSinceLastSession == nil)
    }

    @Test("times of phases are averaged over the sessions that were given a server")
    func times() {
        var tally = Tally()
        tally.timesChosen = 1
        tally.addTimes(queue: 4, connect: 2, total: 100)
        tally.timesChosen = 2
        tally.addTimes(queue: 0, connect: 4, total: 50)
        let timing = tally.snapshot(at: time(1), queue: 0).timing
        #expect(timing.queueAverage == 2)
        #expect(timing.connectAverage == 3)
        #expect(timing.totalAverage == 75)
        #expect(timing.queueMax == 4)
        #expect(timing.connectMax == 4)
        #expect(timing.totalMax == 100)
    }
}
