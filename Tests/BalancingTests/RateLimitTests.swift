import Seeds
import Testing

@testable import Balancing

@Suite("RateLimit")
struct RateLimitTests {
    /// The moments at which connections get in that all come at once, and then as soon as they are allowed.
    private func moments(_ limit: inout RateLimit, _ count: Int, from start: Int64) -> [Int64] {
        var now = start
        var moments: [Int64] = []
        while moments.count < count {
            now += limit.delay(atMilliseconds: now)
            #expect(limit.allowed(atMilliseconds: now) > 0)
            limit.count(atMilliseconds: now)
            moments.append(now - start)
        }
        return moments
    }

    @Test("a burst gets in up to the limit, then one after the other, as HAProxy does it")
    func burst() {
        var ten = RateLimit(perSecond: 10)
        let expected: [Int64] =
            Array(repeating: 0, count: 10) + [
                1_001, 1_101, 1_201, 1_301, 1_401, 1_501, 1_601, 1_701, 1_801, 1_901, 2_001, 2_101,
            ]
        #expect(moments(&ten, 22, from: 187) == expected)
        var three = RateLimit(perSecond: 3)
        #expect(moments(&three, 9, from: 355) == [0, 0, 0, 1_001, 1_334, 1_667, 2_001, 2_334, 2_667])
    }

    @Test("what came earlier in the second counts")
    func twoBursts() {
        var limit = RateLimit(perSecond: 10)
        limit.count(5, atMilliseconds: 0)
        #expect(limit.allowed(atMilliseconds: 400) == 5)
        #expect(moments(&limit, 7, from: 400) == [0, 0, 0, 0, 0, 601, 701])
    }

    @Test("after two quiet seconds, everything is as at the start")
    func quiet() {
        var limit = RateLimit(perSecond: 4)
        limit.count(4, atMilliseconds: 0)
        #expect(limit.allowed(atMilliseconds: 999) == 0)
        #expect(limit.allowed(atMilliseconds: 1_500) == 2)
        #expect(limit.allowed(atMilliseconds: 1_999) == 4)
        #expect(limit.allowed(atMilliseconds: 2_000) == 4)
        #expect(moments(&limit, 5, from: 2_700) == [0, 0, 0, 0, 1_001])
    }

    /// Which of several attempts at the same moment get in.
    private func attempts(_ limit: inout RateLimit, _ count: Int, at now: Int64) -> [Bool] {
        var attempts: [Bool] = []
        for _ in 0..<count { attempts.append(limit.take(atMilliseconds: now)) }
        return attempts
    }

    @Test("what is taken counts at once, and what is given back never happened")
    func takeAndGiveBack() {
        var limit = RateLimit(perSecond: 2)
        #expect(attempts(&limit, 1, at: 100) == [true])
        #expect(attempts(&limit, 2, at: 150) == [true, false])
        limit.giveBack()
        #expect(attempts(&limit, 2, at: 150) == [true, false])
        // All of it: the next second begins with the next event.
        limit.giveBack()
        limit.giveBack()
        #expect(moments(&limit, 3, from: 700) == [0, 0, 1_001])
        // One of the second before.
        var turned = RateLimit(perSecond: 1)
        #expect(attempts(&turned, 1, at: 0) == [true])
        turned.count(0, atMilliseconds: 1_000)
        #expect(attempts(&turned, 1, at: 1_000) == [false])
        turned.giveBack()
        #expect(attempts(&turned, 2, at: 1_000) == [true, false])
    }

    @Test("whatever has been counted, the delay is the shortest after which one is allowed")
    func shortest() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            var limit = RateLimit(perSecond: Int.random(in: 1...20, using: &random))
            var now: Int64 = 0
            for _ in 0..<5 {
                limit.count(Int.random(in: 0...50, using: &random), atMilliseconds: now)
                now += Int64.random(in: 0...1_500, using: &random)
            }
            let delay = limit.delay(atMilliseconds: now)
            #expect(limit.allowed(atMilliseconds: now + delay) > 0)
            for earlier in 0..<delay where limit.allowed(atMilliseconds: now + earlier) > 0 {
                Issue.record("allowed after \(earlier), not \(delay)")
            }
        }
    }
}
