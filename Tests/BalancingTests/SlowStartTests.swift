import Testing

@testable import Balancing

@Suite("SlowStart and SessionLimit")
struct SlowStartTests {
    @Test("the weight grows as HAProxy's statistics showed it, for a server of weight 50")
    func weight() {
        func weights(_ duration: Duration, _ seconds: [Int]) -> [Int] {
            let start = SlowStart(duration)
            return seconds.map { second in
                var groups = ServerGroups([.init(weight: 50, isBackup: false)], usesAllBackups: false)
                groups.setSlowStart(0, steps: start.steps(afterSeconds: second))
                #expect(groups.weightInUse == groups.effectiveWeight(of: 0))
                return groups.weightInUse
            }
        }
        #expect(weights(.seconds(8), Array(0...8)) == [4, 10, 16, 22, 29, 35, 41, 47, 50])
        #expect(weights(.milliseconds(2_500), [0, 1, 2, 3]) == [4, 19, 35, 50])
        #expect(
            weights(.seconds(20), Array(0...19))
                == [4, 4, 7, 10, 13, 16, 16, 19, 22, 25, 29, 29, 32, 35, 38, 41, 41, 44, 47, 50])
        #expect(weights(.seconds(45), [0, 4, 6, 9, 12, 15, 17, 20, 23]) == [4, 7, 10, 13, 16, 19, 22, 25, 29])
    }

    @Test("the limit of sessions grows from 1 to what it is at full speed")
    func limit() {
        let start = SlowStart(.seconds(8))
        #expect((0...8).map { start.limit(30, afterSeconds: $0) } == [1, 3, 7, 11, 15, 18, 22, 26, 30])
        #expect(start.limit(1, afterSeconds: 0) == 1)
        #expect(start.limit(30, afterSeconds: -1) == 30)
    }

    @Test("a slow start takes effect on the traffic, and not where weights are fixed")
    func traffic() {
        let members = [ServerGroups.Member(weight: 1, isBackup: false), .init(weight: 1, isBackup: false)]
        var groups = ServerGroups(members, usesAllBackups: false)
        groups.setSlowStart(0, steps: 4)
        let picks = (0..<100).map { _ in groups.next(avoiding: nil) { _ in true } }
        #expect(picks.count { $0 == .server(0) } == 20)
        var fixed = ServerGroups(members, usesAllBackups: false, algorithm: .staticRoundRobin)
        fixed.setSlowStart(0, steps: 4)
        let fixedPicks = (0..<100).map { _ in fixed.next(avoiding: nil) { _ in true } }
        #expect(fixedPicks.count { $0 == .server(0) } == 50)
    }

    @Test("a dynamic limit lies on the ramp between minconn and maxconn")
    func ramp() throws {
        let limit = try #require(SessionLimit(maxconn: 10, minconn: 2, fullconn: 20))
        #expect((0...22).map { limit.value(at: $0) }.prefix(8) == [2, 2, 2, 2, 2, 2, 3, 3])
        #expect([18, 19, 20, 21, 1_000].map { limit.value(at: $0) } == [9, 9, 10, 10, 10])
        for sessions in 1...30 { #expect(limit.value(at: sessions) >= limit.value(at: sessions - 1)) }
    }

    @Test("without minconn, or with one that is not smaller, the limit is fixed")
    func fixed() throws {
        for (maxconn, minconn, fixed) in [(5, nil, 5), (nil, 3, 3), (4, 4, 4), (2, 6, 6)] as [(Int?, Int?, Int)] {
            let limit = try #require(SessionLimit(maxconn: maxconn, minconn: minconn, fullconn: 100))
            for sessions in [0, 1, 50, 99, 100, 101] { #expect(limit.value(at: sessions) == fixed) }
        }
        #expect(SessionLimit(maxconn: nil, minconn: nil, fullconn: 100) == nil)
    }
}
