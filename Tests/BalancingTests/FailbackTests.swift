import Seeds
import Testing

@testable import Balancing

@Suite("failback")
struct FailbackTests {
    private func rule(_ policy: Failback.Policy, after sides: [(Bool, Bool)] = []) -> Failback {
        var rule = Failback(policy: policy, hasActives: true, hasBackups: true)
        for (actives, backups) in sides { _ = rule.take(hasActives: actives, hasBackups: backups) }
        return rule
    }

    /// One row of the complete table: what was before, who is usable now, and what follows.
    private static let table: [(before: [(Bool, Bool)], now: (Bool, Bool), held: (Failback.Side, Failback.Turn?))] = [
        // On the active servers.
        ([], (true, true), (.active, nil)), ([], (true, false), (.active, nil)), ([], (false, true), (.backup, .left)),
        ([], (false, false), (.nobody, nil)),
        // On the backups.
        ([(false, true)], (true, true), (.held, .held)), ([(false, true)], (true, false), (.active, .returned)),
        ([(false, true)], (false, true), (.backup, nil)), ([(false, true)], (false, false), (.nobody, nil)),
        // Held there.
        ([(false, true), (true, true)], (true, true), (.held, nil)),
        ([(false, true), (true, true)], (true, false), (.active, .returned)),
        ([(false, true), (true, true)], (false, true), (.backup, nil)),
        ([(false, true), (true, true)], (false, false), (.nobody, nil)),
        // Nobody is left, and the last ones were the backups.
        ([(false, true), (false, false)], (true, true), (.held, .held)),
        ([(false, true), (false, false)], (true, false), (.active, .returned)),
        ([(false, true), (false, false)], (false, true), (.backup, nil)),
        ([(false, true), (false, false)], (false, false), (.nobody, nil)),
        // Nobody is left, and the last ones were the active servers.
        ([(false, false)], (true, true), (.active, nil)), ([(false, false)], (true, false), (.active, nil)),
        ([(false, false)], (false, true), (.backup, .left)), ([(false, false)], (false, false), (.nobody, nil)),
    ]

    @Test("every side and every change: who takes new sessions, and what has happened", arguments: table.indices)
    func transitions(row: Int) {
        let (before, now, expected) = Self.table[row]
        var held = rule(.held, after: before)
        #expect(held.take(hasActives: now.0, hasBackups: now.1) == expected.1)
        #expect(held.side == expected.0)
        // Without a policy the only difference is that nothing is held.
        var automatic = rule(.automatic, after: before)
        let turn = automatic.take(hasActives: now.0, hasBackups: now.1)
        #expect(automatic.side == (expected.0 == .held ? .active : expected.0))
        #expect(!automatic.isHeld)
        if expected.1 == .held { #expect(turn == .returned) }
    }

    @Test("under another policy it goes on where it was, as if the policy had been another one from the beginning")
    func goOn() {
        for (before, now, expected) in Self.table {
            let earlier = rule(.held, after: before)
            var held = Failback(policy: .held, hasActives: now.0, hasBackups: now.1)
            #expect(held.goOn(after: earlier, hasActives: now.0, hasBackups: now.1) == expected.1)
            #expect(held.side == expected.0)
            var automatic = Failback(policy: .automatic, hasActives: now.0, hasBackups: now.1)
            _ = automatic.goOn(after: earlier, hasActives: now.0, hasBackups: now.1)
            #expect(!automatic.isHeld)
        }
    }

    @Test("only a hold can be released, and then once")
    func release() {
        for side in [[(true, true)], [(false, true)], [(false, false)], [(true, false)]] {
            var rule = rule(.held, after: side)
            let before = rule
            #expect(rule.release() == nil)
            #expect(rule == before)
        }
        var held = rule(.held, after: [(false, true), (true, true)])
        #expect(held.release() == .returned)
        #expect(held.side == .active)
        #expect(held.release() == nil)
        #expect(held.take(hasActives: true, hasBackups: true) == nil)
        #expect(held.take(hasActives: false, hasBackups: true) == .left)
    }

    @Test("a hold is taken over only where it could be: both sides usable, and a policy that holds")
    func resume() {
        for policy in Failback.Policy.allCases {
            for (actives, backups) in [(true, true), (true, false), (false, true), (false, false)] {
                var rule = Failback(policy: policy, hasActives: actives, hasBackups: backups)
                let resumes = policy == .held && actives && backups
                #expect(rule.resume(hasActives: actives, hasBackups: backups) == resumes)
                #expect(rule.isHeld == resumes)
            }
        }
    }

    /// The sides as a sentence has them: the backups keep new sessions as long as they can once they have them.
    private struct Model {
        let isHolding: Bool
        var onBackup = false

        mutating func side(_ actives: Bool, _ backups: Bool) -> Failback.Side {
            if !actives && !backups { return .nobody }
            if actives, backups, onBackup, isHolding { return .held }
            onBackup = !actives
            return actives ? .active : .backup
        }
    }

    private static let algorithms: [Algorithm] = [
        .roundRobin, .staticRoundRobin, .leastConnections, .firstAvailable,
        .source(.mapBased, isAvalanched: false), .source(.consistent(balanceFactor: nil), isAvalanched: true),
        .random(draws: 2, balanceFactor: nil, seed: 7),
    ]

    @Test("whatever happens to servers, new sessions go to one side alone, and to the right one", arguments: 0..<210)
    func modelled(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let algorithm = Self.algorithms[seed % Self.algorithms.count]
        let policy = Failback.Policy.allCases[seed / 7 % 2]
        let panic = seed % 5 == 0 ? 50 : nil
        let isBackup = [false, false, true, true]
        var weights = [2, 1, 1, 3]
        var standings = [Standing](repeating: .healthy, count: 4)
        var groups = ServerGroups(
            zip(weights, isBackup).map { .init(weight: $0, isBackup: $1) }, usesAllBackups: seed % 3 == 0,
            algorithm: algorithm, panicThreshold: panic, failback: policy)
        var model = Model(isHolding: policy == .held)
        for step in 0..<300 {
            let server = Int.random(in: 0..<4, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                groups.release()
                model.onBackup = model.onBackup && !groups.isOnOpenSide(0)
            case 1:
                // Where weights are fixed, only 0 and the file's are possible.
                weights[server] = weights[server] == 0 ? [2, 1, 1, 3][server] : 0
                groups.setWeight(server, weights[server])
            default:
                standings[server] = Standing.allCases.randomElement(using: &random) ?? .healthy
                groups.setStanding(server, standings[server])
            }
            // Who could take traffic, counted from the beginning.
            var reliance = Reliance(panicThreshold: panic)
            for index in 0..<4 where weights[index] > 0 { reliance.count(standings[index], sign: 1) }
            let ready = (0..<4).filter { weights[$0] > 0 && standings[$0] <= reliance.worst }
            let side = model.side(ready.contains { !isBackup[$0] }, ready.contains { isBackup[$0] })
            let takers = (0..<4).filter { groups.takesTraffic($0) }
            let isOnBackup = side == .backup || side == .held
            #expect(takers.allSatisfy { isBackup[$0] == isOnBackup && ready.contains($0) }, "step \(step)")
            #expect(takers.isEmpty == (side == .nobody), "step \(step)")
            #expect(groups.isHeld == (side == .held), "step \(step)")
            for draw in 0..<4 {
                let client = ClientKey(ipv4: UInt32(truncatingIfNeeded: step * 7 + draw))
                let choice = groups.next(avoiding: takers.last, client: client, waiting: 0) { _ in
                    ServerLoad(sessions: 0, limit: nil)
                }
                switch choice {
                case .server(let index): #expect(takers.contains(index) && groups.isOnOpenSide(index), "step \(step)")
                case .none: #expect(takers.isEmpty, "step \(step)")
                case .waitFor, .waitForAny: Issue.record("every server has a free slot, step \(step)")
                }
            }
        }
    }

    @Test("with a time, sessions come back only after an active server was usable for so long, or no backup is left")
    func timed() {
        for seed in 0..<100 {
            var random = SeededGenerator(seed: UInt64(seed))
            let hold = 10
            var groups = ServerGroups(
                [.init(weight: 1, isBackup: false), .init(weight: 1, isBackup: true)], usesAllBackups: false,
                failback: .held)
            var usable = [true, true]
            var usableSince = 0
            var endOfHold: Int?
            var wasOnBackup = false
            for moment in 1..<1_000 {
                if Int.random(in: 0..<6, using: &random) == 0 {
                    let server = Int.random(in: 0..<2, using: &random)
                    usable[server].toggle()
                    if server == 0 && usable[0] { usableSince = moment }
                    groups.setUsable(server, usable[server])
                }
                if let end = endOfHold, end <= moment { groups.release() }
                if !groups.isHeld { endOfHold = nil }
                if groups.takeTurn() == .held { endOfHold = moment + hold }
                let isOnActive = groups.takesTraffic(0)
                if isOnActive && wasOnBackup {
                    #expect(moment - usableSince >= hold || !usable[1], "seed \(seed), moment \(moment)")
                }
                #expect(!(isOnActive && groups.takesTraffic(1)))
                #expect(isOnActive || groups.takesTraffic(1) || !usable[0] && !usable[1])
                if isOnActive || groups.takesTraffic(1) { wasOnBackup = !isOnActive }
            }
        }
    }
}
