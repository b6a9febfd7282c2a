import Seeds
import Testing

@testable import Balancing

@Suite("rebalance plan")
struct RebalancePlanTests {
    private typealias Load = RebalancePlan.Load

    private func plan(_ sessions: [Int], weights: [Int]? = nil, limits: [Int?]? = nil) -> RebalancePlan {
        RebalancePlan(
            sessions.indices.map {
                Load(weight: weights?[$0] ?? 1, sessions: sessions[$0], limit: limits?[$0])
            })
    }

    @Test("the fullest servers give up what the others lack")
    func surplus() {
        #expect(plan([100, 0]).targets == [50, 50])
        #expect(plan([100, 0]).surplus == [50, 0])
        #expect(plan([90, 30, 0]).targets == [40, 40, 40])
        #expect(plan([90, 30, 0]).surplus == [50, 0, 0])
        #expect(plan([60, 60, 0], weights: [1, 1, 2]).surplus == [30, 30, 0])
        #expect(plan([0, 0]).remaining == 0)
        #expect(RebalancePlan([]).remaining == 0)
    }

    @Test("one session too many is nobody's fault: it stays where it is")
    func remainders() {
        #expect(plan([4, 3]).remaining == 0)
        #expect(plan([3, 4]).targets == [3, 4])
        #expect(plan([5, 3]).surplus == [1, 0])
        #expect(plan([1, 0, 0]).remaining == 0)
        #expect(plan([2, 0, 0]).surplus == [1, 0, 0])
    }

    @Test("a server that takes no new sessions keeps what it has, and nothing is counted on it")
    func bystanders() {
        let plan = RebalancePlan([Load(weight: 1, sessions: 10), nil, Load(weight: 1, sessions: 0)])
        #expect(plan.targets == [5, nil, 5])
        #expect(plan.surplus == [5, 0, 0])
    }

    @Test("nobody gets more than it may take, and what nobody may take stays")
    func limits() {
        #expect(plan([100, 0], limits: [nil, 10]).targets == [90, 10])
        #expect(plan([100, 0, 0], limits: [nil, 10, nil]).targets == [45, 10, 45])
        #expect(plan([100, 0], limits: [40, 10]).surplus == [10, 0])
        #expect(plan([100, 20], limits: [40, 10]).remaining == 0)
    }

    @Test("those that have most to give up go first, and all get done together")
    func order() {
        var plan = plan([100, 70, 10, 0])
        #expect(plan.surplus == [55, 25, 0, 0])
        #expect(plan.next(3) == [3, 0, 0, 0])
        #expect(plan.next(40) == [35, 5, 0, 0])
        #expect(plan.next(1_000) == [55, 25, 0, 0])
        #expect(plan.next(0) == [0, 0, 0, 0])
        plan.noteClosed(at: 0)
        #expect(plan.remaining == 79)
        // What has ended by itself needs no closing.
        plan.adjust(to: [50, 70, 10, 0])
        #expect(plan.surplus == [5, 25, 0, 0])
        plan.adjust(to: [90, 10, 10, 0])
        #expect(plan.surplus == [5, 0, 0, 0])
    }

    @Test("new sessions go where one more weighs least")
    func emptiest() {
        #expect(RebalancePlan.emptiest([Load(weight: 1, sessions: 3), Load(weight: 1, sessions: 2)]) == 1)
        #expect(RebalancePlan.emptiest([Load(weight: 1, sessions: 2), Load(weight: 1, sessions: 2)]) == 0)
        #expect(RebalancePlan.emptiest([Load(weight: 1, sessions: 1), Load(weight: 4, sessions: 6)]) == 1)
        #expect(RebalancePlan.emptiest([Load(weight: 1, sessions: 9), Load(weight: 9, sessions: 1, limit: 1)]) == 0)
        #expect(RebalancePlan.emptiest([nil, Load(weight: 1, sessions: 1, limit: 1)]) == nil)
    }

    @Test("every small case: the parts are right, nothing is lost, and no plan moves fewer sessions")
    func exhaustive() {
        for weights in [[1, 1], [1, 2], [3, 1], [2, 5]] {
            for one in 0..<14 {
                for other in 0..<14 {
                    let plan = plan([one, other], weights: weights)
                    let whole = one + other
                    let targets = plan.targets.map { $0 ?? -1 }
                    #expect(targets.reduce(0, +) == whole)
                    for index in 0..<2 {
                        // Less than one session off its exact part.
                        let off = targets[index] * weights.reduce(0, +) - whole * weights[index]
                        #expect(abs(off) < weights.reduce(0, +))
                    }
                    // All divisions that are as even: the plan is one of those that move the least.
                    let least = (0...whole).filter {
                        abs($0 * weights.reduce(0, +) - whole * weights[0]) < weights.reduce(0, +)
                    }.map { abs($0 - one) }.min()
                    #expect(plan.remaining == least, "\(one) and \(other), weights \(weights)")
                }
            }
        }
    }

    @Test("closing by plan and coming back to the emptiest makes any servers even", arguments: 0..<200)
    func convergence(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 2...8, using: &random)
        let weights = (0..<count).map { _ in Int.random(in: 1...20, using: &random) }
        var sessions = (0..<count).map { _ in Int.random(in: 0...200, using: &random) }
        let whole = sessions.reduce(0, +)
        var plan = plan(sessions, weights: weights)
        var steps = 0
        while plan.remaining > 0 {
            let next = plan.next(1)
            let server = next.firstIndex(of: 1) ?? 0
            sessions[server] -= 1
            plan.noteClosed(at: server)
            let back = RebalancePlan.emptiest(zip(weights, sessions).map { Load(weight: $0, sessions: $1) }) ?? 0
            sessions[back] += 1
            steps += 1
            #expect(steps <= whole)
        }
        let weight = weights.reduce(0, +)
        for index in 0..<count {
            let off = sessions[index] * weight - whole * weights[index]
            #expect(abs(off) <= 2 * weight, "\(sessions) for weights \(weights)")
        }
    }

    @Test("ends are spread evenly over a time, and the last one is at its end")
    func pace() {
        let pace = DeparturePace(4, within: 1_000)
        #expect([0, 249, 250, 500, 999, 1_000, 5_000].map(pace.due) == [0, 0, 1, 2, 3, 4, 4])
        #expect((0...4).map(pace.nextDue) == [250, 500, 750, 1_000, 1_000])
        #expect(DeparturePace(3, within: 0).due(after: 0) == 3)
        #expect(DeparturePace(120, perMinute: 60).milliseconds == 120_000)
        for total in 1..<50 {
            let pace = DeparturePace(total, within: 777)
            for closed in 0..<total { #expect(pace.due(after: pace.nextDue(after: closed)) > closed) }
        }
    }
}
